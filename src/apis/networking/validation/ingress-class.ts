/** IngressClasses. */
import type { IIngressClass } from 'kubernetes-models/networking.k8s.io/v1/IngressClass';
import {
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  path,
  required,
  tooLong,
} from '../../../meta/field-error.ts';
import { byteLength, nameIsDnsLabel, validateDns1123Subdomain } from '../../../meta/names.ts';
import { IMMUTABLE, invalidEach, optionalOneOf } from '../../core/validation/checks.ts';
import { validateTypedReference } from './typed-reference.ts';

type ClassLike = Pick<IIngressClass, 'spec'>;

const MAX_CONTROLLER = 250;
const AT = path('spec');

export function validateIngressClass({ spec }: ClassLike): FieldError[] {
  const controller = spec?.controller ?? '';
  const errors = domainPrefixedPath(AT.child('controller'), controller);
  if (byteLength(controller) > MAX_CONTROLLER) errors.push(tooLong(AT.child('controller'), MAX_CONTROLLER));
  if (spec?.parameters === undefined) return errors;
  const { scope, namespace } = spec.parameters;
  const at = AT.child('parameters');
  errors.push(...validateTypedReference(at, spec.parameters));
  errors.push(
    ...(scope ? optionalOneOf(at.child('scope'), scope, ['Cluster', 'Namespace']) : [required(at.child('scope'))]),
  );
  if (namespace !== undefined && namespace !== '') {
    errors.push(...invalidEach(at.child('namespace'), namespace, () => nameIsDnsLabel(namespace, false)));
  }
  if (scope === 'Namespace' && !namespace) {
    errors.push(required(at.child('namespace'), "`parameters.scope` is set to 'Namespace'"));
  }
  if (scope === 'Cluster' && namespace !== undefined) {
    errors.push(forbidden(at.child('namespace'), "`parameters.scope` is set to 'Cluster'"));
  }
  return errors;
}

/** Comes on top of {@link validateIngressClass}. */
export function validateIngressClassUpdate({ spec }: ClassLike, old: ClassLike): FieldError[] {
  if (spec?.controller === old.spec?.controller) return [];
  return [invalid(AT.child('controller'), spec?.controller, IMMUTABLE)];
}

/** `example.com/name`. */
function domainPrefixedPath(at: FieldPath, value: string): FieldError[] {
  if (value === '') return [required(at)];
  const slash = value.indexOf('/');
  if (slash <= 0 || slash === value.length - 1) {
    return [invalid(at, value, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  }
  const host = value.slice(0, slash);
  const errors = validateDns1123Subdomain(host).map((message) => invalid(at, host, message));
  const rest = value.slice(slash + 1);
  if (!/^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/.test(rest)) errors.push(invalid(at, rest, 'Invalid path'));
  return errors;
}
