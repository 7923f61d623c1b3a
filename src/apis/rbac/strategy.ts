/** What the four kinds have in common. */
import type { IRoleRef } from 'kubernetes-models/rbac.authorization.k8s.io/v1/RoleRef';
import type { ISubject } from 'kubernetes-models/rbac.authorization.k8s.io/v1/Subject';
import { nameIsPathSegment } from '../../meta/names.ts';
import type { KubeObject } from '../../meta/object.ts';

const GROUP = 'rbac.authorization.k8s.io';

interface Binding extends KubeObject {
  roleRef?: IRoleRef;
  subjects?: ISubject[];
}

/** Names like `system:node` are allowed: any path segment is. */
export const rbacStrategy = { validateName: nameIsPathSegment, allowCreateOnUpdate: true } as const;

/** The API groups of the role and of users and groups go without saying (upstream's SetDefaults_*Binding). */
export function defaultBinding({ roleRef, subjects = [] }: Binding): void {
  if (roleRef !== undefined) roleRef.apiGroup ||= GROUP;
  for (const subject of subjects) {
    if (subject.kind === 'User' || subject.kind === 'Group') subject.apiGroup ||= GROUP;
  }
}
