/** Gets a container's image onto the machine by its pull policy, with the kubelet's reasons, back-off and events. */
import type { Pod } from '../../src/client/resources.ts';
import type { ImageInfo, RegistryCredentials, Runtime } from '../runtime/contract.ts';
import { KeyedBackoff, RESTART_BACKOFF } from './backoff.ts';
import type { Container } from './types.ts';

/** Why a container cannot be started now; `retryAt` in milliseconds since the epoch. */
export class StartRefused extends Error {
  readonly reason: string;
  readonly retryAt: number;
  /** What the reason becomes while it waits. */
  readonly waitingReason: string | undefined;
  constructor(reason: string, message: string, retryAt: number, waitingReason?: string) {
    super(message);
    this.name = 'StartRefused';
    this.reason = reason;
    this.retryAt = retryAt;
    this.waitingReason = waitingReason;
  }
}

export interface ImagePuller {
  /** Throws StartRefused. */
  ensure(
    pod: Pod,
    container: Container,
    record: (type: 'Normal' | 'Warning', reason: string, message: string) => void,
    signal: AbortSignal,
  ): Promise<ImageInfo>;
}

/** Characters: a name has at most 255, a tag 128, a digest less. */
const MAX_REFERENCE = 1024;
const REFERENCE =
  /^(?:[a-zA-Z0-9.-]+(?::\d+)?\/)?[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*(?::[\w][\w.-]{0,127})?(?:@[A-Za-z0-9]+:[0-9a-fA-F]{32,})?$/;

/** Milliseconds before something that only a person can mend is looked at again. */
const RETRY_MS = 10_000;

export function createImagePuller(
  runtime: Pick<Runtime, 'findImage' | 'pullImage'>,
  credentials: (pod: Pod, image: string) => Promise<RegistryCredentials[]>,
): ImagePuller {
  const backoff = new KeyedBackoff(RESTART_BACKOFF);

  /** With each of the credentials in turn, and as the last one is answered. */
  async function pull(image: string, all: readonly RegistryCredentials[], signal: AbortSignal): Promise<void> {
    for (const one of all.slice(0, -1)) {
      try {
        return await runtime.pullImage(image, one, signal);
      } catch {
        signal.throwIfAborted();
      }
    }
    await runtime.pullImage(image, all.at(-1), signal);
  }

  return {
    async ensure(pod, container, record, signal) {
      const image = container.image ?? '';
      const quoted = JSON.stringify(image);
      const later = () => Date.now() + RETRY_MS;
      if (image.length > MAX_REFERENCE || !REFERENCE.test(image)) {
        const message = `Failed to apply default image tag ${quoted}: couldn't parse image name ${quoted}: invalid reference format`;
        record('Warning', 'InspectFailed', message);
        throw new StartRefused('InvalidImageName', message, later());
      }
      const present = await runtime.findImage(image);
      const policy = container.imagePullPolicy ?? 'IfNotPresent';
      if (present !== undefined && policy !== 'Always') {
        record(
          'Normal',
          'Pulled',
          `Container image ${quoted} already present on machine and can be accessed by the pod`,
        );
        return present;
      }
      if (policy === 'Never') {
        const message = `Container image ${quoted} is not present with pull policy of Never`;
        record('Warning', 'ErrImageNeverPull', message);
        throw new StartRefused('ErrImageNeverPull', message, later());
      }
      record('Normal', 'Pulling', `Pulling image ${quoted}`);
      const started = performance.now();
      const key = `${pod.metadata.uid} ${image}`;
      try {
        await pull(image, await credentials(pod, image), signal);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        const message = `Failed to pull image ${quoted}: ${reason}`;
        record('Warning', 'Failed', message);
        const now = Date.now();
        backoff.next(key, now, now);
        throw new StartRefused('ErrImagePull', reason, now + backoff.delay(key, now), 'ImagePullBackOff');
      }
      backoff.forget(key);
      const pulled = await runtime.findImage(image);
      if (pulled === undefined) throw new StartRefused('ErrImagePull', `image ${quoted} is gone again`, later());
      const took = `${((performance.now() - started) / 1000).toFixed(3)}s`;
      const message = `Successfully pulled image ${quoted} in ${took} (${took} including waiting). Image size: ${pulled.size} bytes.`;
      record('Normal', 'Pulled', message);
      return pulled;
    },
  };
}
