/** All kinds that Kedge serves without a CustomResourceDefinition. */
import type { ResourceDefinition } from '../apiserver/registry/contract.ts';
import { deployments } from './apps/deployment.ts';
import { configMaps } from './core/config-map.ts';
import { namespaces } from './core/namespace.ts';
import { pods } from './core/pod.ts';

export { createCatalog } from './catalog.ts';
export { definitions } from './definitions.ts';

export const builtInResources: readonly ResourceDefinition[] = [configMaps, namespaces, pods, deployments];
