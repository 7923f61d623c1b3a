import type { ICSINode } from 'kubernetes-models/storage.k8s.io/v1/CSINode';
import { duplicate, type FieldError, path } from '../../meta/field-error.ts';
import { builtIn, type Stored } from '../built-in.ts';
import { age, described } from '../columns.ts';
import { nonNegative, present, qualifiedName } from '../core/validation/checks.ts';

export type CSINode = Stored<ICSINode>;

function validate({ spec }: CSINode): FieldError[] {
  const seen = new Set<string>();
  return (spec?.drivers ?? []).flatMap(({ name, nodeID, allocatable, topologyKeys = [] }, index) => {
    const at = path('spec').child('drivers').index(index);
    const errors = [...present(at.child('name'), name), ...present(at.child('nodeID'), nodeID)];
    if (seen.has(name)) errors.push(duplicate(at.child('name'), name));
    seen.add(name);
    errors.push(...nonNegative(at.child('allocatable', 'count'), allocatable?.count));
    for (const key of topologyKeys) errors.push(...qualifiedName(at, key));
    return errors;
  });
}

export const csiNodes = builtIn<CSINode>('io.k8s.api.storage.v1.CSINode', {
  resource: 'csinodes',
  singular: 'csinode',
  namespaced: false,
  strategy: { validate },
  columns: [
    {
      name: 'Drivers',
      type: 'integer',
      description: described('io.k8s.api.storage.v1.CSINodeSpec', 'drivers'),
      cell: ({ spec }) => spec?.drivers?.length ?? 0,
    },
    age,
  ],
});
