/** What all streams to pods and through nodes have in common: authorization, admission, and the pod's node. */
import type { UnknownObject } from '../../../meta/object.ts';
import { StatusError } from '../../../meta/status-error.ts';
import type { TunnelRelay, UpgradeOffer } from '../../../tunnel/contract.ts';
import { splice } from '../../../tunnel/splice.ts';
import { assertAllowed } from '../../authz/forbidden.ts';
import { admissionRequest } from '../../registry/context.ts';
import { get, objectOf } from '../../registry/get.ts';
import type { ResourceRequest } from '../request.ts';

export interface PodShape {
  spec?: {
    nodeName?: string;
    hostNetwork?: boolean;
    containers?: { name: string; ports?: { containerPort: number }[] }[];
    initContainers?: { name: string }[];
    ephemeralContainers?: { name: string }[];
  };
  status?: { [field: string]: unknown };
}

/** A stream has none of a write's. */
const NO_OPTIONS = { dryRun: false, fieldManager: '', force: false, fieldValidation: 'Ignore' } as const;

export function tunnelOf({ deps }: ResourceRequest): TunnelRelay {
  if (deps.tunnel === undefined) throw StatusError.serviceUnavailable('this API server has no tunnel to nodes');
  return deps.tunnel;
}

/**
 * Admits a stream as CONNECT, before anything is looked up. An upgrade comes as GET, which is authorized as `get`; as
 * upstream since 1.35 who may only read may not run commands by it (AuthorizePodWebsocketUpgradeCreatePermission).
 */
export async function admitConnect(request: ResourceRequest, options: object, mustCreate: boolean): Promise<void> {
  const { deps, scope, info, tenant, user } = request;
  if (mustCreate && info.verb !== 'create') {
    await assertAllowed(deps.authorizer, { tenant, user, request: { ...info, verb: 'create' } });
  }
  const admitted = {
    ...admissionRequest(scope, 'CONNECT', info.name, info.subresource, NO_OPTIONS),
    object: options as UnknownObject,
  };
  await deps.admission.admit(admitted);
  await deps.admission.validate(admitted);
}

/** The pod and its node. Throws 404, and 400 as upstream for a pod without a node. */
export async function scheduledPod(
  request: ResourceRequest,
  check: (pod: PodShape, object: UnknownObject) => void = () => {},
): Promise<{ object: UnknownObject; pod: PodShape; node: string }> {
  const { deps, scope, info } = request;
  const object = objectOf(await get(deps, scope, info.name));
  const pod = object as unknown as PodShape;
  check(pod, object);
  const node = pod.spec?.nodeName ?? '';
  if (node === '') throw StatusError.badRequest(`pod ${info.name} does not have a host assigned`);
  return { object, pod, node };
}

/** Hands on what the client and the agent say to each other, for as long as they do. */
export function handOn(
  request: ResourceRequest,
  offer: UpgradeOffer,
  protocol: string | undefined,
  agent: Parameters<typeof splice>[0],
): Response {
  let client: ReturnType<UpgradeOffer['accept']>;
  try {
    client = offer.accept(protocol);
  } catch (error) {
    agent.close(1001, 'the client left');
    throw error;
  }
  const ended = request.work?.longRunning();
  void splice(client, agent).then(() => ended?.());
  // Not sent: the connection is a socket now.
  return new Response(null);
}
