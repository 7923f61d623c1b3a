/** A ready endpoint of a Service, which must be a pod: agents go to their own pods, and to no other address. */
import { StatusError } from '../../../meta/status-error.ts';
import { list } from '../../registry/list.ts';
import { parseStored } from '../../registry/stored-form.ts';
import type { ResourceRequest } from '../request.ts';

export interface ReadyEndpoint {
  node: string;
  address: string;
  port: number;
  pod: { namespace: string; name: string; uid: string };
}

interface SliceShape {
  ports?: { name?: string; port?: number }[];
  endpoints?: {
    addresses: string[];
    conditions?: { ready?: boolean };
    nodeName?: string;
    targetRef?: { kind?: string; namespace?: string; name?: string; uid?: string };
  }[];
}

const EVERYTHING = {
  fieldSelector: '',
  resourceVersion: '',
  resourceVersionMatch: '',
  limit: 0,
  continue: '',
} as const;

/** One of them by chance, as upstream. Throws 503 where there is none. */
export async function readyEndpoint(
  request: ResourceRequest,
  service: string,
  portName: string,
): Promise<ReadyEndpoint> {
  const { deps, scope, surface, info } = request;
  const served = surface.serving('discovery.k8s.io', 'v1', 'endpointslices');
  if (served?.by !== 'store') throw StatusError.internal('endpointslices are not served');
  const { definition } = served;
  const { items } = await list(
    deps,
    { ...scope, definition },
    { ...EVERYTHING, labelSelector: `kubernetes.io/service-name=${service}` },
  );
  const ready: ReadyEndpoint[] = [];
  let others = 0;
  for (const item of items) {
    const slice = parseStored(definition, item) as unknown as SliceShape;
    const port = slice.ports?.find(({ name }) => (name ?? '') === portName)?.port;
    if (port === undefined) continue;
    for (const { addresses, conditions, nodeName, targetRef } of slice.endpoints ?? []) {
      if (conditions?.ready === false) continue;
      const address = addresses[0] ?? '';
      if (nodeName === undefined || targetRef?.kind !== 'Pod') others++;
      else {
        const { namespace = scope.namespace, name = '', uid = '' } = targetRef;
        ready.push({ node: nodeName, address, port, pod: { namespace, name, uid } });
      }
    }
  }
  const found = ready[Math.floor(Math.random() * ready.length)];
  if (found !== undefined) return found;
  const why = others > 0 ? ': its endpoints are no pods, which agents do not connect to' : '';
  throw StatusError.serviceUnavailable(`no endpoints available for service ${JSON.stringify(info.name)}${why}`);
}
