/** CertificateSigningRequests. */
import type { ICertificateSigningRequest } from 'kubernetes-models/certificates.k8s.io/v1/CertificateSigningRequest';
import {
  duplicate,
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  notSupported,
  path,
  required,
} from '../../../meta/field-error.ts';
import { validateDns1123Subdomain } from '../../../meta/names.ts';

type RequestLike = Pick<ICertificateSigningRequest, 'spec' | 'status'>;

const AT = path('spec');
const MIN_SECONDS = 600;
const LEGACY = 'kubernetes.io/legacy-unknown';
const BEGIN = '-----BEGIN CERTIFICATE REQUEST-----';
const END = '-----END CERTIFICATE REQUEST-----';
const USAGES = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
];

export function validateSigningRequest({ spec }: RequestLike): FieldError[] {
  const errors = validateRequest(AT.child('request'), spec?.request);
  const usages = spec?.usages ?? [];
  if (usages.length === 0) errors.push(required(AT.child('usages')));
  const seen = new Set<string>();
  for (const [index, usage] of usages.entries()) {
    const at = AT.child('usages').index(index);
    if (!USAGES.includes(usage)) errors.push(notSupported(at, usage, USAGES));
    if (seen.has(usage)) errors.push(duplicate(at, usage));
    seen.add(usage);
  }
  const seconds = spec?.expirationSeconds;
  if (seconds !== undefined && seconds < MIN_SECONDS) {
    errors.push(
      invalid(
        AT.child('expirationSeconds'),
        seconds,
        `may not specify a duration less than ${MIN_SECONDS} seconds (10 minutes)`,
      ),
    );
  }
  return [...errors, ...validateSigner(AT.child('signerName'), spec?.signerName)];
}

/** Base64 of PEM, as JSON carries it. */
function validateRequest(at: FieldPath, request = ''): FieldError[] {
  if (request === '') return [required(at)];
  let text: string;
  try {
    text = atob(request);
  } catch {
    return [invalid(at, request, 'PEM block type must be CERTIFICATE REQUEST')];
  }
  const from = text.indexOf(BEGIN);
  const to = text.indexOf(END);
  const body = from < 0 || to < from ? '' : text.slice(from + BEGIN.length, to);
  if (body !== '' && /^[A-Za-z0-9+/=\s]+$/.test(body)) return [];
  return [invalid(at, request, 'PEM block type must be CERTIFICATE REQUEST')];
}

function validateSigner(at: FieldPath, signer = ''): FieldError[] {
  if (signer === '') return [required(at)];
  if (signer === LEGACY) return [invalid(at, signer, 'the legacy signerName is not allowed via this API version')];
  const parts = signer.split('/');
  if (parts.length !== 2)
    return [invalid(at, signer, 'must be a fully qualified domain and path of the form "example.com/signer-name"')];
  const [domain = '', name = ''] = parts;
  const errors = domain.includes('.')
    ? validateDns1123Subdomain(domain).map((message) => invalid(at, domain, message))
    : [invalid(at, domain, 'should be a domain with at least two segments separated by dots')];
  return [...errors, ...validateDns1123Subdomain(name).map((message) => invalid(at, name, message))];
}

/** Of status and of approval: a decision stays. */
export function validateSigningRequestStatus({ status }: RequestLike, { status: old }: RequestLike): FieldError[] {
  const at = path('status').child('conditions');
  const errors: FieldError[] = [];
  const types = new Set<string>();
  for (const [index, { type, status: value }] of (status?.conditions ?? []).entries()) {
    const entry = at.index(index);
    if (!type) errors.push(required(entry.child('type')));
    else if (types.has(type)) errors.push(duplicate(entry.child('type'), type));
    types.add(type);
    const decided = ['Approved', 'Denied', 'Failed'].includes(type);
    if (!value) errors.push(required(entry.child('status')));
    else if (decided && value !== 'True') errors.push(notSupported(entry.child('status'), value, ['True']));
    else if (!['True', 'False', 'Unknown'].includes(value)) {
      errors.push(notSupported(entry.child('status'), value, ['False', 'True', 'Unknown']));
    }
  }
  if (types.has('Approved') && types.has('Denied')) {
    errors.push(invalid(at, 'Denied', 'Approved and Denied conditions are mutually exclusive'));
  }
  for (const type of ['Approved', 'Denied', 'Failed']) {
    const before = (old?.conditions ?? []).some((each) => each.type === type);
    if (before && !types.has(type)) {
      errors.push(forbidden(at, `updates may not remove a condition of type "${type}"`));
    }
  }
  if (old?.certificate && status?.certificate !== old.certificate) {
    errors.push(forbidden(path('status').child('certificate'), 'updates may not change existing certificate content'));
  }
  return errors;
}
