/** Node selector terms of node affinity: labels, and the one field metadata.name. */
import type { INodeSelectorTerm } from 'kubernetes-models/v1/NodeSelectorTerm';
import { own } from '../meta/own.ts';
import type { NodeInfo } from './infos.ts';

/** What the terms look at. */
type Subject = Pick<NodeInfo, 'name' | 'labels'>;

export type NodeSelectorTerm = INodeSelectorTerm;

interface Requirement {
  key: string;
  operator: string;
  values?: readonly string[];
}

/** Whether any term matches. An empty term, and no term at all, match nothing. */
export function anyTermMatches(terms: readonly NodeSelectorTerm[], node: Subject): boolean {
  return terms.some((term) => termMatches(term, node));
}

export function termMatches(term: NodeSelectorTerm, node: Subject): boolean {
  const expressions = term.matchExpressions ?? [];
  const fields = term.matchFields ?? [];
  return (
    expressions.length + fields.length > 0 &&
    expressions.every((requirement) => matches(requirement, own(node.labels, requirement.key))) &&
    fields.every((requirement) => matches(requirement, requirement.key === 'metadata.name' ? node.name : undefined))
  );
}

function matches({ operator, values = [] }: Requirement, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
    case 'Lt': {
      const [held, bound] = [integer(value), integer(values[0])];
      if (held === undefined || bound === undefined) return false;
      return operator === 'Gt' ? held > bound : held < bound;
    }
    default:
      return false;
  }
}

function integer(text: string | undefined): bigint | undefined {
  return text !== undefined && /^[+-]?\d+$/.test(text) ? BigInt(text.replace('+', '')) : undefined;
}

/**
 * The nodes that required terms name by metadata.name, when every term does: upstream then looks at no other node, and
 * says so in another message. undefined when any node may match.
 */
export function pinnedNodes(terms: readonly NodeSelectorTerm[]): Set<string> | undefined {
  const pinned = new Set<string>();
  for (const term of terms) {
    const lists = (term.matchFields ?? [])
      .filter(({ key, operator }) => key === 'metadata.name' && operator === 'In')
      .map(({ values }) => values ?? []);
    const [first, ...others] = lists;
    if (first === undefined) return undefined;
    for (const name of first) if (others.every((list) => list.includes(name))) pinned.add(name);
  }
  return terms.length === 0 ? undefined : pinned;
}
