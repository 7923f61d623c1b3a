import type { LinkedSchema } from '../schema/link.ts';
import { jsonPatch } from './json-patch.ts';
import { mergePatch } from './merge-patch.ts';
import { strategicMerge } from './strategic-merge.ts';

export type PatchType =
  | 'application/json-patch+json'
  | 'application/merge-patch+json'
  | 'application/strategic-merge-patch+json';

/**
 * The original with the patch (already parsed) applied; neither argument is changed, parts may be shared. Throws
 * StatusError: 400 for a patch that is not one, 422 for one that cannot be applied to this object.
 */
export function applyPatch(type: PatchType, schema: LinkedSchema, original: unknown, patch: unknown): unknown {
  switch (type) {
    case 'application/json-patch+json':
      return jsonPatch(original, patch);
    case 'application/merge-patch+json':
      return mergePatch(original, patch);
    case 'application/strategic-merge-patch+json':
      return strategicMerge(schema, original, patch);
  }
}
