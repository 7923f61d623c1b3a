/** Ingresses. */
import type { IHTTPIngressPath } from 'kubernetes-models/networking.k8s.io/v1/HTTPIngressPath';
import type { IIngress } from 'kubernetes-models/networking.k8s.io/v1/Ingress';
import type { IIngressBackend } from 'kubernetes-models/networking.k8s.io/v1/IngressBackend';
import type { IIngressRule } from 'kubernetes-models/networking.k8s.io/v1/IngressRule';
import { type FieldError, type FieldPath, invalid, notSupported, path, required } from '../../../meta/field-error.ts';
import { parseIp } from '../../../meta/ip.ts';
import {
  nameIsDns1035Label,
  validateDns1123Subdomain,
  validatePortName,
  validatePortNumber,
  validateWildcardSubdomain,
} from '../../../meta/names.ts';
import type { ObjectMeta } from '../../../meta/object.ts';
import { dns1123Subdomain, invalidEach, present } from '../../core/validation/checks.ts';
import { validateTypedReference } from './typed-reference.ts';

type IngressLike = Pick<IIngress, 'spec'> & { metadata: ObjectMeta };

export const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';
const AT = path('spec');

export function validateIngress({ spec = {} }: IngressLike): FieldError[] {
  const { rules = [], defaultBackend, tls = [], ingressClassName } = spec;
  const errors: FieldError[] = [];
  if (rules.length === 0 && defaultBackend === undefined) {
    errors.push(invalid(AT, rules, 'either `defaultBackend` or `rules` must be specified'));
  }
  if (defaultBackend !== undefined) errors.push(...validateBackend(AT.child('defaultBackend'), defaultBackend));
  errors.push(...rules.flatMap((rule, index) => validateRule(AT.child('rules').index(index), rule)));
  for (const [index, { hosts = [], secretName }] of tls.entries()) {
    const entry = AT.child('tls').index(index);
    errors.push(...hosts.flatMap((host, at) => hostName(entry.child('hosts').index(at), host)));
    if (secretName) errors.push(...dns1123Subdomain(entry.child('secretName'), secretName));
  }
  if (ingressClassName !== undefined) errors.push(...dns1123Subdomain(AT.child('ingressClassName'), ingressClassName));
  return errors;
}

/** Comes on top of {@link validateIngress}: older objects may have both. */
export function validateIngressCreate({ metadata, spec }: IngressLike): FieldError[] {
  const annotation = metadata.annotations?.[CLASS_ANNOTATION];
  if (annotation === undefined || spec?.ingressClassName === undefined) return [];
  const at = path('metadata').child('annotations').key(CLASS_ANNOTATION);
  return [invalid(at, annotation, 'can not be set when the class field is also set')];
}

function hostName(at: FieldPath, host: string): FieldError[] {
  return invalidEach(at, host, host.includes('*') ? validateWildcardSubdomain : validateDns1123Subdomain);
}

function validateRule(at: FieldPath, { host, http }: IIngressRule): FieldError[] {
  const errors: FieldError[] = [];
  if (host) {
    const inHost = at.child('host');
    if (parseIp(host) !== undefined) errors.push(invalid(inHost, host, 'must be a DNS name, not an IP address'));
    errors.push(...hostName(inHost, host));
  }
  if (http === undefined) return errors;
  const paths = at.child('http', 'paths');
  if ((http.paths ?? []).length === 0) return [...errors, required(paths)];
  return [...errors, ...http.paths.flatMap((each, index) => validatePath(paths.index(index), each))];
}

const TYPES = ['Exact', 'ImplementationSpecific', 'Prefix'];
const UNCLEAN = ['//', '/./', '/../', '%2f', '%2F'];

function validatePath(at: FieldPath, { path: text = '', pathType, backend }: IHTTPIngressPath): FieldError[] {
  const inPath = at.child('path');
  const relative = () => (text.startsWith('/') ? [] : [invalid(inPath, text, 'must be an absolute path')]);
  const errors: FieldError[] = [];
  if (!pathType) return [required(at.child('pathType'), 'pathType must be specified')];
  if (!TYPES.includes(pathType)) errors.push(notSupported(at.child('pathType'), pathType, TYPES));
  else if (pathType === 'ImplementationSpecific') errors.push(...(text === '' ? [] : relative()));
  else {
    errors.push(...relative());
    for (const part of UNCLEAN)
      if (text.includes(part)) errors.push(invalid(inPath, text, `must not contain '${part}'`));
    for (const end of ['/..', '/.'])
      if (text.endsWith(end)) errors.push(invalid(inPath, text, `cannot end with '${end}'`));
  }
  return [...errors, ...validateBackend(at.child('backend'), backend)];
}

function validateBackend(at: FieldPath, { resource, service }: IIngressBackend): FieldError[] {
  if (resource !== undefined && service !== undefined) {
    return [invalid(at, '', 'cannot set both resource and service backends')];
  }
  if (resource !== undefined) return validateTypedReference(at.child('resource'), resource);
  if (service === undefined) return [invalid(at, '', 'resource or service backend is required')];
  const { name, port } = service;
  const inService = at.child('service');
  const errors = present(inService.child('name'), name);
  if (name) errors.push(...invalidEach(inService.child('name'), name, () => nameIsDns1035Label(name, false)));
  if (port?.name && port.number) errors.push(invalid(at, '', 'cannot set both port name & port number'));
  else if (port?.name) errors.push(...invalidEach(inService.child('port', 'name'), port.name, validatePortName));
  else if (port?.number) {
    errors.push(...invalidEach(inService.child('port', 'number'), port.number, validatePortNumber));
  } else errors.push(required(at, 'port name or number is required'));
  return errors;
}
