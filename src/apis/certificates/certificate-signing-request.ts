import type { ICertificateSigningRequest } from 'kubernetes-models/certificates.k8s.io/v1/CertificateSigningRequest';
import type { ICertificateSigningRequestCondition } from 'kubernetes-models/certificates.k8s.io/v1/CertificateSigningRequestCondition';
import type { Strategy } from '../../apiserver/registry/contract.ts';
import { humanDuration } from '../../meta/duration/age.ts';
import { timestamp } from '../../meta/object.ts';
import { builtIn, type Stored } from '../built-in.ts';
import { age, described } from '../columns.ts';
import { validateSigningRequest, validateSigningRequestStatus } from './validation/certificate-signing-request.ts';

export type CertificateSigningRequest = Stored<ICertificateSigningRequest>;

const SPEC = 'io.k8s.api.certificates.v1.CertificateSigningRequestSpec';

/** What the approval subresource alone may set. */
const DECISIONS: ReadonlySet<string> = new Set(['Approved', 'Denied']);

const strategy: Strategy<CertificateSigningRequest> = {
  generation: false,
  prepareForCreate({ user }, request) {
    const { spec } = request;
    // Who asks is told by the request's credentials, never by the object.
    spec.username = user.name;
    if (user.uid === undefined) delete spec.uid;
    else spec.uid = user.uid;
    spec.groups = [...user.groups];
    if (user.extra === undefined) delete spec.extra;
    else spec.extra = Object.fromEntries(Object.entries(user.extra).map(([key, values]) => [key, [...values]]));
    request.status = {};
  },
  prepareForUpdate(_context, request, old) {
    request.spec = old.spec;
  },
  prepareForStatusUpdate({ now }, request, old) {
    const decided = (old.status?.conditions ?? []).filter(({ type }) => DECISIONS.has(type));
    const told = (request.status?.conditions ?? []).filter(({ type }) => !DECISIONS.has(type));
    setConditions(request, [...decided, ...told], old, now);
  },
  validate: validateSigningRequest,
  validateStatusUpdate: validateSigningRequestStatus,
};

/** With the times that clients leave out. */
function setConditions(
  request: CertificateSigningRequest,
  conditions: readonly ICertificateSigningRequestCondition[],
  old: CertificateSigningRequest,
  now: Date,
): void {
  const time = timestamp(now);
  const { conditions: _, ...status } = request.status ?? {};
  const complete = conditions.map((condition) => {
    const before = old.status?.conditions?.find(({ type }) => type === condition.type);
    const kept = before?.status === condition.status ? before?.lastTransitionTime : undefined;
    return { ...condition, lastUpdateTime: condition.lastUpdateTime ?? time, lastTransitionTime: kept ?? time };
  });
  request.status = { ...status, ...(complete.length === 0 ? {} : { conditions: complete }) };
}

function condition({ status }: CertificateSigningRequest): string {
  const has = (type: string) => (status?.conditions ?? []).some((each) => each.type === type);
  const parts: string[] = [];
  if (has('Denied')) parts.push('Denied');
  else if (has('Approved')) parts.push('Approved');
  else parts.push('Pending');
  if (has('Failed')) parts.push('Failed');
  if (status?.certificate) parts.push('Issued');
  return parts.join(',');
}

export const certificateSigningRequests = builtIn<CertificateSigningRequest>(
  'io.k8s.api.certificates.v1.CertificateSigningRequest',
  {
    resource: 'certificatesigningrequests',
    singular: 'certificatesigningrequest',
    shortNames: ['csr'],
    namespaced: false,
    status: true,
    subresources: {
      approval: {
        by: 'part',
        verbs: ['get', 'patch', 'update'],
        fields: ['status.conditions'],
        prepare({ now }, request, old) {
          const decided = (request.status?.conditions ?? []).filter(({ type }) => DECISIONS.has(type));
          const told = (old.status?.conditions ?? []).filter(({ type }) => !DECISIONS.has(type));
          setConditions(request, [...decided, ...told], old, now);
        },
        validate: validateSigningRequestStatus,
      },
    },
    strategy,
    selectableFields: { 'spec.signerName': ({ spec }) => spec.signerName },
    columns: [
      age,
      {
        name: 'SignerName',
        type: 'string',
        description: described(SPEC, 'signerName'),
        cell: ({ spec }) => spec.signerName,
      },
      {
        name: 'Requestor',
        type: 'string',
        description: described(SPEC, 'request'),
        cell: ({ spec }) => spec.username ?? '',
      },
      {
        name: 'RequestedDuration',
        type: 'string',
        description: described(SPEC, 'expirationSeconds'),
        cell: ({ spec }) =>
          spec.expirationSeconds === undefined ? '<none>' : humanDuration(spec.expirationSeconds * 1000),
      },
      {
        name: 'Condition',
        type: 'string',
        description: described('io.k8s.api.certificates.v1.CertificateSigningRequestStatus', 'conditions'),
        cell: condition,
      },
    ],
  },
);
