import type { IPolicyRulesWithSubjects } from 'kubernetes-models/flowcontrol.apiserver.k8s.io/v1/PolicyRulesWithSubjects';
import { type FieldError, type FieldPath, forbidden, notSupported, required } from '../../meta/field-error.ts';
import { present } from '../core/validation/checks.ts';

const FIELDS = { User: 'user', Group: 'group', ServiceAccount: 'serviceAccount' } as const;

/** Whom a rule is of, and what of. */
export function validateSubjects(at: FieldPath, rule: IPolicyRulesWithSubjects): FieldError[] {
  const { subjects = [], resourceRules = [], nonResourceRules = [] } = rule;
  const errors: FieldError[] = [];
  if (subjects.length === 0) errors.push(required(at.child('subjects'), 'subjects must contain at least one value'));
  for (const [index, subject] of subjects.entries()) {
    const entry = at.child('subjects').index(index);
    const kinds = Object.keys(FIELDS);
    if (!kinds.includes(subject.kind)) {
      errors.push(notSupported(entry.child('kind'), subject.kind, kinds));
      continue;
    }
    for (const [kind, field] of Object.entries(FIELDS)) {
      const given = subject[field];
      if (kind === subject.kind && given === undefined) {
        errors.push(required(entry.child(field), `${field} is required when subject kind is '${kind}'`));
      }
      if (kind !== subject.kind && given !== undefined) {
        errors.push(forbidden(entry.child(field), `${field} is forbidden when subject kind is not '${kind}'`));
      }
      if (kind === subject.kind && given !== undefined) errors.push(...present(entry.child(field, 'name'), given.name));
    }
  }
  if (resourceRules.length === 0 && nonResourceRules.length === 0) {
    errors.push(required(at, 'at least one of resourceRules and nonResourceRules has to be non-empty'));
  }
  for (const [index, { verbs, apiGroups, resources, clusterScope, namespaces = [] }] of resourceRules.entries()) {
    const entry = at.child('resourceRules').index(index);
    for (const [name, list] of Object.entries({ verbs, apiGroups, resources })) {
      if ((list ?? []).length === 0) errors.push(required(entry.child(name)));
    }
    if (namespaces.length === 0 && clusterScope !== true) {
      errors.push(
        required(
          entry.child('namespaces'),
          'resource rules that are not cluster scoped must supply at least one namespace',
        ),
      );
    }
  }
  for (const [index, { verbs, nonResourceURLs }] of nonResourceRules.entries()) {
    const entry = at.child('nonResourceRules').index(index);
    for (const [name, list] of Object.entries({ verbs, nonResourceURLs })) {
      if ((list ?? []).length === 0) errors.push(required(entry.child(name)));
    }
  }
  return errors;
}
