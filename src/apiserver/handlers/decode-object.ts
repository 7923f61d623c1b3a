/** The first half of the door: a body becomes an object of its kind by the kind's schema, whether it is stored or not. */
import type { Decoded } from '../../meta/schema/decode.ts';
import { StatusError } from '../../meta/status-error.ts';
import type { BodyKind } from '../registry/contract.ts';
import { decode } from '../registry/decode.ts';
import type { FieldValidation } from '../request/options.ts';
import { type ApiRequest, decodeBody } from './request.ts';

/**
 * The body as an object of `kind`. `T` is what the schema assures. Throws 400 for an empty body, another kind, or a value
 * of a wrong type; unknown and duplicate fields are treated as `validation` says.
 */
export async function decodeObject<T>(
  request: ApiRequest,
  kind: BodyKind,
  validation: FieldValidation,
  also: readonly string[] = [],
): Promise<T> {
  const object = await decodeOptional<T>(request, kind, validation, also);
  if (object !== undefined) return object;
  throw emptyBody(kind);
}

/** What was sent, for who decodes it against `kind`. Throws 400 for an empty body. */
export async function sentBody(request: ApiRequest, kind: BodyKind, validation: FieldValidation): Promise<Decoded> {
  const sent = await decodeBody(request, validation !== 'Ignore');
  if (sent !== undefined) return sent;
  throw emptyBody(kind);
}

function emptyBody(kind: BodyKind): StatusError {
  return StatusError.badRequest(
    `${kind.kind} in version ${JSON.stringify(kind.version)} cannot be handled as a ${kind.kind}: the request body is empty`,
  );
}

/**
 * As decodeObject; undefined for an empty body. `also` are apiVersions beside the kind's own under which upstream has the
 * same kind; `any` is one that is in all group versions.
 */
export async function decodeOptional<T>(
  request: ApiRequest,
  kind: BodyKind,
  validation: FieldValidation,
  also: readonly string[] | 'any' = [],
): Promise<T | undefined> {
  const decoded = await decodeBody(request, validation !== 'Ignore');
  if (decoded === undefined) return undefined;
  const { value } = decoded;
  if (typeof value === 'object' && value !== null) {
    const { apiVersion } = value as { apiVersion?: unknown };
    if (typeof apiVersion === 'string' && (also === 'any' || also.includes(apiVersion))) {
      delete (value as { apiVersion?: unknown }).apiVersion;
    }
  }
  return decode(kind, decoded, validation, request.warn) as unknown as T;
}
