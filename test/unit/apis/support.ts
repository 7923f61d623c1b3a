// Completes the definitions that kinds refer to, whichever of them a test imports.
import '../../../src/apis/index.ts';
import type { ResourceDefinition, StrategyContext } from '../../../src/apiserver/registry/contract.ts';
import type { UnknownObject } from '../../../src/meta/object.ts';
import { applyDefaults } from '../../../src/meta/schema/defaulting.ts';
import { link } from '../../../src/meta/schema/link.ts';

export const NOW = new Date('2026-01-01T12:00:00Z');

export const CONTEXT: StrategyContext = {
  tenant: 'root',
  user: { name: 'admin', groups: [] },
  now: NOW,
  dryRun: false,
  cluster: {
    serviceCIDR: '10.96.0.0/16',
    clusterCIDR: '10.244.0.0/16',
    nodeCIDRMaskSize: 24,
    nodePortRange: [30_000, 32_767],
    clusterDomain: 'cluster.local',
  },
};

/** What the tests look into; the shape is each test's own. */
// biome-ignore lint/suspicious/noExplicitAny: manifests are written and read as plain data
export type Manifest = UnknownObject & { [field: string]: any };

/** The object after the schema's and the strategy's defaults, as the registry applies them. */
export function defaulted(definition: ResourceDefinition, object: object): Manifest {
  const copy = structuredClone(object) as Manifest;
  applyDefaults(link(definition.schema, definition.definitions), copy);
  definition.strategy.default?.(copy);
  return copy;
}

/** The object as it is when validation of its creation begins. */
export function prepared(definition: ResourceDefinition, object: object, context = CONTEXT): Manifest {
  const created = defaulted(definition, object);
  definition.strategy.prepareForCreate?.(context, created);
  return created;
}

/** The object as it is when validation of its update begins. */
export function updated(definition: ResourceDefinition, object: object, old: object, context = CONTEXT): Manifest {
  const changed = defaulted(definition, object);
  definition.strategy.prepareForUpdate?.(context, changed, old as UnknownObject);
  return changed;
}

/** Cells by column name. */
export function cells(definition: ResourceDefinition, object: object, now = NOW): Record<string, unknown> {
  const columns = definition.columns ?? [];
  return Object.fromEntries(columns.map((column) => [column.name, column.cell(object as UnknownObject, now)]));
}

/** RFC 3339 of some seconds before NOW. */
export function ago(seconds: number): string {
  return `${new Date(NOW.getTime() - seconds * 1000).toISOString().slice(0, 19)}Z`;
}
