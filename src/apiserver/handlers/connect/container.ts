/** Which container of a pod a request means that may leave it open. */
import type { UnknownObject } from '../../../meta/object.ts';
import { StatusError } from '../../../meta/status-error.ts';
import type { PodShape } from './connect.ts';

const DEFAULT_CONTAINER = 'kubectl.kubernetes.io/default-container';

/** The container asked for, or the only (or annotated) one; 400 in upstream's words otherwise. */
export function chooseContainer(name: string, object: UnknownObject, pod: PodShape, asked: string): string {
  const names = (list: { name: string }[] | undefined) => list?.map((each) => each.name) ?? [];
  const containers = names(pod.spec?.containers);
  const init = names(pod.spec?.initContainers);
  const ephemeral = names(pod.spec?.ephemeralContainers);
  if (asked !== '') {
    if ([...containers, ...init, ...ephemeral].includes(asked)) return asked;
    throw StatusError.badRequest(`container ${asked} is not valid for pod ${name}`);
  }
  const [only] = containers;
  if (only !== undefined && containers.length === 1) return only;
  const annotated = object.metadata.annotations?.[DEFAULT_CONTAINER];
  if (annotated !== undefined && containers.includes(annotated)) return annotated;
  let message = `a container name must be specified for pod ${name}, choose one of: [${containers.join(' ')}]`;
  if (init.length > 0) message += ` or one of the init containers: [${init.join(' ')}]`;
  if (ephemeral.length > 0) message += ` or one of the ephemeral containers: [${ephemeral.join(' ')}]`;
  throw StatusError.badRequest(message);
}
