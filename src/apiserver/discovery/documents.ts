/** All discovery documents of a surface, each made on first use and kept with it. */
import type { OpenApiMessages } from '../../meta/protobuf/descriptors.ts';
import type { ResourceDefinition } from '../registry/contract.ts';
import type { SurfaceKinds } from '../surface/kinds.ts';
import { apiGroupDiscoveryList } from './aggregated.ts';
import { type Documented, documentName } from './documented.ts';
import { openApiV2 } from './openapi-v2.ts';
import { encodeOpenApiV2 } from './openapi-v2-protobuf.ts';
import { openApiV3 } from './openapi-v3.ts';
import { apiGroup, apiGroupList, apiResourceList, apiVersions } from './plain.ts';
import { groupsOf, type PublishedGroup } from './published.ts';

/** A document's text or bytes, and the strong ETag of its content. */
export interface Document<Content = string> {
  content: Content;
  etag: string;
}

export interface DiscoveryDocuments {
  /** By path, e.g. "/apis/apps/v1" or "/openapi/v3/api/v1". */
  at(path: string): Promise<Document | undefined>;
  /** `path` is "/api" or "/apis". */
  aggregated(path: string, version: 'v2' | 'v2beta1'): Promise<Document>;
  /** "/openapi/v2" in protobuf. The ETag is that of the JSON, as upstream; caches tell them apart by `Vary: Accept`. */
  openApiV2InProtobuf(messages: OpenApiMessages): Promise<Document<Uint8Array<ArrayBuffer>>>;
}

const OPENAPI_V2 = '/openapi/v2';
const OPENAPI_V3 = '/openapi/v3';
/** Paths beside the documents, for the index at the root. */
const OTHER_PATHS = [
  '/.well-known/openid-configuration',
  '/healthz',
  '/livez',
  '/openid/v1/jwks',
  '/readyz',
  '/version',
];

export function createDiscovery(kinds: SurfaceKinds, gitVersion: string): DiscoveryDocuments {
  const { stored, answered, groupOrder } = kinds;
  const groups = groupsOf([...stored, ...answered], groupOrder);
  const documented = () => groups.flatMap((group) => documentedOf(group, stored));
  const sources = new Map<string, () => object | Promise<object>>([
    ['/api', apiVersions],
    ['/apis', () => apiGroupList(groups)],
    [OPENAPI_V2, () => openApiV2(documented(), gitVersion)],
  ]);
  for (const group of groups) {
    const root = group.group === '' ? '/api' : `/apis/${group.group}`;
    if (group.group !== '') sources.set(root, () => apiGroup(group));
    for (const version of group.versions) {
      sources.set(`${root}/${version.version}`, () => apiResourceList(group.group, version));
    }
  }
  const openApi: Documented[] = documented();
  for (const each of openApi) {
    sources.set(`${OPENAPI_V3}/${documentName(each.group, each.version)}`, () => openApiV3(each, gitVersion));
  }

  // Values, not promises: on Workers a promise belongs to the request that made it, and dies with that.
  const made = new Map<string, Document>();
  const make = async (key: string, source: () => object | Promise<object>): Promise<Document> => {
    const document = made.get(key) ?? (await documentOf(source, key.startsWith('/openapi') ? '' : '\n'));
    made.set(key, document);
    return document;
  };
  const at = async (path: string): Promise<Document | undefined> => {
    const source = sources.get(path);
    return source === undefined ? undefined : make(path, source);
  };
  let openApiV2Bytes: Document<Uint8Array<ArrayBuffer>> | undefined;
  sources.set(OPENAPI_V3, async () => ({ paths: await openApiIndex(openApi, at) }));
  const paths = [...sources.keys(), ...OTHER_PATHS].sort();
  sources.set('/', () => ({ paths }));
  return {
    at,
    aggregated(path, version) {
      const of = groups.filter(({ group }) => (group === '') === (path === '/api'));
      return make(`${path} ${version}`, () => apiGroupDiscoveryList(of, version));
    },
    async openApiV2InProtobuf(messages) {
      const { content, etag } = (await at(OPENAPI_V2)) as Document;
      openApiV2Bytes ??= { content: encodeOpenApiV2(JSON.parse(content), messages), etag };
      return openApiV2Bytes;
    },
  };
}

/** A change of a document changes its URL, so that clients may cache each for ever. */
async function openApiIndex(
  documented: readonly Documented[],
  at: DiscoveryDocuments['at'],
): Promise<Record<string, object>> {
  const paths: Record<string, object> = {};
  for (const { group, version } of documented) {
    const name = documentName(group, version);
    const document = await at(`${OPENAPI_V3}/${name}`);
    paths[name] = { serverRelativeURL: `${OPENAPI_V3}/${name}?hash=${document?.etag ?? ''}` };
  }
  return paths;
}

function documentedOf({ group, versions }: PublishedGroup, stored: readonly ResourceDefinition[]): Documented[] {
  return versions.map(({ version, resources }) => {
    const own = stored.filter((each) => each.group === group && each.version === version);
    // Kinds that are only answered have their schemas in the built-in kinds' table.
    const definitions = own[0]?.definitions ?? stored[0]?.definitions ?? {};
    return { group, version, resources, stored: own, definitions };
  });
}

/** Upstream ends every document with its line but those of OpenAPI. */
async function documentOf(source: () => object | Promise<object>, end: string): Promise<Document> {
  const content = JSON.stringify(await source()) + end;
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(content)));
  return {
    content,
    etag: Array.from(digest, (byte) => byte.toString(16).padStart(2, '0'))
      .join('')
      .toUpperCase(),
  };
}
