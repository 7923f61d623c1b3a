/** The running instance of a pod's container, or a refusal in the kubelet's and the runtime's words. */
import { StatusError } from '../../src/meta/status-error.ts';
import {
  ContainerGone,
  NotRunning,
  type ObservedContainer,
  type Runtime,
  RuntimeUnavailable,
} from '../runtime/contract.ts';

export async function findContainer(
  runtime: Pick<Runtime, 'list'>,
  { uid, container }: { uid: string; container: string },
): Promise<ObservedContainer> {
  const containers = await answering(() => runtime.list(uid));
  const instance = containers.find(
    (each) => each.kind !== 'sandbox' && each.container === container && each.state !== 'created',
  );
  if (instance === undefined) throw notFound(container);
  if (instance.state !== 'running')
    throw new StatusError(500, 'InternalError', `container not running (${instance.id})`);
  return instance;
}

function notFound(container: string): StatusError {
  return new StatusError(500, 'InternalError', `container not found (${JSON.stringify(container)})`);
}

/** What the runtime cannot do is told as its client must hear it. */
export async function answering<T>(call: () => Promise<T>, container = ''): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof ContainerGone) throw notFound(container);
    if (error instanceof NotRunning) throw new StatusError(500, 'InternalError', error.message);
    if (error instanceof RuntimeUnavailable) throw StatusError.serviceUnavailable(error.message);
    throw error;
  }
}
