/**
 * The client of controllers beside the store: the registry's verbs without HTTP. Admission and validation run as for any
 * request; authorization does not, because what runs in this process is trusted. Updates that change nothing are not
 * written.
 */
import type { Client, PatchType, ResourceRef } from '../../client/contract.ts';
import { parseOwnJson } from '../../meta/json.ts';
import type { KubeObject, UnknownObject } from '../../meta/object.ts';
import type { PatchType as MediaType } from '../../meta/patch/apply-patch.ts';
import { isStatus, StatusError } from '../../meta/status-error.ts';
import type { Answer, RegistryDeps, Scope } from '../registry/context.ts';
import { create } from '../registry/create.ts';
import { toObject } from '../registry/decode.ts';
import { deleteObject } from '../registry/delete.ts';
import { get, objectOf } from '../registry/get.ts';
import { list } from '../registry/list.ts';
import { patch } from '../registry/patch.ts';
import { parseStored } from '../registry/stored-form.ts';
import { type Binding, bind } from '../registry/subresources/binding.ts';
import { type Eviction, evict } from '../registry/subresources/eviction.ts';
import { finalizeNamespace } from '../registry/subresources/finalize.ts';
import { type Scale, updateScale } from '../registry/subresources/scale.ts';
import { update } from '../registry/update.ts';
import type { UserInfo } from '../request/user.ts';
import type { ApiSurface, ApiSurfaces } from '../surface/contract.ts';

export interface LocalClientsDeps extends RegistryDeps {
  surfaces: ApiSurfaces;
  /** Told of warnings that a remote client would get as headers. */
  onWarning?(user: UserInfo, message: string): void;
}

const WRITE = { dryRun: false, subresource: '' };
/** What runs in this process may create what it may update. */
const REPLACE = { ...WRITE, authorizeCreate: async () => {} };
const MEDIA_TYPES: Readonly<Record<PatchType, MediaType>> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
};

export function createClient(
  deps: LocalClientsDeps,
  tenant: string,
  user: UserInfo,
  surfaceOf: () => Promise<ApiSurface>,
): Client {
  const scopeOf = async (resource: ResourceRef<KubeObject>, namespace: string | undefined): Promise<Scope> => {
    const surface = await surfaceOf();
    const definition = surface.find(resource.group, resource.version, resource.resource);
    if (definition === undefined) throw StatusError.notFound(resource, resource.resource);
    return {
      tenant,
      user,
      surface,
      definition,
      namespace: definition.namespaced ? (namespace ?? '') : '',
      warn: (message) => deps.onWarning?.(user, message),
    };
  };
  const scopeOfObject = (resource: ResourceRef<KubeObject>, object: KubeObject) =>
    scopeOf(resource, object.metadata.namespace);

  const client: Client = {
    async get<T extends KubeObject>(resource: ResourceRef<T>, namespace: string, name: string) {
      return result<T>(await get(deps, await scopeOf(resource, namespace), name));
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
      const scope = await scopeOf(resource, options.namespace);
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
      const scope = await scopeOfObject(resource, object);
      return result<T>(await create(deps, scope, sent(scope, object), WRITE));
    },

    async update<T extends KubeObject>(resource: ResourceRef<T>, object: T) {
      const scope = await scopeOfObject(resource, object);
      return result<T>(await update(deps, scope, object.metadata.name ?? '', sent(scope, object), REPLACE));
    },

    async updateStatus<T extends KubeObject>(resource: ResourceRef<T>, object: T) {
      const scope = await scopeOfObject(resource, object);
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
      return result<T>(
        await patch(deps, await scopeOf(resource, namespace), name, request, { dryRun: false, subresource }),
      );
    },

    async delete(resource, namespace, name, options = {}) {
      await deleteObject(deps, await scopeOf(resource, namespace), name, { dryRun: false, ...options });
    },

    async createSubresource<T extends KubeObject, R extends KubeObject>(
      resource: ResourceRef<T>,
      namespace: string,
      name: string,
      subresource: string,
      body: R,
    ) {
      const scope = await scopeOf(resource, namespace);
      switch (`${resource.resource}/${subresource}`) {
        case 'pods/binding':
          await bind(deps, scope, name, sentBody<Binding>(scope, ['', 'Binding'], body), WRITE);
          return body;
        case 'pods/eviction':
          await evict(deps, scope, name, sentBody<Eviction>(scope, ['policy', 'Eviction'], body), WRITE);
          return body;
        default:
          throw unserved(resource, subresource);
      }
    },

    async updateSubresource<T extends KubeObject>(resource: ResourceRef<T>, subresource: string, object: T) {
      const scope = await scopeOfObject(resource, object);
      const name = object.metadata.name ?? '';
      if (subresource === 'status') return client.updateStatus(resource, object);
      if (subresource === 'finalize' && resource.resource === 'namespaces') {
        return result<T>(await finalizeNamespace(deps, scope, name, sent(scope, object), WRITE));
      }
      if (subresource === 'scale' && scope.definition.scale !== undefined) {
        const scale = sentBody<Scale>(scope, ['autoscaling', 'Scale'], object);
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
function sentBody<T>(scope: Scope, [group, kind]: [string, string], object: KubeObject): T {
  return toObject(scope.surface.body(group, 'v1', kind), plain(object), [], 'Strict', scope.warn) as unknown as T;
}
