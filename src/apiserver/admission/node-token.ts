import type { ITokenRequest } from 'kubernetes-models/authentication.k8s.io/v1/TokenRequest';
import type { Reader } from '../../client/contract.ts';
import { PODS, type Pod } from '../../client/resources.ts';
import type { AdmissionRequest } from './contract.ts';
import { forbid } from './forbid.ts';

/** A node gets tokens only for pods that are bound to it, for an audience that the pod asks for. */
export async function assertBoundToOwnPod(request: AdmissionRequest, node: string, reader: Reader): Promise<void> {
  const { spec = {} } = request.object as unknown as Partial<ITokenRequest>;
  const { boundObjectRef: reference, audiences = [] } = spec;
  if (reference?.apiVersion !== 'v1' || reference.kind !== 'Pod' || !reference.name) {
    throw forbid(request, 'node requested token not bound to a pod');
  }
  if (!reference.uid) throw forbid(request, 'node requested token with a pod binding without a uid');
  const pod = await reader.get(PODS, request.namespace, reference.name);
  if (reference.uid !== pod.metadata.uid) {
    throw forbid(
      request,
      `the UID in the bound object reference (${reference.uid}) does not match the UID in record. The object might have been deleted and then recreated`,
    );
  }
  if (pod.spec?.nodeName !== node) {
    throw forbid(request, 'node requested token bound to a pod scheduled on a different node');
  }
  if (audiences.length > 1) throw forbid(request, 'node may only request 0 or 1 audiences');
  const [audience = ''] = audiences;
  if (!audiencesOf(pod).has(audience)) {
    throw forbid(
      request,
      `audience ${JSON.stringify(audience)} not found in pod spec volume, ${request.user.name} is not authorized to request tokens for this audience`,
    );
  }
}

/** '' stands for the API server's own audience. */
function audiencesOf({ spec }: Pod): Set<string> {
  return new Set(
    (spec?.volumes ?? [])
      .flatMap(({ projected }) => projected?.sources ?? [])
      .flatMap(({ serviceAccountToken }) => (serviceAccountToken ? [serviceAccountToken.audience ?? ''] : [])),
  );
}
