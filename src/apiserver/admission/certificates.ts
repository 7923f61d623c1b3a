/** Who may approve certificates, and who may sign them: rights on the signer, not on the request alone. */
import { deepEqual } from '../../meta/equal.ts';
import type { Authorizer } from '../authz/contract.ts';
import type { AdmissionPlugin, AdmissionRequest } from './contract.ts';
import { forbid, isAbout } from './forbid.ts';

const GROUP = 'certificates.k8s.io';
const RESOURCE = 'certificatesigningrequests';

interface RequestLike {
  spec?: { signerName?: string };
  status?: { certificate?: string; conditions?: { type: string; status: string }[] };
}

/** `example.com/*` stands for all signers of a domain. */
async function mayActFor(authorizer: Authorizer, request: AdmissionRequest, verb: string): Promise<boolean> {
  const signer = (request.old as RequestLike | undefined)?.spec?.signerName ?? '';
  for (const name of [signer, `${signer.split('/')[0]}/*`]) {
    const { decision } = await authorizer.authorize({
      tenant: request.tenant,
      user: request.user,
      request: {
        verb,
        isResourceRequest: true,
        path: '',
        group: GROUP,
        version: 'v1',
        namespace: '',
        resource: 'signers',
        subresource: '',
        name,
      },
    });
    if (decision === 'allow') return true;
  }
  return false;
}

/** Upstream's CertificateApproval. */
export function certificateApproval(authorizer: Authorizer): AdmissionPlugin {
  return {
    name: 'CertificateApproval',
    handles: (request) => request.operation === 'UPDATE' && isAbout(request, GROUP, RESOURCE, 'approval'),
    async validate(request) {
      if (await mayActFor(authorizer, request, 'approve')) return;
      const signer = (request.old as RequestLike | undefined)?.spec?.signerName ?? '';
      throw forbid(request, `user not permitted to approve requests with signerName ${JSON.stringify(signer)}`);
    },
  };
}

/** Upstream's CertificateSigning. */
export function certificateSigning(authorizer: Authorizer): AdmissionPlugin {
  const signed = ({ status }: RequestLike) => [
    status?.certificate ?? '',
    (status?.conditions ?? []).filter(({ type }) => type === 'Failed').map(({ status: value }) => value),
  ];
  return {
    name: 'CertificateSigning',
    handles: (request) => request.operation === 'UPDATE' && isAbout(request, GROUP, RESOURCE, 'status'),
    async validate(request) {
      if (deepEqual(signed(request.object as RequestLike), signed(request.old as RequestLike))) return;
      if (await mayActFor(authorizer, request, 'sign')) return;
      const signer = (request.old as RequestLike | undefined)?.spec?.signerName ?? '';
      throw forbid(request, `user not permitted to sign requests with signerName ${JSON.stringify(signer)}`);
    },
  };
}
