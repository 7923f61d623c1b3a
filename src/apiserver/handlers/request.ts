/** One request on its way through the handlers. */
import { decodeProtobuf } from '../../meta/protobuf/decode.ts';
import { compactLength } from '../../meta/schema/compact-length.ts';
import { type Decoded, decodeJson, decodeYaml } from '../../meta/schema/decode.ts';
import type { UpgradeOffer } from '../../tunnel/contract.ts';
import type { Work } from '../flow/work.ts';
import type { Scope } from '../registry/context.ts';
import type { ResourceDefinition } from '../registry/contract.ts';
import { MAX_OBJECT_BYTES, objectTooLarge } from '../registry/stored-form.ts';
import { readBody, readBytes } from '../request/body.ts';
import type { RequestInfo } from '../request/info.ts';
import { bodyMediaType } from '../request/negotiate.ts';
import { parseWriteOptions, type WriteOptions } from '../request/options.ts';
import type { UserInfo } from '../request/user.ts';
import type { ApiSurface } from '../surface/contract.ts';
import type { AppDeps } from './deps.ts';

export interface ApiRequest {
  deps: AppDeps;
  raw: Request;
  /** Audit-Id of the response. */
  id: string;
  tenant: string;
  /** What the tenant's API serves, for all of this request. */
  surface: ApiSurface;
  user: UserInfo;
  /** Whoever asks is of the root tenant, whichever this request is about. */
  operator: boolean;
  info: RequestInfo;
  query: URLSearchParams;
  /** The client asks for a WebSocket; the subprotocol with its token is taken out. Handlers of streams may accept. */
  upgrade?: UpgradeOffer;
  /** Ends the connection of a request whose answer cannot go on. Absent: its stream must fail. */
  cut?(): void;
  /** The client asks for SPDY/3.1, which only remote commands and port-forwards take. */
  spdy?: UpgradeOffer;
  /** Become Warning headers. */
  warnings: string[];
  /** Set when the request has been admitted to work, which is before any handler. */
  work?: Work;
  /** Adds a warning, once. */
  warn(message: string): void;
}

/** An ApiRequest for a resource that is registered. */
export interface ResourceRequest extends ApiRequest {
  definition: ResourceDefinition;
  scope: Scope;
}

export function forResource(request: ApiRequest, definition: ResourceDefinition): ResourceRequest {
  const { tenant, surface, user, info, warn } = request;
  const namespace = definition.namespaced ? info.namespace : '';
  return { ...request, definition, scope: { tenant, surface, user, definition, namespace, warn } };
}

export function writeOptions(
  { query, raw }: ApiRequest,
  kind: 'CreateOptions' | 'UpdateOptions' | 'PatchOptions',
  apply = false,
): WriteOptions {
  return parseWriteOptions(query, kind, raw.headers.get('user-agent'), apply);
}

/** The parsed body; undefined when there is none. Throws 400, 413 and 415. */
export async function decodeBody({ raw, deps }: ApiRequest, strict: boolean): Promise<Decoded | undefined> {
  const media = bodyMediaType(raw.headers.get('content-type'), deps.protobuf !== undefined);
  if (media === 'protobuf' && deps.protobuf !== undefined) {
    const bytes = await readBytes(raw);
    return bytes.length === 0 ? undefined : { value: decodeProtobuf(bytes, deps.protobuf), duplicates: [] };
  }
  const text = await readBody(raw);
  if (text === '') return undefined;
  if (media === 'yaml') return decodeYaml(text, { strict });
  // Before it costs a look at each of its fields.
  if (text.length > MAX_OBJECT_BYTES && compactLength(text) > MAX_OBJECT_BYTES) throw objectTooLarge();
  return decodeJson(text, { strict });
}
