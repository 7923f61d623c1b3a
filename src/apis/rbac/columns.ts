/** How the four kinds are printed. */
import type { IRoleRef } from 'kubernetes-models/rbac.authorization.k8s.io/v1/RoleRef';
import type { ISubject } from 'kubernetes-models/rbac.authorization.k8s.io/v1/Subject';
import type { KubeObject } from '../../meta/object.ts';
import type { Column } from '../built-in.ts';
import { age, described } from '../columns.ts';

interface Binding extends KubeObject {
  roleRef: IRoleRef;
  subjects?: readonly ISubject[];
}

export const roleColumns: readonly Column<KubeObject>[] = [
  {
    name: 'Created At',
    type: 'date',
    description: described('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta', 'creationTimestamp'),
    cell: ({ metadata }) => metadata.creationTimestamp ?? '<unknown>',
  },
];

function subjects(name: string, kind: string, description: string): Column<Binding> {
  return {
    name,
    type: 'string',
    priority: 1,
    description,
    cell: ({ subjects = [] }) =>
      subjects
        .filter((subject) => subject.kind === kind)
        .map((subject) =>
          kind === 'ServiceAccount' && subject.namespace ? `${subject.namespace}/${subject.name}` : subject.name,
        )
        .join(', '),
  };
}

/** `of` is the kind's definition. */
export function bindingColumns(of: string): readonly Column<Binding>[] {
  return [
    {
      name: 'Role',
      type: 'string',
      description: described(of, 'roleRef'),
      cell: ({ roleRef }) => `${roleRef.kind}/${roleRef.name}`,
    },
    age,
    subjects('Users', 'User', `Users in the ${of.slice(of.lastIndexOf('.') + 1)}`),
    subjects('Groups', 'Group', `Groups in the ${of.slice(of.lastIndexOf('.') + 1)}`),
    subjects('ServiceAccounts', 'ServiceAccount', `ServiceAccounts in the ${of.slice(of.lastIndexOf('.') + 1)}`),
  ];
}
