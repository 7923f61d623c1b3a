/** How lists and structs merge in a strategic merge patch: the tags patchStrategy and patchMergeKey of Go's fields. */
import type { PatchTags } from '../../src/apis/overlay.ts';
import { type GoField, type GoType, nameOf } from './go-types.ts';
import { definitionName } from './messages.ts';

/** Of those of `names` that the program has types of; without properties that have no tag. */
export function derivePatchTags(structs: ReadonlyMap<string, GoType>, names: readonly string[]): PatchTags {
  const wanted = new Set(names);
  const tags: Record<string, Record<string, [string, string?]>> = {};
  for (const type of structs.values()) {
    const name = definitionName(nameOf(type));
    if (!wanted.has(name)) continue;
    for (const field of fieldsOf(type)) {
      const strategy = field.tag('patchStrategy');
      if (strategy === undefined) continue;
      const key = field.tag('patchMergeKey');
      tags[name] ??= {};
      tags[name][propertyOf(field)] = key === undefined ? [strategy] : [strategy, key];
    }
  }
  return Object.fromEntries(Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** With those of embedded structs. */
function fieldsOf(type: GoType): GoField[] {
  return type.fields().flatMap((field) => {
    if (propertyOf(field) !== '' || !field.embedded) return [field];
    const embedded = field.type.kind === 'pointer' ? field.type.element() : field.type;
    return embedded.kind === 'struct' ? fieldsOf(embedded) : [];
  });
}

function propertyOf(field: GoField): string {
  return field.tag('json')?.split(',')[0] ?? '';
}
