/** GET /, which lists paths, and /api, /apis, /openapi and what is under them. */

import type { OpenApiMessages } from '../../meta/protobuf/descriptors.ts';
import { StatusError } from '../../meta/status-error.ts';
import type { DiscoveryDocuments, Document } from '../discovery/documents.ts';
import { parseAccept } from '../request/negotiate.ts';
import type { ApiRequest } from './request.ts';
import { respondValue, responseHeaders } from './respond.ts';

const JSON_TYPES = ['application/json', 'application/*', '*/*'];
const OPENAPI_V2_PROTOBUF = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
/** Clients ask by the older name, which is no valid media type, and are answered by the newer. */
const OPENAPI_V2_PROTOBUF_NAMES = ['application/com.github.proto-openapi.spec.v2@v1.0+protobuf', OPENAPI_V2_PROTOBUF];

/** undefined: not a discovery path. */
export async function handleDiscovery(request: ApiRequest): Promise<Response | undefined> {
  const path = request.info.path.length > 1 ? request.info.path.replace(/\/+$/, '') : '/';
  if (path !== '/' && !/^\/(api|apis|openapi)(\/|$)/.test(path)) return undefined;
  const documents = request.surface.discovery;
  const accept = request.raw.headers.get('accept');
  if (path === '/openapi/v2') {
    const document = await openApiV2InProtobuf(documents, accept, request.deps.protobuf?.openApiV2);
    if (document !== undefined) return respondDocument(request, document, OPENAPI_V2_PROTOBUF);
  } else if (path.startsWith('/openapi/v3')) refuseProtobuf(accept);

  const aggregated = path === '/api' || path === '/apis' ? await aggregatedFor(documents, path, accept) : undefined;
  if (aggregated !== undefined) return respondDocument(request, aggregated.document, aggregated.contentType);
  const document = await documents.at(path);
  if (document === undefined) return undefined;
  if (accept?.includes('yaml')) return respondValue(request, JSON.parse(document.content));
  return respondDocument(request, document, 'application/json');
}

async function aggregatedFor(documents: DiscoveryDocuments, path: string, accept: string | null) {
  for (const { type, parameters } of parseAccept(accept)) {
    if (type !== 'application/json') continue;
    const { g, v, as } = parameters;
    if (as === undefined) return undefined;
    if (g !== 'apidiscovery.k8s.io' || as !== 'APIGroupDiscoveryList' || (v !== 'v2' && v !== 'v2beta1')) continue;
    return {
      document: await documents.aggregated(path, v),
      contentType: `application/json;g=apidiscovery.k8s.io;v=${v};as=APIGroupDiscoveryList`,
    };
  }
  return undefined;
}

/** undefined: JSON is wanted first. Throws 406. */
async function openApiV2InProtobuf(
  documents: DiscoveryDocuments,
  accept: string | null,
  messages: OpenApiMessages | undefined,
): Promise<Document<BodyInit> | undefined> {
  for (const { type } of parseAccept(accept)) {
    if (JSON_TYPES.includes(type)) return undefined;
    if (messages !== undefined && OPENAPI_V2_PROTOBUF_NAMES.includes(type)) {
      return documents.openApiV2InProtobuf(messages);
    }
  }
  refuseProtobuf(accept);
  return undefined;
}

function refuseProtobuf(accept: string | null): void {
  const clauses = parseAccept(accept);
  const json = clauses.some(({ type }) => JSON_TYPES.includes(type));
  if (clauses.length > 0 && !json) throw StatusError.notAcceptable(['application/json']);
}

function respondDocument(request: ApiRequest, { content, etag }: Document<BodyInit>, contentType: string): Response {
  const quoted = `"${etag}"`;
  const headers = responseHeaders(request, contentType).filter(([name]) => name !== 'cache-control');
  headers.push(['etag', quoted], ['vary', 'Accept']);
  headers.push(['cache-control', request.query.has('hash') ? 'public, max-age=31536000, immutable' : 'public']);
  const known = request.raw.headers.get('if-none-match');
  if (known?.split(',').some((each) => each.trim().replace(/^W\//, '') === quoted)) {
    return new Response(null, { status: 304, headers });
  }
  return new Response(content, { headers });
}
