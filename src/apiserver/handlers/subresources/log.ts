/** GET pods/log: bytes from the node's agent, through the tunnel. */

import { type FieldError, forbidden, invalid } from '../../../meta/field-error.ts';
import { guarded } from '../../../meta/guard.ts';
import { own } from '../../../meta/own.ts';
import { StatusError } from '../../../meta/status-error.ts';
import type { LogRequest } from '../../../tunnel/contract.ts';
import { subjectOf } from '../../registry/context.ts';
import { get, objectOf } from '../../registry/get.ts';
import { isTrue } from '../../request/info.ts';
import type { PodShape } from '../connect/connect.ts';
import { chooseContainer } from '../connect/container.ts';
import type { ResourceRequest } from '../request.ts';
import { responseHeaders } from '../respond.ts';
import { base64, binary, streamOverSocket, type ToMessages } from '../socket-stream.ts';

interface ContainerStatus {
  name: string;
  containerID?: string;
  state?: { waiting?: { reason?: string }; running?: object; terminated?: object };
  lastState?: { terminated?: { containerID?: string } };
}

export async function handleLog(request: ResourceRequest): Promise<Response> {
  const { deps, scope, info, query, tenant } = request;
  if (info.verb !== 'get') throw StatusError.methodNotAllowed(subjectOf(request.definition), info.verb);
  const options = parseLogOptions(query, info.name);
  const respond = responder(request);
  const object = objectOf(await get(deps, scope, info.name));
  const pod = object as unknown as PodShape;
  const container = chooseContainer(info.name, object, pod, query.get('container') ?? '');
  const node = pod.spec?.nodeName ?? '';
  // Upstream answers with an empty log for a pod that has no node yet.
  if (node === '') return respond(new Blob().stream());
  checkStarted(info.name, pod, container, options.previous);
  if (deps.tunnel === undefined) throw StatusError.serviceUnavailable('this API server has no tunnel to nodes');

  const abort = new AbortController();
  request.raw.signal.addEventListener(
    'abort',
    guarded('log abort', () => abort.abort()),
    { once: true },
  );
  const stream = await deps.tunnel.open(
    tenant,
    node,
    {
      kind: 'logs',
      namespace: scope.namespace,
      pod: info.name,
      uid: object.metadata.uid ?? '',
      container,
      ...options,
    },
    abort.signal,
  );
  return respond(stream);
}

/** As a body, or over the WebSocket that was asked for. Throws 403 for subprotocols that logs do not have. */
function responder(request: ResourceRequest): (stream: ReadableStream<Uint8Array>) => Response {
  const { upgrade } = request;
  if (upgrade === undefined) {
    return (stream) => new Response(stream, { headers: responseHeaders(request, 'text/plain') });
  }
  const { protocols } = upgrade;
  const protocol = protocols.find((each) => own(PROTOCOLS, each) !== undefined);
  if (protocol === undefined && protocols.length > 0) {
    const supported = Object.keys(PROTOCOLS).join(' ');
    const message = `requested protocol(s) are not supported: [${protocols.join(' ')}]; supports [ ${supported}]`;
    throw new StatusError(403, 'Forbidden', message);
  }
  const toMessages = own(PROTOCOLS, protocol ?? '') ?? binary;
  return (stream) => streamOverSocket(upgrade, protocol, stream, toMessages);
}

/** Subprotocols of a log, as upstream's. Without one it is binary. */
const PROTOCOLS: Readonly<Record<string, ToMessages>> = { 'binary.k8s.io': binary, 'base64.binary.k8s.io': base64 };

type LogOptions = Omit<LogRequest, 'kind' | 'namespace' | 'pod' | 'uid' | 'container'>;

function parseLogOptions(query: URLSearchParams, name: string): LogOptions {
  const errors: FieldError[] = [];
  const tailLines = count(query, 'tailLines', 0, errors);
  const limitBytes = count(query, 'limitBytes', 1, errors);
  const sinceSeconds = count(query, 'sinceSeconds', 1, errors);
  const sinceTime = query.get('sinceTime') ?? undefined;
  if (sinceSeconds !== undefined && sinceTime !== undefined) {
    errors.push(forbidden('', 'at most one of `sinceTime` or `sinceSeconds` may be specified'));
  }
  if (sinceTime !== undefined && Number.isNaN(Date.parse(sinceTime))) {
    throw StatusError.badRequest(
      `parsing time ${JSON.stringify(sinceTime)} as "2006-01-02T15:04:05Z07:00": cannot parse ${JSON.stringify(sinceTime)} as "2006"`,
    );
  }
  if (errors.length > 0) throw StatusError.invalid({ group: '', kind: 'PodLogOptions' }, name, errors);
  return {
    follow: query.has('follow') && isTrue(query.get('follow')),
    previous: query.has('previous') && isTrue(query.get('previous')),
    timestamps: query.has('timestamps') && isTrue(query.get('timestamps')),
    ...(tailLines === undefined ? {} : { tailLines }),
    ...(limitBytes === undefined ? {} : { limitBytes }),
    ...(sinceSeconds === undefined ? {} : { sinceSeconds }),
    ...(sinceTime === undefined ? {} : { sinceTime }),
  };
}

function count(query: URLSearchParams, name: string, least: number, errors: FieldError[]): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  const value = Number(text);
  if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(value)) {
    throw StatusError.badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  if (value < least) {
    errors.push(invalid(name, value, least === 0 ? 'must be greater than or equal to 0' : 'must be greater than 0'));
  }
  return value;
}

/** Upstream's kubelet refuses logs of a container that has none yet; one without a status is about to be created. */
function checkStarted(name: string, pod: PodShape, container: string, previous: boolean): void {
  const status = pod.status;
  const statuses = ['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses'].flatMap(
    (field) => (status?.[field] ?? []) as ContainerStatus[],
  );
  const found = statuses.find((each) => each.name === container);
  if (previous) {
    if (found?.lastState?.terminated !== undefined) return;
    throw StatusError.badRequest(
      `previous terminated container ${JSON.stringify(container)} in pod ${JSON.stringify(name)} not found`,
    );
  }
  const state = found?.state;
  if (state?.running !== undefined || state?.terminated !== undefined) return;
  if (found?.lastState?.terminated !== undefined) return;
  const waiting = state?.waiting?.reason;
  if (waiting === 'ErrImagePull' || waiting === 'ImagePullBackOff') {
    const why = waiting === 'ErrImagePull' ? "image can't be pulled" : 'trying and failing to pull image';
    throw StatusError.badRequest(
      `container ${JSON.stringify(container)} in pod ${JSON.stringify(name)} is waiting to start: ${why}`,
    );
  }
  throw StatusError.badRequest(
    `container ${JSON.stringify(container)} in pod ${JSON.stringify(name)} is waiting to start: ${waiting ?? 'ContainerCreating'}`,
  );
}
