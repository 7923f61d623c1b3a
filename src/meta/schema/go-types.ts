import type { LinkedSchema } from './link.ts';

/** `v1.PodSpec` for `io.k8s.api.core.v1.PodSpec`. */
function goName(definition: string): string {
  return definition.split('.').slice(-2).join('.');
}

/** `PodSpec` for `io.k8s.api.core.v1.PodSpec`; '' for a schema without a name. */
export function structName(schema: LinkedSchema): string {
  return schema.name?.slice(schema.name.lastIndexOf('.') + 1) ?? '';
}

/** The Go type that holds values of this schema in upstream's structs, as its decoder names it in errors. */
export function goType(schema: LinkedSchema): string {
  const { kind, name } = schema;
  if (name !== undefined) return goName(name);
  const { format } = schema.schema;
  switch (kind) {
    case 'array':
      return `[]${schema.items === undefined ? 'interface {}' : goType(schema.items)}`;
    case 'object':
      return `map[string]${schema.additional === undefined ? 'interface {}' : goType(schema.additional)}`;
    case 'string':
      return format === 'byte' ? '[]uint8' : 'string';
    case 'integer':
      return format === 'int32' ? 'int32' : 'int64';
    case 'number':
      return format === 'float' ? 'float32' : 'float64';
    case 'boolean':
      return 'bool';
    default:
      return 'interface {}';
  }
}

/** What Go's decoder calls a JSON value. */
export function jsonKind(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'number':
    case 'bigint':
      return 'number';
    case 'boolean':
      return 'bool';
    default:
      return 'object';
  }
}
