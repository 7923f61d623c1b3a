/** One pass over a StatefulSet. */
import { PODS, type Pod, STATEFUL_SETS, type StatefulSet } from '../../client/resources.ts';
import { semanticEqual } from '../../meta/equal.ts';
import { timestamp } from '../../meta/object.ts';
import { isStatus } from '../../meta/status-error.ts';
import type { ReconcileContext, Result } from '../../reconcile/contract.ts';
import { claimChildren } from '../shared/claim.ts';
import { all, messageOf } from '../shared/pod-control.ts';
import { nextAvailability } from '../shared/pods.ts';
import { type History, syncHistory, templateOf, truncateHistory } from '../shared/revisions.ts';
import { slowStart } from '../shared/slow-start.ts';
import { isNamespaceTerminating } from '../shared/status-causes.ts';
import { ensureClaims, hasStaleClaim, retainClaims } from './claims.ts';
import { hasIdentity, identityLabels, isMember, ordinalOf, revisionOf, statefulPod } from './identity.ts';
import { isRunning, isTerminating, planStep, usesCurrentRevision } from './plan.ts';
import { statefulSetStatus } from './status.ts';

export async function sync(context: ReconcileContext, set: StatefulSet): Promise<Result> {
  const history = await syncHistory(context, set, STATEFUL_SETS);
  const pods = await claimChildren(context, {
    owner: set,
    ownerResource: STATEFUL_SETS,
    selector: set.spec?.selector ?? {},
    resource: PODS,
    accepts: isMember,
  });
  const pass = new Pass(context, set, history, pods);
  let failure: unknown;
  try {
    if (set.metadata.deletionTimestamp === undefined) await pass.run();
  } catch (error) {
    failure = error;
  }
  await pass.writeStatus();
  if (failure !== undefined) throw failure;
  return nextAvailability([...pass.pods.values()], set.spec?.minReadySeconds ?? 0, context.now());
}

class Pass {
  private readonly context: ReconcileContext;
  private readonly set: StatefulSet;
  private readonly history: History;
  /** By name, as this pass leaves them. */
  readonly pods: Map<string, Pod>;

  constructor(context: ReconcileContext, set: StatefulSet, history: History, pods: readonly Pod[]) {
    this.context = context;
    this.set = set;
    this.history = history;
    this.pods = new Map(pods.map((pod) => [pod.metadata.name ?? '', pod]));
  }

  async run(): Promise<void> {
    const { set } = this;
    const step = planStep(set, [...this.pods.values()], this.history.update.metadata.name ?? '', this.context.now());
    await all(step.recreate, (pod) => this.recreate(pod));
    await all(step.keep, (pod) => this.keep(pod));
    await slowStart(step.create, (ordinal) => this.create(ordinal));
    if (this.claimed) await all(step.condemned, (pod) => retainClaims(this.context, set, pod, true));
    await all(step.delete, (pod) => this.delete(pod));
    const live = new Set([...[...this.pods.values()].map(revisionOf), set.status?.currentRevision]);
    await truncateHistory(this.context, set, this.history, ({ metadata }) => live.has(metadata.name));
  }

  async writeStatus(): Promise<void> {
    const { update, collisionCount } = this.history;
    const status = statefulSetStatus(this.set, [...this.pods.values()], {
      current: this.current().metadata.name ?? '',
      update: update.metadata.name ?? '',
      collisionCount,
      now: this.context.now(),
    });
    if (semanticEqual(status, this.set.status)) return;
    await this.context.client.updateStatus(STATEFUL_SETS, { ...this.set, status });
  }

  private get claimed(): boolean {
    return (this.set.spec?.volumeClaimTemplates ?? []).length > 0;
  }

  private current() {
    const { revisions, update } = this.history;
    return revisions.find(({ metadata }) => metadata.name === this.set.status?.currentRevision) ?? update;
  }

  private async create(ordinal: number): Promise<void> {
    const { context, set } = this;
    const revision = usesCurrentRevision(set, ordinal) ? this.current() : this.history.update;
    const template = templateOf(revision) as NonNullable<StatefulSet['spec']>['template'];
    const pod = statefulPod(set, ordinal, template, revision.metadata.name ?? '');
    const name = pod.metadata.name ?? '';
    if (this.claimed && (await hasStaleClaim(context, set, ordinal))) return;
    await this.tell('create', name, async () => {
      await ensureClaims(context, set, name, ordinal);
      this.pods.set(name, await context.client.create(PODS, pod));
    });
  }

  /** A pod that keeps its place: its labels may have been taken away, its claims or their owners may lack. */
  private async keep(pod: Pod): Promise<void> {
    const { context, set } = this;
    const name = pod.metadata.name ?? '';
    if (isTerminating(pod)) return;
    if (this.claimed && !isRunning(pod)) await ensureClaims(context, set, name, ordinalOf(pod));
    if (this.claimed) await retainClaims(context, set, pod, false);
    if (hasIdentity(pod)) return;
    const metadata = { uid: pod.metadata.uid, labels: identityLabels(name) };
    await this.tell('update', name, async () => {
      const namespace = pod.metadata.namespace ?? '';
      this.pods.set(name, await context.client.patch(PODS, namespace, name, 'merge', { metadata }));
    });
  }

  private async recreate(pod: Pod): Promise<void> {
    const { metadata } = this.set;
    const about = `StatefulSet ${metadata.namespace}/${metadata.name} is recreating`;
    const { events } = this.context;
    if (pod.status?.phase === 'Failed') {
      await events.event(this.set, 'Warning', 'RecreatingFailedPod', `${about} failed Pod ${pod.metadata.name}`);
    } else {
      await events.event(this.set, 'Normal', 'RecreatingTerminatedPod', `${about} terminated Pod ${pod.metadata.name}`);
    }
    await this.delete(pod);
  }

  private async delete(pod: Pod): Promise<void> {
    const { namespace = '', name = '', uid } = pod.metadata;
    await this.tell('delete', name, async () => {
      await this.context.client.delete(PODS, namespace, name, { preconditions: uid === undefined ? {} : { uid } });
      const deletionTimestamp = timestamp(this.context.now());
      this.pods.set(name, { ...pod, metadata: { ...pod.metadata, deletionTimestamp } });
    });
  }

  /** Does it, and says so in an event of upstream's words. What is gone already needs no deletion. */
  private async tell(verb: 'create' | 'update' | 'delete', name: string, act: () => Promise<void>): Promise<void> {
    const about = `${verb} Pod ${name} in StatefulSet ${this.set.metadata.name}`;
    const reason = `${verb[0]!.toUpperCase()}${verb.slice(1)}`;
    const { events } = this.context;
    try {
      await act();
      await events.event(this.set, 'Normal', `Successful${reason}`, `${about} successful`);
    } catch (error) {
      if (verb === 'delete' && isStatus(error, 'NotFound')) return;
      if (isNamespaceTerminating(error)) return;
      await events.event(this.set, 'Warning', `Failed${reason}`, `${about} failed error: ${messageOf(error)}`);
      throw error;
    }
  }
}
