/** Options of requests (meta.k8s.io/v1 ListOptions, CreateOptions, …) from the query and, for deletes, the body. */
import { type FieldError, forbidden, invalid, notSupported, path, required, tooLong } from '../../meta/field-error.ts';
import { StatusError } from '../../meta/status-error.ts';
import { isTrue, namedFieldSelector, type RequestInfo } from './info.ts';

export interface ListOptions {
  labelSelector: string;
  fieldSelector: string;
  /** '' when unset, which means most recent; "0" means any. */
  resourceVersion: string;
  resourceVersionMatch: '' | 'Exact' | 'NotOlderThan';
  limit: number;
  continue: string;
  timeoutSeconds?: number;
  allowWatchBookmarks: boolean;
  sendInitialEvents?: boolean;
}

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';

/** CreateOptions, UpdateOptions and PatchOptions, which a write carries whole from the query to its last stage. */
export interface WriteOptions {
  dryRun: boolean;
  /** Who owns the fields that the write sets: as it was named, else the program that User-Agent names; '' for neither. */
  fieldManager: string;
  /** Of server-side apply: takes fields over that others own. */
  force: boolean;
  fieldValidation: FieldValidation;
}

export interface DeleteOptions {
  dryRun: boolean;
  gracePeriodSeconds?: number;
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  orphanDependents?: boolean;
  preconditions?: { uid?: string; resourceVersion?: string };
}

/** Options named `kind` had these errors: 422 as upstream. */
function refuse(kind: string, errors: FieldError[]): void {
  if (errors.length > 0) throw StatusError.invalid({ group: 'meta.k8s.io', kind }, '', errors);
}

/** A whole number in a query, refused in the words of Go's strconv. */
function integer(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  if (!/^[+-]?\d+$/.test(text)) {
    throw StatusError.badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  const value = Number(text);
  if (!Number.isSafeInteger(value)) {
    throw StatusError.badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: value out of range`);
  }
  return value;
}

/** A resourceVersion as a number; '' is undefined. Throws 400. */
export function parseResourceVersion(text: string): number | undefined {
  if (text === '') return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) {
    throw StatusError.badRequest(
      `resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`,
    );
  }
  return value;
}

const MATCHES = ['Exact', 'NotOlderThan'];

/** Of the list or watch that `info` describes: one that names an object selects that object alone. Throws 400 and 422. */
export function parseListOptions(query: URLSearchParams, watch: boolean, info: Pick<RequestInfo, 'name'>): ListOptions {
  const timeoutSeconds = integer(query, 'timeoutSeconds');
  const sendInitialEvents = query.has('sendInitialEvents') ? isTrue(query.get('sendInitialEvents')) : undefined;
  const options: ListOptions = {
    labelSelector: query.get('labelSelector') ?? '',
    fieldSelector: namedFieldSelector(info, query.get('fieldSelector') ?? ''),
    resourceVersion: query.get('resourceVersion') ?? '',
    resourceVersionMatch: (query.get('resourceVersionMatch') ?? '') as ListOptions['resourceVersionMatch'],
    limit: Math.max(0, integer(query, 'limit') ?? 0),
    continue: query.get('continue') ?? '',
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
    allowWatchBookmarks: isTrue(query.get('allowWatchBookmarks')),
    ...(sendInitialEvents === undefined ? {} : { sendInitialEvents }),
  };
  refuse('ListOptions', watch ? watchOptionErrors(options) : listOptionErrors(options));
  return options;
}

function listOptionErrors(options: ListOptions): FieldError[] {
  const errors: FieldError[] = [];
  const match = options.resourceVersionMatch;
  const at = path('resourceVersionMatch');
  if (match !== '') {
    if (options.resourceVersion === '') {
      errors.push(forbidden(at, 'resourceVersionMatch is forbidden unless resourceVersion is provided'));
    }
    if (options.continue !== '') {
      errors.push(forbidden(at, 'resourceVersionMatch is forbidden when continue is provided'));
    }
    if (!MATCHES.includes(match)) {
      errors.push(notSupported(at, match, ['Exact', 'NotOlderThan', '']));
    }
    if (match === 'Exact' && options.resourceVersion === '0') {
      errors.push(forbidden(at, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
    }
  }
  if (options.sendInitialEvents !== undefined) {
    errors.push(forbidden(path('sendInitialEvents'), 'sendInitialEvents is forbidden for list'));
  }
  return errors;
}

function watchOptionErrors(options: ListOptions): FieldError[] {
  const errors: FieldError[] = [];
  const match = options.resourceVersionMatch;
  const at = path('resourceVersionMatch');
  if (match !== '') {
    if (options.sendInitialEvents === undefined) {
      errors.push(forbidden(at, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'));
    } else if (match !== 'NotOlderThan') {
      errors.push(notSupported(at, match, ['NotOlderThan']));
    }
  } else if (options.sendInitialEvents !== undefined) {
    errors.push(forbidden(at, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'));
  }
  if (options.continue !== '') errors.push(forbidden(path('continue'), 'continue is forbidden for watch'));
  return errors;
}

const FIELD_VALIDATIONS = ['Ignore', 'Strict', 'Warn'];
const PRINTABLE = /^[\u0020-\u007e\u00a0-\uffff]*$/;

/** Characters of a field manager's name. */
const MAX_MANAGER = 128;

/** `kind`: CreateOptions, UpdateOptions or PatchOptions, of which an `apply` is one. fieldValidation defaults to Warn. */
export function parseWriteOptions(
  query: URLSearchParams,
  kind: string,
  userAgent: string | null,
  apply = false,
): WriteOptions {
  const errors: FieldError[] = [];
  const dryRun = dryRunOf(query.getAll('dryRun'), errors);
  const manager = query.get('fieldManager') ?? '';
  if (manager.length > MAX_MANAGER) errors.push(tooLong('fieldManager', MAX_MANAGER));
  if (!PRINTABLE.test(manager))
    errors.push(invalid('fieldManager', manager, 'should only contain printable characters'));
  const force = kind === 'PatchOptions' && query.has('force') && isTrue(query.get('force'));
  if (apply && manager === '') errors.push(required('fieldManager', 'is required for apply patch'));
  if (force && !apply) {
    errors.push(forbidden('force', 'may not be specified for non-apply patch'));
  }
  const fieldValidation = query.get('fieldValidation') ?? '';
  if (fieldValidation !== '' && !FIELD_VALIDATIONS.includes(fieldValidation)) {
    errors.push(notSupported('fieldValidation', fieldValidation, FIELD_VALIDATIONS));
  }
  refuse(kind, errors);
  return {
    dryRun,
    fieldManager: manager === '' ? programOf(userAgent ?? '') : manager,
    force,
    fieldValidation: (fieldValidation === '' ? 'Warn' : fieldValidation) as FieldValidation,
  };
}

/** What comes before the first slash of a User-Agent, as upstream takes it for a manager: "kubectl" of "kubectl/v1.35.4 (…)". */
function programOf(userAgent: string): string {
  const slash = userAgent.indexOf('/');
  const program = slash === -1 ? userAgent : userAgent.slice(0, slash);
  return PRINTABLE.test(program) ? program.slice(0, MAX_MANAGER) : '';
}

function dryRunOf(values: readonly string[], errors: FieldError[]): boolean {
  const given = values.filter((value) => value !== '');
  for (const value of given) if (value !== 'All') errors.push(notSupported('dryRun', value, ['All']));
  return given.length > 0;
}

const PROPAGATIONS = ['Foreground', 'Background', 'Orphan'];

/** A DeleteOptions body as its schema assures it. */
export interface DeleteOptionsBody {
  gracePeriodSeconds?: number;
  propagationPolicy?: string;
  orphanDependents?: boolean;
  preconditions?: { uid?: string; resourceVersion?: string };
  dryRun?: readonly string[];
}

/** `body` is the decoded DeleteOptions, which wins over the query; undefined when the request had none. Throws 400, 422. */
export function parseDeleteOptions(query: URLSearchParams, body: DeleteOptionsBody | undefined): DeleteOptions {
  return toDeleteOptions(body ?? deleteBodyOf(query));
}

/** Checks what the types leave open. Throws 422. */
export function toDeleteOptions(given: DeleteOptionsBody): DeleteOptions {
  const errors: FieldError[] = [];
  const dryRun = dryRunOf(given.dryRun ?? [], errors);
  const { gracePeriodSeconds, propagationPolicy, orphanDependents, preconditions } = given;
  if (orphanDependents !== undefined && propagationPolicy !== undefined) {
    errors.push(
      invalid('propagationPolicy', propagationPolicy, 'orphanDependents and deletionPropagation cannot be both set'),
    );
  }
  if (propagationPolicy !== undefined && !isPropagation(propagationPolicy)) {
    errors.push(notSupported('propagationPolicy', propagationPolicy, [...PROPAGATIONS, 'nil']));
  }
  refuse('DeleteOptions', errors);
  return {
    dryRun,
    // Upstream takes what is negative for one second.
    ...(gracePeriodSeconds === undefined
      ? {}
      : { gracePeriodSeconds: gracePeriodSeconds < 0 ? 1 : gracePeriodSeconds }),
    ...(propagationPolicy === undefined || !isPropagation(propagationPolicy) ? {} : { propagationPolicy }),
    ...(orphanDependents === undefined ? {} : { orphanDependents }),
    ...(preconditions === undefined ? {} : { preconditions }),
  };
}

function isPropagation(text: string): text is NonNullable<DeleteOptions['propagationPolicy']> {
  return PROPAGATIONS.includes(text);
}

function deleteBodyOf(query: URLSearchParams): DeleteOptionsBody {
  const gracePeriodSeconds = integer(query, 'gracePeriodSeconds');
  const propagationPolicy = query.get('propagationPolicy');
  return {
    dryRun: query.getAll('dryRun'),
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(propagationPolicy === null ? {} : { propagationPolicy }),
    ...(query.has('orphanDependents') ? { orphanDependents: isTrue(query.get('orphanDependents')) } : {}),
  };
}
