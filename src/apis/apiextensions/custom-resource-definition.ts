/** apiextensions.k8s.io/v1 CustomResourceDefinition: what tenants serve beside the built-in kinds (see apis/custom). */
import { builtIn } from '../built-in.ts';
import type { CustomResourceDefinition } from './types.ts';
import { validateDefinition, validateDefinitionUpdate } from './validation.ts';

/** Holds a definition until the last of its objects is gone. */
export const CLEANUP_FINALIZER = 'customresourcecleanup.apiextensions.k8s.io';

export const customResourceDefinitions = builtIn<CustomResourceDefinition>(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition',
  {
    resource: 'customresourcedefinitions',
    singular: 'customresourcedefinition',
    shortNames: ['crd', 'crds'],
    categories: ['api-extensions'],
    namespaced: false,
    status: true,
    columns: [
      {
        name: 'Created At',
        type: 'date',
        description: 'CreationTimestamp is a timestamp representing the server time when this object was created.',
        cell: ({ metadata }) => metadata.creationTimestamp ?? null,
      },
    ],
    strategy: {
      generation: true,
      default(object) {
        // What is not there is told by validation.
        const { names } = object.spec ?? {};
        if (object.spec === undefined) return;
        if (names !== undefined) {
          names.singular ||= (names.kind ?? '').toLowerCase();
          names.listKind ||= `${names.kind ?? ''}List`;
        }
        object.spec.conversion ??= { strategy: 'None' };
      },
      prepareForCreate(_context, object) {
        const { metadata } = object;
        if (!metadata.finalizers?.includes(CLEANUP_FINALIZER)) {
          metadata.finalizers = [...(metadata.finalizers ?? []), CLEANUP_FINALIZER];
        }
        object.status = {
          conditions: [],
          acceptedNames: { plural: '', kind: '' },
          storedVersions: storageVersions(object),
        };
      },
      prepareForUpdate(_context, object, old) {
        // What has been stored once may be stored still.
        const stored = new Set([...(old.status?.storedVersions ?? []), ...storageVersions(object)]);
        if (object.status !== undefined) object.status = { ...object.status, storedVersions: [...stored] };
      },
      validate: validateDefinition,
      validateUpdate: validateDefinitionUpdate,
      validateName: () => [],
    },
  },
);

function storageVersions({ spec }: CustomResourceDefinition): string[] {
  return (spec?.versions ?? []).filter(({ storage }) => storage).map(({ name }) => name);
}
