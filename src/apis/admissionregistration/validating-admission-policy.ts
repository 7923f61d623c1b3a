import type { IValidatingAdmissionPolicy } from 'kubernetes-models/admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy';
import { type FieldError, path, required } from '../../meta/field-error.ts';
import { builtIn, type Stored } from '../built-in.ts';
import { age } from '../columns.ts';
import { optionalOneOf, present } from '../core/validation/checks.ts';

export type ValidatingAdmissionPolicy = Stored<IValidatingAdmissionPolicy>;

const AT = path('spec');

function validate({ spec }: ValidatingAdmissionPolicy): FieldError[] {
  const { failurePolicy, matchConstraints, validations = [], auditAnnotations = [], paramKind } = spec ?? {};
  const errors = optionalOneOf(AT.child('failurePolicy'), failurePolicy, ['Fail', 'Ignore']);
  if (paramKind !== undefined) {
    errors.push(...present(AT.child('paramKind', 'apiVersion'), paramKind.apiVersion));
    errors.push(...present(AT.child('paramKind', 'kind'), paramKind.kind));
  }
  if (matchConstraints === undefined) errors.push(required(AT.child('matchConstraints')));
  else if ((matchConstraints.resourceRules ?? []).length === 0) {
    errors.push(required(AT.child('matchConstraints', 'resourceRules')));
  }
  if (validations.length === 0 && auditAnnotations.length === 0) {
    errors.push(required(AT.child('validations'), 'validations or auditAnnotations must contain at least one item'));
    errors.push(
      required(AT.child('auditAnnotations'), 'validations or auditAnnotations must contain at least one item'),
    );
  }
  for (const [index, { expression }] of validations.entries()) {
    const detail = 'expression is not specified';
    errors.push(...present(AT.child('validations').index(index).child('expression'), expression?.trim(), detail));
  }
  return errors;
}

export const validatingAdmissionPolicies = builtIn<ValidatingAdmissionPolicy>(
  'io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicy',
  {
    resource: 'validatingadmissionpolicies',
    singular: 'validatingadmissionpolicy',
    categories: ['api-extensions'],
    namespaced: false,
    status: true,
    strategy: {
      validate,
      validateStatusUpdate: () => [],
      warnings: () => ['this cluster stores admission policies and does not evaluate them yet'],
    },
    columns: [
      {
        name: 'Validations',
        type: 'integer',
        description: 'Validations indicates the number of validation rules defined in this configuration',
        cell: ({ spec }) => spec?.validations?.length ?? 0,
      },
      {
        name: 'ParamKind',
        type: 'string',
        description: 'ParamKind specifies the kind of resources used to parameterize this policy',
        cell: ({ spec }) => (spec?.paramKind ? `${spec.paramKind.apiVersion}/${spec.paramKind.kind}` : '<unset>'),
      },
      age,
    ],
  },
);
