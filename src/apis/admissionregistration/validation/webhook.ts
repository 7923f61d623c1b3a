/** Admission webhooks. */
import type { IMutatingWebhook } from 'kubernetes-models/admissionregistration.k8s.io/v1/MutatingWebhook';
import type { IRuleWithOperations } from 'kubernetes-models/admissionregistration.k8s.io/v1/RuleWithOperations';
import type { IValidatingWebhook } from 'kubernetes-models/admissionregistration.k8s.io/v1/ValidatingWebhook';
import type { IWebhookClientConfig } from 'kubernetes-models/admissionregistration.k8s.io/v1/WebhookClientConfig';
import {
  duplicate,
  type FieldError,
  type FieldPath,
  invalid,
  notSupported,
  path,
  required,
} from '../../../meta/field-error.ts';
import { validateLabelSelector } from '../../../meta/label-selector-validation.ts';
import { validateDns1123Subdomain, validatePortNumber } from '../../../meta/names.ts';
import type { LabelSelector } from '../../../meta/selectors.ts';
import { invalidEach, optionalOneOf, present } from '../../core/validation/checks.ts';

type Webhook = IMutatingWebhook | IValidatingWebhook;

const MAX_TIMEOUT_SECONDS = 30;
const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
/** What Kedge's own forms of a review can be. */
const KNOWN_VERSIONS = ['v1', 'v1beta1'];

export function validateWebhooks(webhooks: readonly Webhook[]): FieldError[] {
  const names = new Set<string>();
  return webhooks.flatMap((webhook, index) => {
    const at = path('webhooks').index(index);
    const errors = validateWebhook(at, webhook);
    if (names.has(webhook.name)) errors.push(duplicate(at.child('name'), webhook.name));
    names.add(webhook.name);
    return errors;
  });
}

function validateWebhook(at: FieldPath, webhook: Webhook): FieldError[] {
  const { sideEffects, timeoutSeconds, admissionReviewVersions = [], rules = [] } = webhook;
  const errors = validateFullName(at.child('name'), webhook.name);
  const versions = at.child('admissionReviewVersions');
  if (admissionReviewVersions.length === 0) errors.push(required(versions, 'must specify one of v1, v1beta1'));
  else if (!admissionReviewVersions.some((each) => KNOWN_VERSIONS.includes(each))) {
    errors.push(invalid(versions, admissionReviewVersions, 'must include at least one of v1, v1beta1'));
  }
  errors.push(...rules.flatMap((rule, index) => validateRule(at.child('rules').index(index), rule)));
  errors.push(...optionalOneOf(at.child('failurePolicy'), webhook.failurePolicy, ['Fail', 'Ignore']));
  errors.push(...optionalOneOf(at.child('matchPolicy'), webhook.matchPolicy, ['Equivalent', 'Exact']));
  const effects = ['None', 'NoneOnDryRun'];
  if (!sideEffects) errors.push(required(at.child('sideEffects'), 'must specify one of None, NoneOnDryRun'));
  else if (!effects.includes(sideEffects)) errors.push(notSupported(at.child('sideEffects'), sideEffects, effects));
  if (timeoutSeconds !== undefined && (timeoutSeconds > MAX_TIMEOUT_SECONDS || timeoutSeconds < 1)) {
    const detail = 'the timeout value must be between 1 and 30 seconds';
    errors.push(invalid(at.child('timeoutSeconds'), timeoutSeconds, detail));
  }
  for (const name of ['namespaceSelector', 'objectSelector'] as const) {
    errors.push(...validateLabelSelector(webhook[name] as LabelSelector | undefined, at.child(name)));
  }
  return [...errors, ...validateClient(at.child('clientConfig'), webhook.clientConfig)];
}

/** A name of three segments at least, so that it is somebody's. */
function validateFullName(at: FieldPath, name: string): FieldError[] {
  if (!name) return [required(at)];
  const errors = invalidEach(at, name, validateDns1123Subdomain);
  if (name.split('.').length < 3) {
    errors.push(invalid(at, name, 'should be a domain with at least three segments separated by dots'));
  }
  return errors;
}

function validateRule(at: FieldPath, rule: IRuleWithOperations): FieldError[] {
  const errors: FieldError[] = [];
  const { operations = [], apiGroups = [], apiVersions = [], resources = [] } = rule;
  if (operations.length === 0) errors.push(required(at.child('operations')));
  if (operations.length > 1 && operations.includes('*')) {
    errors.push(invalid(at.child('operations'), operations, "if '*' is present, must not specify other operations"));
  }
  for (const [index, operation] of operations.entries()) {
    errors.push(...optionalOneOf(at.child('operations').index(index), operation, OPERATIONS));
  }
  for (const [name, list] of Object.entries({ apiGroups, apiVersions, resources })) {
    if (list.length === 0) errors.push(required(at.child(name)));
    else if (name !== 'resources' && list.length > 1 && list.includes('*')) {
      const what = name === 'apiGroups' ? 'API groups' : 'API versions';
      errors.push(invalid(at.child(name), list, `if '*' is present, must not specify other ${what}`));
    }
  }
  return [...errors, ...optionalOneOf(at.child('scope'), rule.scope, ['*', 'Cluster', 'Namespaced'])];
}

function validateClient(at: FieldPath, client: IWebhookClientConfig | undefined): FieldError[] {
  const { url, service } = client ?? {};
  if ((url === undefined) === (service === undefined)) {
    return [required(at, 'exactly one of url or service is required')];
  }
  if (service !== undefined) {
    const inService = at.child('service');
    const errors = [
      ...present(inService.child('name'), service.name),
      ...present(inService.child('namespace'), service.namespace),
    ];
    if (service.port !== undefined)
      errors.push(...invalidEach(inService.child('port'), service.port, validatePortNumber));
    if (service.path !== undefined && !service.path.startsWith('/')) {
      errors.push(invalid(inService.child('path'), service.path, `must start with a '/'`));
    }
    return errors;
  }
  return validateUrl(at.child('url'), url ?? '');
}

function validateUrl(at: FieldPath, text: string): FieldError[] {
  const form = 'desired format: https://host[/path]';
  if (!URL.canParse(text)) return [required(at, `url must be a valid URL: ${form}`)];
  const url = new URL(text);
  const errors: FieldError[] = [];
  if (url.protocol !== 'https:') {
    const scheme = url.protocol.slice(0, -1);
    errors.push(invalid(at, scheme, `'https' is the only allowed URL scheme; ${form}`));
  }
  if (url.host === '') errors.push(invalid(at, '', `host must be specified; ${form}`));
  if (url.username !== '') errors.push(invalid(at, url.username, `user information is not permitted in the URL`));
  if (url.hash !== '') errors.push(invalid(at, url.hash.slice(1), `fragments are not permitted in the URL`));
  if (url.search !== '') errors.push(invalid(at, url.search.slice(1), `query parameters are not permitted in the URL`));
  return errors;
}
