/** What a write costs the event loop, without a database: the verbs of the registry over a store that holds one object. */
import { builtInKinds } from '../../src/apis/index.ts';
import type { RegistryDeps, Scope } from '../../src/apiserver/registry/context.ts';
import type { ResourceDefinition } from '../../src/apiserver/registry/contract.ts';
import { create } from '../../src/apiserver/registry/create.ts';
import { patch } from '../../src/apiserver/registry/patch.ts';
import { update } from '../../src/apiserver/registry/update.ts';
import type { WriteOptions } from '../../src/apiserver/request/options.ts';
import type { StoredObject } from '../../src/apiserver/storage/contract.ts';
import { createSurface } from '../../src/apiserver/surface/surface.ts';
import type { PatchType } from '../../src/meta/patch/apply-patch.ts';
import { decodeJson } from '../../src/meta/schema/decode.ts';
import { StatusError } from '../../src/meta/status-error.ts';

const NAMESPACE: StoredObject = {
  resource: 'namespaces',
  namespace: '',
  name: 'work',
  uid: 'u',
  revision: 1,
  body: '{}',
};

function depsWith(stored: StoredObject | undefined): RegistryDeps {
  const get = async (_tenant: string, key: { resource: string }) =>
    key.resource === 'namespaces' && stored?.resource !== 'namespaces' ? NAMESPACE : stored;
  return {
    store: { get } as unknown as RegistryDeps['store'],
    feed: {} as RegistryDeps['feed'],
    admission: { admit: async () => {}, validate: async () => {} },
    clusterSettings: async () => ({
      serviceCIDR: '10.96.0.0/16',
      clusterCIDR: '10.244.0.0/16',
      nodeCIDRMaskSize: 24,
      nodePortRange: [30000, 32767],
      clusterDomain: 'cluster.local',
    }),
    now: () => new Date(0),
  };
}

const surface = createSurface(builtInKinds, 'v1.35.0');

function scopeOf(definition: ResourceDefinition): Scope {
  const namespace = definition.namespaced ? 'work' : '';
  return { tenant: 'root', surface, user: { name: 'ada', groups: [] }, definition, namespace, warn() {} };
}

/** What became of a write: the object as it would be stored, or why not. */
export type Outcome = StoredObject | StatusError;

async function settle(work: () => Promise<{ stored: StoredObject }>): Promise<Outcome> {
  try {
    return (await work()).stored;
  } catch (error) {
    if (error instanceof StatusError && error.code < 500) return error;
    throw error;
  }
}

const OPTIONS: WriteOptions = { dryRun: true, fieldManager: '', force: false, fieldValidation: 'Warn' };

export function runCreate(definition: ResourceDefinition, text: string): Promise<Outcome> {
  return settle(() => create(depsWith(undefined), scopeOf(definition), decodeJson(text), OPTIONS));
}

export function runUpdate(definition: ResourceDefinition, stored: StoredObject, text: string): Promise<Outcome> {
  const target = { name: stored.name, subresource: '' };
  return settle(() => update(depsWith(stored), scopeOf(definition), target, decodeJson(text), OPTIONS, async () => {}));
}

export function runPatch(
  definition: ResourceDefinition,
  stored: StoredObject,
  type: PatchType,
  text: string,
): Promise<Outcome> {
  const target = { name: stored.name, subresource: '' };
  const sent = { value: decodeJson(text).value, duplicates: [] };
  return settle(() => patch(depsWith(stored), scopeOf(definition), target, type, sent, OPTIONS));
}
