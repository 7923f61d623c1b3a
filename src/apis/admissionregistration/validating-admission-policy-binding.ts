import type { IValidatingAdmissionPolicyBinding } from 'kubernetes-models/admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBinding';
import { duplicate, type FieldError, invalid, path, required } from '../../meta/field-error.ts';
import { builtIn, type Stored } from '../built-in.ts';
import { age } from '../columns.ts';
import { dns1123Subdomain, optionalOneOf } from '../core/validation/checks.ts';

export type ValidatingAdmissionPolicyBinding = Stored<IValidatingAdmissionPolicyBinding>;

const AT = path('spec');

function validate({ spec }: ValidatingAdmissionPolicyBinding): FieldError[] {
  const { policyName, validationActions = [] } = spec ?? {};
  const at = AT.child('policyName');
  const errors = policyName ? dns1123Subdomain(at, policyName) : [required(at)];
  const actions = AT.child('validationActions');
  if (validationActions.length === 0) errors.push(required(actions, 'at least one validation action is required'));
  for (const [index, action] of validationActions.entries()) {
    errors.push(...optionalOneOf(actions.index(index), action, ['Audit', 'Deny', 'Warn']));
    if (validationActions.indexOf(action) < index) errors.push(duplicate(actions.index(index), action));
  }
  if (validationActions.includes('Deny') && validationActions.includes('Warn')) {
    errors.push(
      invalid(
        actions,
        validationActions,
        'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
      ),
    );
  }
  return errors;
}

export const validatingAdmissionPolicyBindings = builtIn<ValidatingAdmissionPolicyBinding>(
  'io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicyBinding',
  {
    resource: 'validatingadmissionpolicybindings',
    singular: 'validatingadmissionpolicybinding',
    categories: ['api-extensions'],
    namespaced: false,
    strategy: { generation: true, validate },
    columns: [
      {
        name: 'PolicyName',
        type: 'string',
        description: 'PolicyName indicates the policy definition which the policy binding binded to',
        cell: ({ spec }) => spec?.policyName ?? '',
      },
      {
        name: 'ParamRef',
        type: 'string',
        description: 'ParamRef indicates the param resource which sets the configration param',
        cell({ spec }) {
          const { name, namespace } = spec?.paramRef ?? {};
          if (spec?.paramRef === undefined) return '<unset>';
          return name ? `${namespace ?? '*'}/${name}` : '<selector>';
        },
      },
      age,
    ],
  },
);
