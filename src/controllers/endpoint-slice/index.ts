/** Keeps the EndpointSlices of Services with a selector. Upstream: pkg/controller/endpointslice. */
import { ENDPOINT_SLICES, PODS, SERVICES, type Service } from '../../client/resources.ts';
import { isStatus } from '../../meta/status-error.ts';
import { type Controller, DONE, type ReconcileContext, type Result } from '../../reconcile/contract.ts';
import { objectKey, parseSelectionKey, splitKey } from '../../reconcile/keys.ts';
import { addressTypes, hasOwnEndpoints, podKeys, servicesSelecting } from '../shared/endpoints.ts';
import { isNamespaceTerminating } from '../shared/status-causes.ts';
import { groupEndpoints } from './endpoints.ts';
import { MANAGED_BY, MANAGED_BY_LABEL, planSlices, SERVICE_NAME_LABEL, type SlicePlan } from './plan.ts';

export const endpointSliceController: Controller = {
  name: 'endpointslice-controller',
  watches: ['services', 'pods', 'endpointslices.discovery.k8s.io'],
  keys(change) {
    if (change.resource === 'pods') return podKeys(change);
    if (change.resource === 'services') return change.type === 'DELETED' ? [] : [objectKey(change.object)];
    const services = [change.object, change.previous].flatMap((state) => {
      const labels = state?.metadata.labels ?? {};
      return labels[MANAGED_BY_LABEL] === MANAGED_BY ? [labels[SERVICE_NAME_LABEL]] : [];
    });
    return [...new Set(services.filter(Boolean).map((name) => `${change.namespace}/${name}`))];
  },
  async reconcile(context, key) {
    const selection = parseSelectionKey(key);
    if (selection !== undefined) {
      await context.enqueue(await servicesSelecting(context, selection));
      return DONE;
    }
    const { namespace, name } = splitKey(key);
    const service = await context.client.find(SERVICES, namespace, name);
    // The slices of a deleted service are its dependents: the garbage collector takes them.
    if (service === undefined || service.metadata.deletionTimestamp !== undefined) return DONE;
    return hasOwnEndpoints(service) ? await sync(context, service) : DONE;
  },
};

async function sync(context: ReconcileContext, service: Service): Promise<Result> {
  const { client, events } = context;
  const { namespace = '', name = '' } = service.metadata;
  const selector = Object.entries(service.spec?.selector ?? {});
  const [pods, slices] = await Promise.all([
    client.list(PODS, { namespace, labelSelector: selector.map(([key, value]) => `${key}=${value}`).join(',') }),
    client.list(ENDPOINT_SLICES, {
      namespace,
      labelSelector: `${SERVICE_NAME_LABEL}=${name},${MANAGED_BY_LABEL}=${MANAGED_BY}`,
    }),
  ]);
  const own = slices.items.filter((slice) => slice.metadata.deletionTimestamp === undefined);
  const families = addressTypes(service);
  try {
    for (const family of families) {
      const existing = own.filter((slice) => slice.addressType === family);
      await carryOut(context, planSlices(service, family, groupEndpoints(service, pods.items, family), existing));
    }
    const stray = own.filter((slice) => !families.some((family) => family === slice.addressType));
    await carryOut(context, { create: [], update: [], delete: stray });
  } catch (error) {
    if (isNamespaceTerminating(error)) return DONE;
    const message = `Error updating Endpoint Slices for Service ${namespace}/${name}: ${error instanceof Error ? error.message : error}`;
    if (!isStatus(error, 'Conflict')) await events.event(service, 'Warning', 'FailedToUpdateEndpointSlices', message);
    throw error;
  }
  return DONE;
}

/** New slices first, so that an endpoint that moves is never absent. */
async function carryOut({ client }: ReconcileContext, plan: SlicePlan): Promise<void> {
  for (const slice of plan.create) await client.create(ENDPOINT_SLICES, slice);
  for (const slice of plan.update) await client.update(ENDPOINT_SLICES, slice);
  for (const { metadata } of plan.delete) {
    try {
      await client.delete(ENDPOINT_SLICES, metadata.namespace ?? '', metadata.name ?? '');
    } catch (error) {
      if (!isStatus(error, 'NotFound')) throw error;
    }
  }
}
