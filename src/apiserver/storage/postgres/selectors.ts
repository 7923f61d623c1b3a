import type { Fragment, Sql } from '../../../db/connection.ts';
import type { FieldRequirement, LabelRequirement } from '../../../meta/selectors.ts';

/** The expressions that hold a state's labels, fields and names: current rows and past states name them differently. */
export interface SelectableColumns {
  labels: Fragment;
  fields: Fragment;
  namespace: Fragment;
  name: Fragment;
  /** fields->>'spec.nodeName' of pods, where it is indexed. */
  node?: Fragment;
}

export interface Selectors {
  labels?: readonly LabelRequirement[];
  fields?: readonly FieldRequirement[];
}

/** `and …` for each requirement. The semantics are apimachinery's: NotIn and != also match what lacks the key. */
export function selectorConditions(sql: Sql, columns: SelectableColumns, selectors: Selectors): Fragment {
  const conditions = [
    ...(selectors.labels ?? []).map((requirement) => labelCondition(sql, columns.labels, requirement)),
    ...(selectors.fields ?? []).map((requirement) => fieldCondition(sql, columns, requirement)),
  ];
  return conditions.reduce((all, condition) => sql`${all} and ${condition}`, sql``);
}

function labelCondition(sql: Sql, labels: Fragment, { key, operator, values }: LabelRequirement): Fragment {
  const value = sql`${labels} ->> ${key}`;
  switch (operator) {
    case 'In':
      return sql`(${value}) in (${list(sql, values)})`;
    case 'NotIn':
      return sql`coalesce((${value}) not in (${list(sql, values)}), true)`;
    case 'Exists':
      return sql`(${value}) is not null`;
    case 'DoesNotExist':
      return sql`(${value}) is null`;
    case 'Gt':
      return sql`(${integer(sql, value)}) > ${values[0]!}::text::numeric`;
    case 'Lt':
      return sql`(${integer(sql, value)}) < ${values[0]!}::text::numeric`;
  }
}

/** Labels that are not integers match neither Gt nor Lt. */
function integer(sql: Sql, value: Fragment): Fragment {
  return sql`case when (${value}) ~ '^[+-]?[0-9]{1,19}$' then (${value})::numeric end`;
}

function fieldCondition(sql: Sql, columns: SelectableColumns, { path, operator, value }: FieldRequirement): Fragment {
  const column = columnOf(sql, columns, path, operator === '=' && value !== '');
  return operator === '=' ? sql`${column} = ${value}` : sql`${column} <> ${value}`;
}

function columnOf(sql: Sql, columns: SelectableColumns, path: string, indexable: boolean): Fragment {
  if (path === 'metadata.name') return columns.name;
  if (path === 'metadata.namespace') return columns.namespace;
  if (path === 'spec.nodeName' && indexable && columns.node !== undefined) return columns.node;
  return sql`coalesce(${columns.fields} ->> ${path}, '')`;
}

/** `in ()` is no SQL; an empty list, which the parser never makes, matches nothing. */
function list(sql: Sql, values: readonly string[]): Fragment {
  if (values.length === 0) return sql`null`;
  return values.slice(1).reduce((all, value) => sql`${all}, ${value}`, sql`${values[0]!}`);
}
