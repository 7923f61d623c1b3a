/** Lists a Service's pods in the Endpoints of its name. Upstream: pkg/controller/endpoint. */
import { ENDPOINTS, type Endpoints, PODS, SERVICES, type Service } from '../../client/resources.ts';
import { isStatus } from '../../meta/status-error.ts';
import { type Controller, DONE, type ReconcileContext, type Result } from '../../reconcile/contract.ts';
import { createOrUpdate } from '../../reconcile/create-or-update.ts';
import { objectKey, parseSelectionKey, splitKey } from '../../reconcile/keys.ts';
import { HEADLESS_LABEL, hasOwnEndpoints, isHeadless, podKeys, servicesSelecting } from '../shared/endpoints.ts';
import { isNamespaceTerminating } from '../shared/status-causes.ts';
import { buildSubsets } from './subsets.ts';

const MANAGED_BY_LABEL = 'endpoints.kubernetes.io/managed-by';
const NAME = 'endpoint-controller';
const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity';

export const endpointsController: Controller = {
  name: NAME,
  watches: ['services', 'pods', 'endpoints'],
  keys(change) {
    if (change.resource === 'pods') return podKeys(change);
    if (change.resource === 'services') return [objectKey(change.object)];
    // Others' Endpoints are left alone; ours are looked at when they were changed, or outlived their service.
    const ours = [change.object, change.previous].some((state) => state?.metadata.labels?.[MANAGED_BY_LABEL] === NAME);
    return ours ? [objectKey(change.object)] : [];
  },
  async reconcile(context, key) {
    const selection = parseSelectionKey(key);
    if (selection !== undefined) {
      await context.enqueue(await servicesSelecting(context, selection));
      return DONE;
    }
    const { namespace, name } = splitKey(key);
    const service = await context.client.find(SERVICES, namespace, name);
    if (service === undefined) return await removeLeftover(context, namespace, name);
    return hasOwnEndpoints(service) ? await sync(context, service) : DONE;
  },
};

async function removeLeftover({ client }: ReconcileContext, namespace: string, name: string): Promise<Result> {
  const endpoints = await client.find(ENDPOINTS, namespace, name);
  if (endpoints?.metadata.labels?.[MANAGED_BY_LABEL] !== NAME) return DONE;
  try {
    const { uid } = endpoints.metadata;
    await client.delete(ENDPOINTS, namespace, name, { preconditions: uid === undefined ? {} : { uid } });
  } catch (error) {
    if (!isStatus(error, 'NotFound')) throw error;
  }
  return DONE;
}

async function sync(context: ReconcileContext, service: Service): Promise<Result> {
  const { client, events } = context;
  const { namespace = '', name = '', labels } = service.metadata;
  const selector = Object.entries(service.spec?.selector ?? {});
  const labelSelector = selector.map(([key, value]) => `${key}=${value}`).join(',');
  const pods = await client.list(PODS, { namespace, labelSelector });
  const { subsets, truncated } = buildSubsets(service, pods.items);
  const initial: Endpoints = { apiVersion: 'v1', kind: 'Endpoints', metadata: { name, namespace } };
  try {
    await createOrUpdate(client, ENDPOINTS, initial, (endpoints) => {
      endpoints.subsets = subsets;
      endpoints.metadata.labels = {
        ...labels,
        [MANAGED_BY_LABEL]: NAME,
        ...(isHeadless(service) ? { [HEADLESS_LABEL]: '' } : {}),
      };
      const { [OVER_CAPACITY]: _, ...annotations } = endpoints.metadata.annotations ?? {};
      endpoints.metadata.annotations = truncated ? { ...annotations, [OVER_CAPACITY]: 'truncated' } : annotations;
    });
  } catch (error) {
    if (isNamespaceTerminating(error)) return DONE;
    const message = `Failed to update endpoint ${namespace}/${name}: ${error instanceof Error ? error.message : error}`;
    if (!isStatus(error, 'Conflict')) await events.event(initial, 'Warning', 'FailedToUpdateEndpoint', message);
    throw error;
  }
  return DONE;
}
