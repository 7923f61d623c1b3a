import type { BuiltInGroup } from '../group.ts';
import { inPackage, keyedBy, qualify } from '../merge-rules.ts';
import { certificateSigningRequests } from './certificate-signing-request.ts';

export const certificates: BuiltInGroup = {
  group: 'certificates.k8s.io',
  resources: [certificateSigningRequests],
  mergeRules: [
    inPackage('io.k8s.api.certificates.v1', { CertificateSigningRequestStatus: { conditions: keyedBy('type') } }),
  ],
  // Empty structs stand where upstream's Go types hold a struct and no pointer: they are always there.
  defaults: [qualify<unknown>('io.k8s.api.certificates.v1', { CertificateSigningRequest: { spec: {}, status: {} } })],
};
