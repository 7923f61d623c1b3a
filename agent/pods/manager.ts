/** All pods of this node: a worker each, fed by the API's watch, Docker's events and what was last known on disk. */
import { Backoff, type Change, pause, type Reflection, reflect } from '../../src/client/http.ts';
import { PODS, type Pod } from '../../src/client/resources.ts';
import { RuntimeUnavailable } from '../runtime/contract.ts';
import type { ObjectFolder } from '../state/folder.ts';
import type { PodContext } from './context.ts';
import { PodWorker } from './worker.ts';

export interface PodManager {
  /** Asks every pod for a pass, as when the network has become ready. */
  triggerAll(): void;
  list(): Pod[];
  /** Ends all workers; containers stay. */
  stop(): Promise<void>;
}

export interface PodManagerOptions extends Omit<PodContext, 'onGone'> {
  nodeName: string;
  folder: ObjectFolder<Pod>;
  /** Docker answers (again). */
  onRuntimeUp(): void;
  signal: AbortSignal;
}

export async function startPodManager({
  nodeName,
  folder,
  onRuntimeUp,
  signal,
  ...shared
}: PodManagerOptions): Promise<PodManager> {
  const workers = new Map<string, PodWorker>();
  const context: PodContext = {
    ...shared,
    onGone(pod) {
      workers.delete(pod.metadata.uid ?? '');
      folder.remove(pod);
      void forgetObjects();
    },
  };
  const { runtime, volumes, log } = context;

  const forgetObjects = () => context.objects.retain(() => [...workers.values()].map(({ pod }) => pod));

  function onChange({ type, object }: Change<Pod>): void {
    const uid = object.metadata.uid ?? '';
    const worker = workers.get(uid);
    if (type === 'DELETED') {
      if (worker === undefined) return;
      worker.update(object);
      worker.markGone();
      return;
    }
    folder.save(object);
    if (worker !== undefined) {
      worker.update(object);
      return;
    }
    const next = new PodWorker(context, object);
    workers.set(uid, next);
    next.trigger();
  }

  /** Containers and folders of pods that nobody knows: deleted while the agent was away. */
  async function removeOrphans(): Promise<void> {
    for (const { podUid, podName, podNamespace } of await runtime.list()) removeOrphan(podUid, podName, podNamespace);
    for (const uid of await volumes.known()) removeOrphan(uid, uid, '');
  }

  /** A worker of its own, so that what cannot be removed now is tried again. */
  function removeOrphan(uid: string, name: string, namespace: string): void {
    if (workers.has(uid)) return;
    const pod: Pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, uid }, spec: { containers: [] } };
    const worker = new PodWorker(context, pod, true);
    workers.set(uid, worker);
    worker.trigger();
  }

  const known = await folder.load();
  for (const pod of known) {
    const worker = new PodWorker(context, pod);
    workers.set(pod.metadata.uid ?? '', worker);
  }
  await forgetObjects();

  const pods: Reflection<Pod> = reflect(
    context.client,
    PODS,
    {
      fieldSelector: `spec.nodeName=${nodeName}`,
      initial: known,
      onChange,
      onList: () => {
        removeOrphans().catch((error) => log.warn({ err: String(error) }, 'leftovers were not looked for'));
      },
      onError: (error) => log.warn({ err: String(error) }, 'the watch of pods was interrupted'),
    },
    signal,
  );

  const triggerAll = () => {
    for (const worker of workers.values()) worker.trigger();
  };

  async function followRuntime(): Promise<void> {
    const backoff = new Backoff({ initial: 200, max: 5_000 });
    while (!signal.aborted) {
      try {
        const events = runtime.events(signal)[Symbol.asyncIterator]();
        // Listening first, then looking: nothing that happens in between is missed.
        let next = events.next();
        await Promise.race([next, runtime.info()]);
        onRuntimeUp();
        triggerAll();
        if (pods.synced) await removeOrphans();
        backoff.reset();
        for (let event = await next; !event.done; event = await next) {
          workers.get(event.value.podUid)?.trigger();
          next = events.next();
        }
      } catch (error) {
        if (signal.aborted) return;
        const fields = { err: error instanceof Error ? error.message : String(error) };
        if (!(error instanceof RuntimeUnavailable)) log.warn(fields, "Docker's events were interrupted");
      }
      await pause(backoff.next(), signal);
    }
  }
  const following = followRuntime();

  return {
    triggerAll,
    list: () => [...workers.values()].map(({ pod }) => pod),
    async stop() {
      await following;
      await pods.done;
      await Promise.all([...workers.values()].map((worker) => worker.stop()));
      await folder.flush();
    },
  };
}
