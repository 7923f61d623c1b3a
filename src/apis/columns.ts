/** Cells and columns that many kinds print (upstream's pkg/printers/internalversion). */
import { humanDuration } from '../meta/duration/age.ts';
import type { KubeObject } from '../meta/object.ts';
import { own } from '../meta/own.ts';
import type { Column } from './built-in.ts';
import { definitions } from './definitions.ts';

/** As upstream's translateTimestampSince. */
export function ageOf(timestamp: string | null | undefined, now: Date): string {
  if (!timestamp) return '<unknown>';
  return humanDuration(now.getTime() - Date.parse(timestamp));
}

const OBJECT_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';

export const age: Column<KubeObject> = {
  name: 'Age',
  type: 'string',
  description: described(OBJECT_META, 'creationTimestamp'),
  cell: (object, now) => ageOf(object.metadata.creationTimestamp, now),
};

/** For kinds whose first column is not their name; others get theirs from the registry. */
export const nameColumn: Column<KubeObject> = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: described(OBJECT_META, 'name'),
  cell: (object) => object.metadata.name ?? '',
};

/** Of a list, upstream shows at most so many. */
export const SHOWN = 3;

/** `a,b,c + 2 more...`; of `count` values the first ones are enough. */
export function firstThree(values: readonly string[], count = values.length): string {
  const shown = values.slice(0, SHOWN).join(',');
  return count > SHOWN ? `${shown} + ${count - SHOWN} more...` : shown;
}

/** `a=1,b=2` with sorted keys, `<none>` when empty (labels.FormatLabels). */
export function formatMap(map: Readonly<Record<string, string>> | undefined): string {
  const entries = Object.entries(map ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? '<none>' : entries.map(([key, value]) => `${key}=${value}`).join(',');
}

/** Names and images of containers, each joined with commas, for the wide columns of workloads. */
export function containerCells(containers: readonly { name: string; image?: string }[] | undefined): {
  names: string;
  images: string;
} {
  return {
    names: (containers ?? []).map(({ name }) => name).join(','),
    images: (containers ?? []).map(({ image }) => image ?? '').join(','),
  };
}

/** The description that the API's own documentation gives a field, as upstream's printers use it for columns. */
export function described(definition: string, field: string): string {
  return own(own(definitions, definition)?.properties, field)?.description ?? '';
}
