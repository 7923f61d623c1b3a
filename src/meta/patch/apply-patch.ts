import type { LinkedSchema } from '../schema/link.ts';

export type PatchType =
  | 'application/json-patch+json'
  | 'application/merge-patch+json'
  | 'application/strategic-merge-patch+json';

/**
 * The original with the patch (already parsed) applied; neither argument is changed, parts may be shared.
 * Throws StatusError: 400 for a patch that is not one, 422 for one that cannot be applied to this object.
 */
export function applyPatch(_type: PatchType, _schema: LinkedSchema, _original: unknown, _patch: unknown): unknown {
  throw new Error('being written');
}
