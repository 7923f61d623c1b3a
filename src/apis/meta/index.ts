import type { BuiltInGroup } from '../group.ts';
import { metaMergeRules } from './merge.ts';

const PACKAGE = 'io.k8s.apimachinery.pkg.apis.meta.v1';

/** What every group speaks. */
export const meta: BuiltInGroup = {
  // Registered upstream in every group version; the plain one stands for all (see decodeDeleteOptions).
  bodies: [`${PACKAGE}.DeleteOptions`],
  others: [
    'APIGroup',
    'APIGroupList',
    'APIResourceList',
    'APIVersions',
    'Condition',
    'LabelSelector',
    'ListMeta',
    'ObjectMeta',
    'Patch',
    'Status',
    'WatchEvent',
  ].map((name) => `${PACKAGE}.${name}`),
  mergeRules: [metaMergeRules],
};
