/** Which of the names that a definition asks for it may have: those that no other of its group had before. */
import type { CustomResourceDefinition } from '../../client/resources.ts';

type Names = CustomResourceDefinition['spec']['names'];

export interface Accepted {
  names: Names;
  conflict?: { reason: string; message: string };
}

/** Upstream: calculateNamesAndConditions. What was accepted before stays so where the new name is taken. */
export function acceptNames(crd: CustomResourceDefinition, all: readonly CustomResourceDefinition[]): Accepted {
  const resources = new Set<string>();
  const kinds = new Set<string>();
  for (const { metadata, status } of all) {
    if (metadata.name === crd.metadata.name) continue;
    const { plural, singular, shortNames = [], kind, listKind } = status?.acceptedNames ?? { plural: '', kind: '' };
    for (const name of [plural, singular, ...shortNames]) if (name) resources.add(name);
    for (const name of [kind, listKind]) if (name) kinds.add(name);
  }
  const wanted = crd.spec.names;
  const had = crd.status?.acceptedNames;
  let conflict: Accepted['conflict'];
  // As upstream, the last one is told.
  const free = (name: string | undefined, taken: Set<string>, reason: string): boolean => {
    if (!name || !taken.has(name)) return true;
    conflict = { reason, message: `${JSON.stringify(name)} is already in use` };
    return false;
  };
  const plural = free(wanted.plural, resources, 'PluralConflict') ? wanted.plural : (had?.plural ?? '');
  const singular = free(wanted.singular, resources, 'SingularConflict') ? wanted.singular : had?.singular;
  const shortNames = (wanted.shortNames ?? []).every((name) => free(name, resources, 'ShortNamesConflict'))
    ? wanted.shortNames
    : had?.shortNames;
  const kind = free(wanted.kind, kinds, 'KindConflict') ? wanted.kind : (had?.kind ?? '');
  const listKind = free(wanted.listKind, kinds, 'ListKindConflict') ? wanted.listKind : had?.listKind;
  const names: Names = {
    plural,
    ...(singular ? { singular } : {}),
    ...(shortNames === undefined ? {} : { shortNames }),
    kind,
    ...(listKind ? { listKind } : {}),
    ...(wanted.categories === undefined ? {} : { categories: wanted.categories }),
  };
  return { names, ...(conflict === undefined ? {} : { conflict }) };
}
