/** Which objects a list or watch selects. */
import {
  type FieldRequirement,
  type LabelRequirement,
  matchesFields,
  matchesLabels,
  parseFieldSelector,
  parseLabelSelector,
} from '../../meta/selectors.ts';
import { StatusError } from '../../meta/status-error.ts';
import type { ObjectKey, ObjectState } from '../storage/contract.ts';
import type { ResourceDefinition } from './contract.ts';

export interface Selection {
  labels: readonly LabelRequirement[];
  /** On selectable fields of the kind. */
  fields: readonly FieldRequirement[];
  /** On metadata.name and metadata.namespace. */
  key: readonly FieldRequirement[];
}

const KEY_FIELDS = new Set(['metadata.name', 'metadata.namespace']);

/** Parses selectors in their text form; throws 400 for a syntax error or a field the kind cannot be selected by. */
export function parseSelection(definition: ResourceDefinition, labelSelector = '', fieldSelector = ''): Selection {
  const labels = labelSelector === '' ? [] : parseLabelSelector(labelSelector);
  if (fieldSelector === '') return { labels, fields: [], key: [] };
  const fields: FieldRequirement[] = [];
  const key: FieldRequirement[] = [];
  const selectable = definition.selectableFields;
  for (const requirement of parseFieldSelector(fieldSelector)) {
    if (KEY_FIELDS.has(requirement.path)) key.push(requirement);
    else if (selectable !== undefined && Object.hasOwn(selectable, requirement.path)) fields.push(requirement);
    else if (selectable !== undefined) throw StatusError.badRequest(`field label not supported: ${requirement.path}`);
    else {
      throw StatusError.badRequest(
        `${JSON.stringify(requirement.path)} is not a known field selector: only "metadata.name", "metadata.namespace"`,
      );
    }
  }
  return { labels, fields, key };
}

export function selectsKey(selection: Selection, key: ObjectKey): boolean {
  if (selection.key.length === 0) return true;
  return matchesFields(selection.key, { 'metadata.name': key.name, 'metadata.namespace': key.namespace });
}

export function selectsState(selection: Selection, state: ObjectState): boolean {
  return (
    (selection.labels.length === 0 || matchesLabels(selection.labels, state.labels)) &&
    (selection.fields.length === 0 || matchesFields(selection.fields, state.fields))
  );
}

/** The value that a field selector pins metadata.name or metadata.namespace to. */
export function pinned(selection: Selection, path: string): string | undefined {
  return selection.key.find((each) => each.path === path && each.operator === '=')?.value;
}
