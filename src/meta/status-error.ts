/**
 * The one error class of the API: a Kubernetes Status. Handlers, registry and clients throw it; it is rendered in one
 * place. Reasons, codes and wording are those of k8s.io/apimachinery/pkg/api/errors.
 */
import { clip } from './clip.ts';
import { type FieldError, renderFieldError } from './field-error.ts';

export interface StatusCause {
  reason?: string;
  message?: string;
  field?: string;
}

export interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: StatusCause[];
  retryAfterSeconds?: number;
}

export interface Status {
  kind: 'Status';
  apiVersion: 'v1';
  metadata: { continue?: string };
  status: 'Success' | 'Failure';
  message?: string;
  reason?: string;
  details?: StatusDetails;
  code?: number;
}

/** The resource an error is about. `resource` is the plural name; messages show it as `deployments.apps "x"`. */
export interface ErrorSubject {
  group: string;
  resource: string;
}

function qualified(subject: ErrorSubject): string {
  return subject.group === '' ? subject.resource : `${subject.resource}.${subject.group}`;
}

export class StatusError extends Error {
  readonly status: Status;

  constructor(
    code: number,
    reason: string,
    message: string,
    details?: StatusDetails,
    options?: { cause?: unknown; continue?: string },
  ) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'StatusError';
    this.status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: options?.continue === undefined ? {} : { continue: options.continue },
      status: 'Failure',
      message,
      reason,
      ...(details === undefined ? {} : { details }),
      code,
    };
  }

  get code(): number {
    return this.status.code ?? 500;
  }

  get reason(): string {
    return this.status.reason ?? '';
  }

  /** A Status received from a server, made throwable again. */
  static from(status: Status): StatusError {
    return new StatusError(
      status.code ?? 500,
      status.reason ?? 'InternalError',
      status.message ?? 'unknown error',
      status.details,
      { ...(status.metadata?.continue === undefined ? {} : { continue: status.metadata.continue }) },
    );
  }

  static notFound(subject: ErrorSubject, name: string): StatusError {
    return new StatusError(404, 'NotFound', `${qualified(subject)} "${name}" not found`, detailsOf(subject, name));
  }

  static alreadyExists(subject: ErrorSubject, name: string): StatusError {
    return new StatusError(
      409,
      'AlreadyExists',
      `${qualified(subject)} "${name}" already exists`,
      detailsOf(subject, name),
    );
  }

  static conflict(subject: ErrorSubject, name: string, detail: string): StatusError {
    return new StatusError(
      409,
      'Conflict',
      `Operation cannot be fulfilled on ${qualified(subject)} "${name}": ${detail}`,
      detailsOf(subject, name),
    );
  }

  /** The optimistic-lock failure, in upstream's words. */
  static modified(subject: ErrorSubject, name: string): StatusError {
    return StatusError.conflict(
      subject,
      name,
      'the object has been modified; please apply your changes to the latest version and try again',
    );
  }

  /** 422 for a Kind (not a resource), with one cause a field error; `errors` is what collectFieldErrors gives, or short. */
  static invalid(gk: { group: string; kind: string }, name: string, errors: readonly FieldError[]): StatusError {
    const kind = gk.group === '' ? gk.kind : `${gk.kind}.${gk.group}`;
    const rendered = [...new Set(errors.map(renderFieldError))];
    const text = rendered.length === 1 ? rendered[0] : `[${rendered.join(', ')}]`;
    const shown = clip(name);
    return new StatusError(422, 'Invalid', `${kind} "${shown}" is invalid: ${text}`, {
      name: shown,
      ...(gk.group === '' ? {} : { group: gk.group }),
      kind: gk.kind,
      causes: errors.map((error) => ({ reason: error.type, message: error.message, field: error.field })),
    });
  }

  static badRequest(message: string): StatusError {
    return new StatusError(400, 'BadRequest', message);
  }

  static unauthorized(message = 'Unauthorized'): StatusError {
    return new StatusError(401, 'Unauthorized', message);
  }

  /** `detail` as upstream: `User "u" cannot get resource "pods" in API group "" in the namespace "n"`. */
  static forbidden(subject: ErrorSubject, name: string, detail: string): StatusError {
    const about = name === '' ? qualified(subject) : `${qualified(subject)} "${name}"`;
    return new StatusError(403, 'Forbidden', `${about} is forbidden: ${detail}`, detailsOf(subject, name));
  }

  static methodNotAllowed(subject: ErrorSubject, verb: string): StatusError {
    return new StatusError(
      405,
      'MethodNotAllowed',
      `${verb} is not supported on resources of kind "${qualified(subject)}"`,
      detailsOf(subject, ''),
    );
  }

  static notAcceptable(accepted: readonly string[]): StatusError {
    return new StatusError(406, 'NotAcceptable', `only the following media types are accepted: ${accepted.join(', ')}`);
  }

  static unsupportedMediaType(accepted: readonly string[]): StatusError {
    return new StatusError(
      415,
      'UnsupportedMediaType',
      `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
    );
  }

  static requestEntityTooLarge(message: string): StatusError {
    return new StatusError(413, 'RequestEntityTooLarge', message);
  }

  /** 410: a resourceVersion or continue token older than retention. `continueToken` is an inconsistent one to go on with. */
  static expired(message: string, continueToken?: string): StatusError {
    return new StatusError(410, 'Expired', message, undefined, {
      ...(continueToken === undefined ? {} : { continue: continueToken }),
    });
  }

  static tooManyRequests(message: string, retryAfterSeconds = 1): StatusError {
    return new StatusError(429, 'TooManyRequests', message, { retryAfterSeconds });
  }

  static serviceUnavailable(message: string, retryAfterSeconds = 1, cause?: unknown): StatusError {
    return new StatusError(503, 'ServiceUnavailable', message, { retryAfterSeconds }, { cause });
  }

  static timeout(message: string, retryAfterSeconds = 1): StatusError {
    return new StatusError(504, 'Timeout', `Timeout: ${message}`, { retryAfterSeconds });
  }

  static internal(message: string, cause?: unknown): StatusError {
    return new StatusError(
      500,
      'InternalError',
      `Internal error occurred: ${message}`,
      { causes: [{ message }] },
      { cause },
    );
  }

  /** An upstream feature that Kedge does not serve yet; says which. */
  static notImplemented(message: string): StatusError {
    return new StatusError(501, 'NotImplemented', message);
  }
}

function detailsOf(subject: ErrorSubject, name: string): StatusDetails {
  return {
    ...(name === '' ? {} : { name }),
    ...(subject.group === '' ? {} : { group: subject.group }),
    kind: subject.resource,
  };
}

/** True for a StatusError of that reason, for example `isStatus(error, 'NotFound')`. */
export function isStatus(error: unknown, reason: string): error is StatusError {
  return error instanceof StatusError && error.reason === reason;
}
