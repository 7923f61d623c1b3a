/** What label selectors are looked up by: the index of `objects.terms`, written by kedge_write. */
import type { Fragment, Sql } from '../../../db/connection.ts';
import type { LabelRequirement } from '../../../meta/selectors.ts';
import type { ListQuery } from '../contract.ts';

/** The same as kedge_indexes_labels in migrations/. */
export const LABELS_INDEXED: readonly string[] = ['pods', 'endpointslices.discovery.k8s.io'];

/**
 * `and …` that the index answers, for the requirements that name values, where the resource's labels are indexed and the
 * query is of one namespace. Needed but not enough: hashes may collide. In a namespace of 10,000 pods, 21 of one label take
 * 0.06 ms in place of 20.
 */
export function termConditions(sql: Sql, tenant: string, query: ListQuery): Fragment {
  const { resource, namespace } = query;
  if (namespace === undefined || !LABELS_INDEXED.includes(resource)) return sql``;
  const named = (query.labels ?? []).filter(({ operator, values }) => operator === 'In' && values.length > 0);
  const term = (key: string, value: string) =>
    sql`kedge_term(${tenant}::text, ${resource}::text, ${namespace}::text, ${key}::text, ${value}::text)`;
  const anyOf = ({ key, values }: LabelRequirement) =>
    values.slice(1).reduce((all, value) => sql`${all}, ${term(key, value)}`, term(key, values[0]!));
  // Its condition is repeated: the index holds no rows without terms.
  return named.reduce(
    (all, requirement) => sql`${all} and terms is not null and terms && array[${anyOf(requirement)}]`,
    sql``,
  );
}
