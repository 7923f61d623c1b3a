/**
 * The client of controllers beside the store: the registry's verbs without HTTP. Admission and validation run as for any
 * request; authorization does not, because what runs in this process is trusted. Updates that change nothing are not
 * written.
 */

import type { Answer, RegistryDeps, Scope } from '../apiserver/registry/context.ts';
import type { ResourceDefinition } from '../apiserver/registry/contract.ts';
import { create } from '../apiserver/registry/create.ts';
import { toObject } from '../apiserver/registry/decode.ts';
import { deleteObject } from '../apiserver/registry/delete.ts';
import { get, objectOf } from '../apiserver/registry/get.ts';
import { list } from '../apiserver/registry/list.ts';
import { patch } from '../apiserver/registry/patch.ts';
import { parseStored, storedResource } from '../apiserver/registry/stored-form.ts';
import { type Binding, bind } from '../apiserver/registry/subresources/binding.ts';
import { type Eviction, evict } from '../apiserver/registry/subresources/eviction.ts';
import { finalizeNamespace } from '../apiserver/registry/subresources/finalize.ts';
import { type Scale, updateScale } from '../apiserver/registry/subresources/scale.ts';
import { update } from '../apiserver/registry/update.ts';
import { MASTERS, type UserInfo } from '../apiserver/request/user.ts';
import { parseBody } from '../apiserver/storage/body.ts';
import type { StoredObject } from '../apiserver/storage/contract.ts';
import { RevisionExpiredError } from '../apiserver/storage/errors.ts';
import { parseOwnJson } from '../meta/json.ts';
import type { KubeObject, UnknownObject } from '../meta/object.ts';
import type { PatchType as MediaType } from '../meta/patch/apply-patch.ts';
import { isStatus, StatusError } from '../meta/status-error.ts';
import type {
  ChangeReader,
  Client,
  Located,
  LoggedChange,
  OwnershipReader,
  PatchType,
  ResourceRef,
} from './contract.ts';

export interface LocalClientsDeps extends RegistryDeps {
  /** Told of warnings that a remote client would get as headers. */
  onWarning?(user: UserInfo, message: string): void;
}

export interface LocalClients {
  /** A client that acts as `user`: what admission sees and who is named in what it writes. */
  as(tenant: string, user: UserInfo): Client;
  ownership(tenant: string): OwnershipReader;
  changes(tenant: string): ChangeReader;
}

/** For parts of the control plane that have no service account. */
export const LOOPBACK: UserInfo = { name: 'system:apiserver', groups: [MASTERS] };

const WRITE = { dryRun: false, subresource: '' };
/** What runs in this process may create what it may update. */
const REPLACE = { ...WRITE, authorizeCreate: async () => {} };
const MEDIA_TYPES: Readonly<Record<PatchType, MediaType>> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
};

export function createLocalClients(deps: LocalClientsDeps): LocalClients {
  return {
    as: (tenant, user) => createClient(deps, tenant, user),
    ownership: (tenant) => createOwnershipReader(deps, tenant),
    changes: (tenant) => createChangeReader(deps, tenant),
  };
}

function createClient(deps: LocalClientsDeps, tenant: string, user: UserInfo): Client {
  const scopeOf = (resource: ResourceRef<KubeObject>, namespace: string | undefined): Scope => {
    const definition = deps.catalog.find(resource.group, resource.version, resource.resource);
    if (definition === undefined) throw StatusError.notFound(resource, resource.resource);
    return {
      tenant,
      user,
      definition,
      namespace: definition.namespaced ? (namespace ?? '') : '',
      warn: (message) => deps.onWarning?.(user, message),
    };
  };
  const scopeOfObject = (resource: ResourceRef<KubeObject>, object: KubeObject) =>
    scopeOf(resource, object.metadata.namespace);

  const client: Client = {
    async get<T extends KubeObject>(resource: ResourceRef<T>, namespace: string, name: string) {
      return result<T>(await get(deps, scopeOf(resource, namespace), name));
    },

    async find<T extends KubeObject>(resource: ResourceRef<T>, namespace: string, name: string) {
      try {
        return await client.get(resource, namespace, name);
      } catch (error) {
        if (isStatus(error, 'NotFound')) return undefined;
        throw error;
      }
    },

    async list<T extends KubeObject>(
      resource: ResourceRef<T>,
      options: { namespace?: string; labelSelector?: string; fieldSelector?: string } = {},
    ) {
      const scope = scopeOf(resource, options.namespace);
      const listing = await list(deps, scope, {
        labelSelector: options.labelSelector ?? '',
        fieldSelector: options.fieldSelector ?? '',
        resourceVersion: '',
        resourceVersionMatch: '',
        limit: 0,
        continue: '',
      });
      return {
        items: listing.items.map((item) => parseStored(scope.definition, item) as unknown as T),
        resourceVersion: String(listing.revision),
      };
    },

    async create<T extends KubeObject>(resource: ResourceRef<T>, object: T) {
      const scope = scopeOfObject(resource, object);
      return result<T>(await create(deps, scope, sent(scope, object), WRITE));
    },

    async update<T extends KubeObject>(resource: ResourceRef<T>, object: T) {
      const scope = scopeOfObject(resource, object);
      return result<T>(await update(deps, scope, object.metadata.name ?? '', sent(scope, object), REPLACE));
    },

    async updateStatus<T extends KubeObject>(resource: ResourceRef<T>, object: T) {
      const scope = scopeOfObject(resource, object);
      const options = { ...REPLACE, subresource: 'status' };
      return result<T>(await update(deps, scope, object.metadata.name ?? '', sent(scope, object), options));
    },

    async patch<T extends KubeObject>(
      resource: ResourceRef<T>,
      namespace: string,
      name: string,
      type: PatchType,
      body: unknown,
      subresource = '',
    ) {
      if (subresource !== '' && subresource !== 'status') throw unserved(resource, subresource);
      const request = {
        type: MEDIA_TYPES[type],
        patch: plain(body),
        duplicates: [],
        fieldValidation: 'Strict' as const,
      };
      return result<T>(await patch(deps, scopeOf(resource, namespace), name, request, { dryRun: false, subresource }));
    },

    async delete(resource, namespace, name, options = {}) {
      await deleteObject(deps, scopeOf(resource, namespace), name, { dryRun: false, ...options });
    },

    async createSubresource<T extends KubeObject, R extends KubeObject>(
      resource: ResourceRef<T>,
      namespace: string,
      name: string,
      subresource: string,
      body: R,
    ) {
      const scope = scopeOf(resource, namespace);
      switch (`${resource.resource}/${subresource}`) {
        case 'pods/binding':
          await bind(deps, scope, name, sentBody<Binding>(deps, scope, ['', 'Binding'], body), WRITE);
          return body;
        case 'pods/eviction':
          await evict(deps, scope, name, sentBody<Eviction>(deps, scope, ['policy', 'Eviction'], body), WRITE);
          return body;
        default:
          throw unserved(resource, subresource);
      }
    },

    async updateSubresource<T extends KubeObject>(resource: ResourceRef<T>, subresource: string, object: T) {
      const scope = scopeOfObject(resource, object);
      const name = object.metadata.name ?? '';
      if (subresource === 'status') return client.updateStatus(resource, object);
      if (subresource === 'finalize' && resource.resource === 'namespaces') {
        return result<T>(await finalizeNamespace(deps, scope, name, sent(scope, object), WRITE));
      }
      if (subresource === 'scale' && scope.definition.scale !== undefined) {
        const scale = sentBody<Scale>(deps, scope, ['autoscaling', 'Scale'], object);
        return (await updateScale(deps, scope, name, () => scale, WRITE)) as unknown as T;
      }
      throw unserved(resource, subresource);
    },
  };
  return client;
}

function unserved(resource: ResourceRef<KubeObject>, subresource: string): StatusError {
  return StatusError.badRequest(`${resource.resource}/${subresource} is not served in-process`);
}

function result<T extends KubeObject>(answer: Answer): T {
  return objectOf(answer) as unknown as T;
}

/** JSON values only, in a copy: undefined properties are absent, as over HTTP. */
function plain(value: unknown): unknown {
  return parseOwnJson(JSON.stringify(value));
}

/** A controller's object as the registry wants it. Unknown fields are a mistake of ours, so they are refused. */
function sent(scope: Scope, object: KubeObject): UnknownObject {
  return toObject(scope.definition, plain(object), [], 'Strict', scope.warn);
}

/** As `sent`, for a kind of v1 that is not stored. */
function sentBody<T>(deps: RegistryDeps, scope: Scope, [group, kind]: [string, string], object: KubeObject): T {
  return toObject(deps.catalog.body(group, 'v1', kind), plain(object), [], 'Strict', scope.warn) as unknown as T;
}

function createOwnershipReader(deps: RegistryDeps, tenant: string): OwnershipReader {
  const located = (stored: StoredObject): Located | undefined => {
    const definition = definitionOf(deps, stored.resource);
    return definition && { resource: refOf(definition), object: parseStored(definition, stored) };
  };
  const all = (items: readonly StoredObject[]) => items.map(located).filter((each) => each !== undefined);
  return {
    async dependents(ownerUid) {
      return all(await deps.store.dependents(tenant, ownerUid));
    },
    async inNamespace(namespace, limit) {
      const { items, more } = await deps.store.inNamespace(tenant, namespace, limit);
      return { items: all(items), more };
    },
    resourceOf(apiVersion, kind) {
      const slash = apiVersion.indexOf('/');
      const group = slash === -1 ? '' : apiVersion.slice(0, slash);
      const definition = deps.catalog.findKind(group, apiVersion.slice(slash + 1), kind);
      return definition && refOf(definition);
    },
    resourceNamed(groupResource) {
      const definition = definitionOf(deps, groupResource);
      return definition && refOf(definition);
    },
  };
}

/** Changes in a row that are read at once. */
const PAGE = 1000;

function createChangeReader({ store }: RegistryDeps, tenant: string): ChangeReader {
  return {
    async since(revision, resources) {
      const changes: LoggedChange[] = [];
      let through = revision;
      try {
        for (;;) {
          const page = await store.changes(tenant, through, PAGE, resources);
          through = page.through;
          for (const { resource, namespace, name, type, current } of page.changes) {
            changes.push({ resource, namespace, name, type, object: parseBody(current) });
          }
          if (page.changes.length < PAGE) return { changes, through };
        }
      } catch (error) {
        if (error instanceof RevisionExpiredError) return undefined;
        throw error;
      }
    },
  };
}

/** The definition whose form is the stored one. */
function definitionOf(deps: RegistryDeps, resource: string): ResourceDefinition | undefined {
  const sharing = deps.catalog.all().filter((each) => storedResource(each) === resource);
  return sharing.find((each) => each.fromStored === undefined) ?? sharing[0];
}

function refOf({ group, version, resource, kind, namespaced }: ResourceDefinition): ResourceRef<KubeObject> {
  return { group, version, resource, kind, namespaced };
}
