/**
 * The client of controllers beside the store: the registry's verbs without HTTP. Admission and validation run as for any
 * request; authorization does not, because what runs in this process is trusted. Updates that change nothing are not
 * written.
 */
import type { Client, PatchType, ResourceRef } from '../../client/contract.ts';
import { parseOwnJson } from '../../meta/json.ts';
import type { KubeObject, UnknownObject } from '../../meta/object.ts';
import { own } from '../../meta/own.ts';
import type { PatchType as MediaType } from '../../meta/patch/apply-patch.ts';
import type { Decoded } from '../../meta/schema/decode.ts';
import { isStatus, StatusError } from '../../meta/status-error.ts';
import { act } from '../registry/act.ts';
import type { Answer, RegistryDeps, Scope } from '../registry/context.ts';
import type { BodyKind } from '../registry/contract.ts';
import { create } from '../registry/create.ts';
import { decode } from '../registry/decode.ts';
import { deleteObject } from '../registry/delete.ts';
import { get, objectOf } from '../registry/get.ts';
import { list } from '../registry/list.ts';
import { patch } from '../registry/patch.ts';
import { parseStored } from '../registry/stored-form.ts';
import { through } from '../registry/subresource.ts';
import { type Eviction, evict } from '../registry/subresources/eviction.ts';
import { update } from '../registry/update.ts';
import type { WriteOptions } from '../request/options.ts';
import type { UserInfo } from '../request/user.ts';
import type { ApiSurface, ApiSurfaces } from '../surface/contract.ts';

export interface LocalClientsDeps extends RegistryDeps {
  surfaces: ApiSurfaces;
  /** Told of warnings that a remote client would get as headers. */
  onWarning?(user: UserInfo, message: string): void;
}

/** What runs in this process may create what it may update. */
const MAY_CREATE = async () => {};
const PODS = 'pods';
const EVICTION = 'eviction';
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
  // Unknown fields are a mistake of ours, so they are refused.
  const options: WriteOptions = {
    dryRun: false,
    fieldManager: user.name.slice(user.name.lastIndexOf(':') + 1),
    force: false,
    fieldValidation: 'Strict',
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
      return result<T>(await create(deps, scope, sent(object), options));
    },

    async update<T extends KubeObject>(resource: ResourceRef<T>, object: T) {
      return client.updateSubresource(resource, '', object);
    },

    async updateStatus<T extends KubeObject>(resource: ResourceRef<T>, object: T) {
      return client.updateSubresource(resource, 'status', object);
    },

    async patch<T extends KubeObject>(
      resource: ResourceRef<T>,
      namespace: string,
      name: string,
      type: PatchType,
      body: unknown,
      subresource = '',
    ) {
      const scope = await scopeOf(resource, namespace);
      const target = { name, subresource };
      return shown<T>(scope, subresource, await patch(deps, scope, target, MEDIA_TYPES[type], sent(body), options));
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
      const known = own(scope.definition.subresources, subresource);
      if (known?.by === 'action') {
        const { group, version, kind } = known.kind;
        const posted = decoded(scope, scope.surface.body(group, version, kind), body);
        await act(deps, scope, { name, subresource }, known, posted, options);
        return body;
      }
      if (resource.resource !== PODS || subresource !== EVICTION) throw unserved(resource, subresource);
      const eviction = decoded(scope, scope.surface.body('policy', 'v1', 'Eviction'), body);
      await evict(deps, scope, name, eviction as unknown as Eviction, options);
      return body;
    },

    async updateSubresource<T extends KubeObject>(resource: ResourceRef<T>, subresource: string, object: T) {
      const scope = await scopeOfObject(resource, object);
      const target = { name: object.metadata.name ?? '', subresource };
      return shown<T>(scope, subresource, await update(deps, scope, target, sent(object), options, MAY_CREATE));
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

/** The object, or what the subresource shows of it. */
function shown<T extends KubeObject>({ definition }: Scope, subresource: string, answer: Answer): T {
  const by = through(definition, subresource);
  return by?.by === 'view' ? (by.read(objectOf(answer)) as unknown as T) : result<T>(answer);
}

/** JSON values only, in a copy: undefined properties are absent, as over HTTP. */
function plain(value: unknown): unknown {
  return parseOwnJson(JSON.stringify(value));
}

function sent(value: unknown): Decoded {
  return { value: plain(value), duplicates: [] };
}

function decoded(scope: Scope, kind: BodyKind, body: KubeObject): UnknownObject {
  return decode(kind, sent(body), 'Strict', scope.warn);
}
