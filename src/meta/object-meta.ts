import type { FieldError, FieldPath } from './field-error.ts';
import type { ObjectMeta } from './object.ts';

/** Metadata on creation, after name generation. `path` is usually `path('metadata')`. */
export function validateObjectMeta(
  _meta: ObjectMeta,
  _options: {
    namespaced: boolean;
    /** Default: a DNS subdomain. */
    validateName?: (name: string, isPrefix: boolean) => string[];
    path?: FieldPath;
  },
): FieldError[] {
  throw new Error('being written');
}

/** Metadata on update: what may not change, and the rules for labels, annotations, owners and finalizers again. */
export function validateObjectMetaUpdate(_meta: ObjectMeta, _old: ObjectMeta, _path?: FieldPath): FieldError[] {
  throw new Error('being written');
}
