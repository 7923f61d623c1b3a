/** Server-side apply. */
import { clippedJson } from '../../meta/clip.ts';
import { apply as applyTo, ownedBy } from '../../meta/managed-fields/apply.ts';
import { ConfigError } from '../../meta/managed-fields/extract.ts';
import type { FieldSet } from '../../meta/managed-fields/field-set.ts';
import type { Owner } from '../../meta/managed-fields/managers.ts';
import { apiVersionOf, timestamp, type UnknownObject } from '../../meta/object.ts';
import type { Decoded } from '../../meta/schema/decode.ts';
import { type LinkedSchema, link } from '../../meta/schema/link.ts';
import { isStatus, StatusError } from '../../meta/status-error.ts';
import type { WriteOptions } from '../request/options.ts';
import { type Answer, type RegistryDeps, type Scope, subjectOf, type Target } from './context.ts';
import type { BodyKind } from './contract.ts';
import { decode } from './decode.ts';
import { managerOf, settable } from './own-fields.ts';
import { kindOf, writeChange, writeNew } from './pipeline.ts';
import { type Through, through } from './subresource.ts';
import type { AuthorizeCreate } from './update.ts';
import type { Change, Writing } from './writing.ts';

/**
 * Applies a configuration to the object, or through `subresource`, and creates the object where it is not there. Throws
 * Conflict for fields that others own, unless `options.force`; BadRequest, Invalid, Forbidden, NotFound.
 */
export async function apply(
  deps: RegistryDeps,
  scope: Scope,
  target: Target,
  sent: Decoded,
  options: WriteOptions,
  authorizeCreate: AuthorizeCreate,
): Promise<Answer> {
  const by = through(scope.definition, target.subresource);
  const config = readConfig(scope, target, by, sent.value);
  const writing: Writing = { deps, scope, ...target, options, change: () => ({ ...config, conditional: false }) };
  writing.change = applyChange(writing, by, config);
  const answer = await writeChange(writing);
  if (answer !== undefined) return answer;
  const { uid } = config.object.metadata;
  if (target.subresource !== '') throw StatusError.notFound(subjectOf(scope.definition), target.name);
  if (uid) {
    const mismatch = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
    throw StatusError.conflict(subjectOf(scope.definition), target.name, mismatch);
  }
  await authorizeCreate();
  try {
    return { ...(await writeNew(writing)), created: true };
  } catch (error) {
    if (!isStatus(error, 'AlreadyExists')) throw error;
    const found = await writeChange(writing); // another created it in between
    if (found === undefined) throw error;
    return found;
  }
}

interface Config {
  /** Of the object's own kind, whatever it was sent to. */
  object: UnknownObject;
  /** What it sets. */
  set: FieldSet;
}

function applyChange(writing: Writing, by: Through, config: Config): Change {
  const { definition } = writing.scope;
  const schema = link(definition.schema, definition.definitions);
  return (_current, context, live) => {
    const version = config.object.metadata.resourceVersion;
    const conditional = version !== undefined && version !== '' && live !== undefined;
    if (conditional && version !== live.metadata.resourceVersion) {
      throw StatusError.modified(subjectOf(definition), writing.name);
    }
    const { object, owners } = applyTo({
      schema,
      live,
      owners: (live?.metadata.managedFields ?? []) as Owner[],
      config: config.object,
      set: config.set,
      by: managerOf(writing, 'Apply'),
      force: writing.options.force,
      time: timestamp(context.now),
    });
    return { object: by?.by === 'view' ? by.read(object) : object, owners, conditional };
  };
}

function readConfig(scope: Scope, { name }: Target, by: Through, value: unknown): Config {
  const kind = kindOf({ scope }, by);
  const sent = asObject(kind, value);
  const allowed = by?.by === 'view' ? () => true : settable(scope.definition, by, false);
  for (const field of Object.keys(sent)) if (!NAMING.has(field) && !allowed(field)) delete sent[field];
  if (by?.by === 'part' && by.metadata !== true) keepNames(sent.metadata);
  const schema = link(kind.schema, kind.definitions);
  const set = setOf(schema, kind, scope.namespace, name, sent);
  const object = decode(kind, { value: sent, duplicates: [] }, 'Ignore', scope.warn);
  checkNames(scope, name, object);
  if (by?.by !== 'view') return { object, set };
  // What is said of a view is said of what it shows.
  const { definition } = scope;
  const whole: UnknownObject = { metadata: { name } };
  by.write(whole, object);
  const shown = ownedBy(link(definition.schema, definition.definitions), whole);
  if (object.metadata.resourceVersion !== undefined) whole.metadata.resourceVersion = object.metadata.resourceVersion;
  return { object: whole, set: shown };
}

const NAMING = new Set(['apiVersion', 'kind', 'metadata']);

function keepNames(metadata: unknown): void {
  if (typeof metadata !== 'object' || metadata === null) return;
  const kept = new Set(['name', 'namespace', 'uid', 'resourceVersion']);
  for (const field of Object.keys(metadata)) if (!kept.has(field)) delete (metadata as Record<string, unknown>)[field];
}

function asObject(kind: BodyKind, value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw StatusError.badRequest('error decoding YAML: json: cannot unmarshal the body into an object');
  }
  const sent = value as Record<string, unknown>;
  for (const [field, label] of [
    ['kind', 'Kind'],
    ['apiVersion', 'apiVersion'],
  ] as const) {
    if (!sent[field]) throw StatusError.badRequest(`Object '${label}' is missing in '${clippedJson(value)}'`);
  }
  const expected = apiVersionOf(kind.group, kind.version);
  if (sent.kind === kind.kind && sent.apiVersion !== expected) {
    throw StatusError.badRequest(
      `Incorrect version specified in apply patch. Specified patch version: ${sent.apiVersion}, expected: ${expected}`,
    );
  }
  return sent;
}

function setOf(schema: LinkedSchema, kind: BodyKind, namespace: string, name: string, sent: unknown): FieldSet {
  try {
    return ownedBy(schema, sent);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const about = `${namespace}/${name}; ${apiVersionOf(kind.group, kind.version)}, Kind=${kind.kind}`;
    throw StatusError.badRequest(`failed to create typed patch object (${about}): ${error.message}`);
  }
}

/** A configuration may leave out what its path says. Throws 400. */
function checkNames({ definition, namespace }: Scope, name: string, { metadata }: UnknownObject): void {
  if (metadata.managedFields !== undefined) throw StatusError.badRequest('metadata.managedFields must be nil');
  metadata.name ??= name;
  if (metadata.name !== name) {
    throw StatusError.badRequest(
      `the name of the object (${metadata.name}) does not match the name on the URL (${name})`,
    );
  }
  if (!definition.namespaced) return;
  metadata.namespace ??= namespace;
  if (metadata.namespace !== namespace) {
    throw StatusError.badRequest(
      `the namespace of the object (${metadata.namespace}) does not match the namespace on the URL (${namespace})`,
    );
  }
}
