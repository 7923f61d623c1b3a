/** All kinds that Kedge serves without a CustomResourceDefinition. */
import type { ResourceDefinition } from '../apiserver/registry/contract.ts';
import { customResourceDefinitions } from './apiextensions/custom-resource-definition.ts';
import { controllerRevisions } from './apps/controller-revision.ts';
import { deployments } from './apps/deployment.ts';
import { replicaSets } from './apps/replica-set.ts';
import { leases } from './coordination/lease.ts';
import { configMaps } from './core/config-map.ts';
import { endpoints } from './core/endpoints.ts';
import { events as coreEvents } from './core/event.ts';
import { namespaces } from './core/namespace.ts';
import { nodes } from './core/node.ts';
import { pods } from './core/pod.ts';
import { secrets } from './core/secret.ts';
import { services } from './core/service.ts';
import { serviceAccounts } from './core/service-account.ts';
import { endpointSlices } from './discovery/endpoint-slice.ts';
import { events } from './events/event.ts';
import { clusterRoles } from './rbac/cluster-role.ts';
import { clusterRoleBindings } from './rbac/cluster-role-binding.ts';
import { roles } from './rbac/role.ts';
import { roleBindings } from './rbac/role-binding.ts';

export { createCatalog } from './catalog.ts';
export { definitions } from './definitions.ts';

/** Core first, then groups in the order in which upstream's discovery lists them. */
export const builtInResources: readonly ResourceDefinition[] = [
  configMaps,
  endpoints,
  coreEvents,
  namespaces,
  nodes,
  pods,
  secrets,
  serviceAccounts,
  services,
  controllerRevisions,
  deployments,
  replicaSets,
  events,
  clusterRoleBindings,
  clusterRoles,
  roleBindings,
  roles,
  customResourceDefinitions,
  leases,
  endpointSlices,
];
