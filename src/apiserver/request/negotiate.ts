/** Content negotiation: which form the client wants an answer in, and which form its body has. */
import { own, setOwn } from '../../meta/own.ts';
import type { PatchType } from '../../meta/patch/apply-patch.ts';
import { StatusError } from '../../meta/status-error.ts';

export type MediaType = 'json' | 'yaml';
export type BodyMediaType = MediaType | 'protobuf';

export interface OutputForm {
  media: MediaType;
  /** Table and PartialObjectMetadata(List) of meta.k8s.io, asked for by `as=`. */
  as?: { kind: 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList'; version: 'v1' | 'v1beta1' };
  pretty: boolean;
}

export interface AcceptClause {
  type: string;
  parameters: Readonly<Record<string, string>>;
  quality: number;
}

const MEDIA_TYPES: Readonly<Record<string, MediaType>> = {
  'application/json': 'json',
  'application/yaml': 'yaml',
  '*/*': 'json',
  'application/*': 'json',
};
export const ACCEPTED = ['application/json', 'application/yaml'];
const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const ACCEPTED_STREAM = ['application/json', 'application/json;stream=watch'];
const TRANSFORMS = new Set(['Table', 'PartialObjectMetadata', 'PartialObjectMetadataList']);

/** Clauses of an Accept header, most wanted first. */
export function parseAccept(header: string | null): AcceptClause[] {
  if (header === null || header.trim() === '') return [];
  const clauses = header.split(',').map((clause): AcceptClause => {
    const [type = '', ...rest] = clause.split(';').map((part) => part.trim());
    const parameters: Record<string, string> = {};
    for (const parameter of rest) {
      const at = parameter.indexOf('=');
      if (at > 0) setOwn(parameters, parameter.slice(0, at), parameter.slice(at + 1).replace(/^"(.*)"$/, '$1'));
    }
    const { q, ...others } = parameters;
    const quality = q === undefined ? 1 : Number(q);
    return { type: type.toLowerCase(), parameters: others, quality: Number.isNaN(quality) ? 1 : quality };
  });
  return clauses.every((clause) => clause.quality === 1)
    ? clauses
    : clauses.filter((clause) => clause.quality > 0).sort((a, b) => b.quality - a.quality);
}

const PLAIN: OutputForm = { media: 'json', pretty: false };

/**
 * The first acceptable clause. Throws 406 worded as upstream when there is none: clients that offer protobuf also offer
 * JSON after it. `stream` is for watches, whose frames are JSON only.
 */
export function negotiate(accept: string | null, pretty: boolean, stream = false): OutputForm {
  if (accept === null || accept === 'application/json' || accept === '*/*') {
    return pretty ? { media: 'json', pretty } : PLAIN;
  }
  const clauses = parseAccept(accept);
  if (clauses.length === 0) return { media: 'json', pretty };
  for (const clause of clauses) {
    const media = own(MEDIA_TYPES, clause.type);
    if (media === undefined || (stream && media !== 'json')) continue;
    const { as, g, v } = clause.parameters;
    if (as === undefined) return { media, pretty };
    if (!TRANSFORMS.has(as) || g !== 'meta.k8s.io' || (v !== 'v1' && v !== 'v1beta1')) continue;
    return { media, pretty, as: { kind: as as NonNullable<OutputForm['as']>['kind'], version: v } };
  }
  throw StatusError.notAcceptable(stream ? ACCEPTED_STREAM : ACCEPTED);
}

/** Indented JSON for people: asked by `pretty`, or by user agents that people read (as upstream). */
export function wantsPretty(pretty: string | null, userAgent: string | null): boolean {
  if (pretty !== null) return pretty !== '0' && pretty.toLowerCase() !== 'false';
  return userAgent !== null && /^(curl|Wget|Mozilla\/5\.0)/.test(userAgent);
}

/** The media type of a request body; JSON when it does not say. Throws 415. `protobuf`: whether it can be read here. */
export function bodyMediaType(contentType: string | null, protobuf: boolean): BodyMediaType {
  const type = mediaTypeOf(contentType);
  if (type === '' || type === 'application/json') return 'json';
  if (type === 'application/yaml') return 'yaml';
  if (type === PROTOBUF && protobuf) return 'protobuf';
  throw StatusError.unsupportedMediaType(protobuf ? [...ACCEPTED, PROTOBUF] : ACCEPTED);
}

const PATCH_TYPES: readonly string[] = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
] satisfies PatchType[];
/** The media type of server-side apply. */
export const APPLY = 'application/apply-patch+yaml';

/** The patch type that a Content-Type names, or server-side apply. Throws 415. */
export function patchTypeOf(contentType: string | null): PatchType | typeof APPLY {
  const type = mediaTypeOf(contentType);
  if (type === APPLY) return APPLY;
  if (PATCH_TYPES.includes(type)) return type as PatchType;
  throw StatusError.unsupportedMediaType([...PATCH_TYPES, APPLY]);
}

function mediaTypeOf(contentType: string | null): string {
  if (contentType === null) return '';
  const end = contentType.indexOf(';');
  return (end === -1 ? contentType : contentType.slice(0, end)).trim().toLowerCase();
}
