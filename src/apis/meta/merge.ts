/** How the meta kinds merge: what upstream's comments say beyond the tags of Go's fields. */
import { inPackage, type MergeRules } from '../merge-rules.ts';

export const metaMergeRules: MergeRules = inPackage('io.k8s.apimachinery.pkg.apis.meta.v1', {}, [
  'LabelSelector',
  'OwnerReference',
]);
