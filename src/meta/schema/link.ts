/** Schemas with their references resolved once, so that the walks over values never look up a name. */
import { own } from '../own.ts';
import type { Definitions, Schema } from './types.ts';

/** What a value of a schema is, beyond its JSON type. */
export type SchemaKind =
  | 'object'
  | 'array'
  | 'string'
  | 'integer'
  | 'number'
  | 'boolean'
  | 'int-or-string'
  | 'quantity'
  /** No type given: any JSON. */
  | 'any';

/** A schema with direct pointers to those it is made of; cyclic where the definitions are. Made by `link` only. */
export interface LinkedSchema {
  /** The schema itself, `$ref` replaced by what it names; schemas inside still hold their references. */
  readonly schema: Schema;
  /** The definition it comes from, e.g. `io.k8s.api.core.v1.PodSpec`. */
  readonly name: string | undefined;
  readonly kind: SchemaKind;
  /** Which of upstream's types of times a string is: in whole seconds (metav1.Time) or microseconds (metav1.MicroTime). */
  readonly time: 'seconds' | 'micros' | undefined;
  readonly properties: ReadonlyMap<string, LinkedSchema>;
  readonly items: LinkedSchema | undefined;
  /** The schema of values under keys that are no properties. */
  readonly additional: LinkedSchema | undefined;
  /** Whether keys that are neither properties nor covered by `additional` may stay. */
  readonly open: boolean;
  readonly allOf: readonly LinkedSchema[];
  readonly anyOf: readonly LinkedSchema[];
  readonly oneOf: readonly LinkedSchema[];
  readonly not: LinkedSchema | undefined;
  /** Properties that have a default or lead to one. */
  readonly defaulted: readonly (readonly [string, LinkedSchema])[];
  /** Whether this schema, or one inside, has a default for a property. */
  readonly leadsToDefaults: boolean;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Draft = Mutable<LinkedSchema> & { properties: Map<string, LinkedSchema> };

export const OBJECT_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';
const TIME = 'io.k8s.apimachinery.pkg.apis.meta.v1.Time';
const MICRO_TIME = 'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime';
const QUANTITY = 'io.k8s.apimachinery.pkg.api.resource.Quantity';
const ANY: Schema = { 'x-kubernetes-preserve-unknown-fields': true };
const STRING: Schema = { type: 'string' };

/** The schemas linked so far against one table of definitions, each once. */
class Linker {
  private readonly linked = new WeakMap<Schema, LinkedSchema>();
  private fresh: Draft[] = [];
  private readonly definitions: Definitions;

  constructor(definitions: Definitions) {
    this.definitions = definitions;
  }

  link(schema: Schema): LinkedSchema {
    const root = this.resolve(schema);
    this.findDefaults();
    return root;
  }

  private resolve(schema: Schema): LinkedSchema {
    const known = this.linked.get(schema);
    if (known !== undefined) return known;
    const { $ref: name, ...siblings } = unwrapAllOf(schema);
    if (name === undefined) return this.build(schema, schema, undefined);
    const target = this.definition(name);
    const { description: _, ...others } = siblings;
    if (Object.keys(others).length === 0) {
      this.linked.set(schema, target);
      return target;
    }
    return this.build(schema, { ...target.schema, ...siblings }, target.name);
  }

  private definition(name: string): LinkedSchema {
    const target = own(this.definitions, name);
    if (target === undefined) throw new Error(`the schema definition ${name} is missing`);
    if (target.$ref !== undefined) return this.resolve(target);
    return this.linked.get(target) ?? this.build(target, target, name);
  }

  /** Registers the node under its schema before its parts are linked, so that cycles end at it. */
  private build(key: Schema, schema: Schema, name: string | undefined): LinkedSchema {
    const node: Draft = {
      schema,
      name,
      kind: kindOf(schema, name),
      time: timeOf(name),
      properties: new Map(),
      items: undefined,
      additional: undefined,
      open: isOpen(schema, name),
      allOf: [],
      anyOf: [],
      oneOf: [],
      not: undefined,
      defaulted: [],
      leadsToDefaults: false,
    };
    this.linked.set(key, node);
    this.fresh.push(node);
    if (schema['x-kubernetes-embedded-resource'] === true) {
      node.properties.set('apiVersion', this.resolve(STRING));
      node.properties.set('kind', this.resolve(STRING));
      const known = this.definitions[OBJECT_META] !== undefined;
      node.properties.set('metadata', this.resolve(known ? { $ref: OBJECT_META } : ANY));
    }
    for (const [property, each] of Object.entries(schema.properties ?? {})) {
      node.properties.set(property, this.resolve(each));
    }
    if (schema.items !== undefined) node.items = this.resolve(schema.items);
    if (typeof schema.additionalProperties === 'object') node.additional = this.resolve(schema.additionalProperties);
    node.allOf = (schema.allOf ?? []).map((each) => this.resolve(each));
    node.anyOf = (schema.anyOf ?? []).map((each) => this.resolve(each));
    node.oneOf = (schema.oneOf ?? []).map((each) => this.resolve(each));
    if (schema.not !== undefined) node.not = this.resolve(schema.not);
    return node;
  }

  /** Marks the nodes from which a walk reaches defaults; repeated until nothing changes, because of cycles. */
  private findDefaults(): void {
    const nodes = this.fresh;
    this.fresh = [];
    for (let changed = true; changed; ) {
      changed = false;
      for (const node of nodes) {
        if (node.leadsToDefaults) continue;
        const found = [...node.properties.values()].some(hasDefaults);
        if (!found && node.items?.leadsToDefaults !== true && node.additional?.leadsToDefaults !== true) continue;
        node.leadsToDefaults = true;
        changed = true;
      }
    }
    for (const node of nodes) node.defaulted = [...node.properties].filter(([, property]) => hasDefaults(property));
  }
}

/** Whether values of the schema are neither objects nor lists, nor may be. */
export function isScalar({ kind }: LinkedSchema): boolean {
  return kind !== 'object' && kind !== 'array' && kind !== 'any';
}

function hasDefaults(node: LinkedSchema): boolean {
  return node.schema.default !== undefined || node.leadsToDefaults;
}

/** OpenAPI v3 before 3.1 allows no siblings of $ref, so that upstream writes `allOf: [{$ref}]` where it has some. */
function unwrapAllOf(schema: Schema): Schema {
  const only = schema.allOf?.length === 1 && schema.type === undefined ? schema.allOf[0] : undefined;
  if (only?.$ref === undefined || Object.keys(only).length !== 1) return schema;
  const { allOf: _, ...siblings } = schema;
  return { ...siblings, $ref: only.$ref };
}

function kindOf(schema: Schema, name: string | undefined): SchemaKind {
  if (name === QUANTITY) return 'quantity';
  if (schema['x-kubernetes-int-or-string'] === true || schema.format === 'int-or-string') return 'int-or-string';
  if (schema.type !== undefined) return schema.type;
  return schema.properties === undefined ? 'any' : 'object';
}

function timeOf(name: string | undefined): LinkedSchema['time'] {
  if (name === TIME) return 'seconds';
  return name === MICRO_TIME ? 'micros' : undefined;
}

function isOpen(schema: Schema, name: string | undefined): boolean {
  if (schema['x-kubernetes-preserve-unknown-fields'] === true || schema.additionalProperties === true) return true;
  // A named object of which nothing is said holds free-form JSON (upstream's RawExtension); an unnamed one, as custom
  // resources have it, holds nothing.
  const bare = schema.properties === undefined && schema.additionalProperties === undefined;
  return bare && name !== undefined && schema.type === 'object';
}

const linkers = new WeakMap<Definitions, Linker>();

/**
 * Resolves `schema` against `definitions`; the same objects always give the same LinkedSchema. Throws for a reference to
 * a definition that is not there. Neither argument may change afterwards.
 */
export function link(schema: Schema, definitions: Definitions): LinkedSchema {
  let linker = linkers.get(definitions);
  if (linker === undefined) {
    linker = new Linker(definitions);
    linkers.set(definitions, linker);
  }
  return linker.link(schema);
}
