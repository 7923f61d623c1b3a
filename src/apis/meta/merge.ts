/** How the meta kinds merge: list types, keys and patch strategies, which are Go struct tags upstream. */
import { atomic, inPackage, type MergeRules, mergedBy, mergedSet } from '../merge-rules.ts';

export const metaMergeRules: MergeRules = inPackage(
  'io.k8s.apimachinery.pkg.apis.meta.v1',
  {
    APIGroup: {
      serverAddressByClientCIDRs: atomic,
      versions: atomic,
    },
    APIGroupList: {
      groups: atomic,
    },
    APIResource: {
      categories: atomic,
      shortNames: atomic,
    },
    APIResourceList: {
      resources: atomic,
    },
    APIVersions: {
      serverAddressByClientCIDRs: atomic,
      versions: atomic,
    },
    DeleteOptions: {
      dryRun: atomic,
    },
    FieldSelectorRequirement: {
      values: atomic,
    },
    LabelSelector: {
      matchExpressions: atomic,
    },
    LabelSelectorRequirement: {
      values: atomic,
    },
    ObjectMeta: {
      finalizers: mergedSet,
      managedFields: atomic,
      ownerReferences: mergedBy('uid'),
    },
    StatusDetails: {
      causes: atomic,
    },
  },
  ['LabelSelector', 'OwnerReference'],
);
