/**
 * Served for reading alone, and empty: nobody can define a kind yet. kubectl looks here for a kind that a served group does
 * not have (StatefulSet), and can say `no matches for kind` only when it is answered.
 */
import type { ICustomResourceDefinition } from 'kubernetes-models/apiextensions.k8s.io/v1/CustomResourceDefinition';
import { builtIn, type Stored } from '../built-in.ts';

export type CustomResourceDefinition = Stored<ICustomResourceDefinition>;

export const customResourceDefinitions = builtIn<CustomResourceDefinition>(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition',
  {
    resource: 'customresourcedefinitions',
    singular: 'customresourcedefinition',
    shortNames: ['crd', 'crds'],
    categories: ['api-extensions'],
    namespaced: false,
    verbs: ['get', 'list', 'watch'],
    strategy: {},
  },
);
