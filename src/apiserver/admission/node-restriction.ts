import type { Reader } from '../../client/contract.ts';
import { type Node, PODS, type Pod } from '../../client/resources.ts';
import { semanticEqual } from '../../meta/equal.ts';
import { own } from '../../meta/own.ts';
import { nodeOf } from '../request/node-identity.ts';
import type { AdmissionPlugin, AdmissionRequest } from './contract.ts';
import { forbid } from './forbid.ts';
import { forbiddenNodeLabels } from './node-labels.ts';
import { assertMirrorPod } from './node-mirror-pod.ts';
import { assertBoundToOwnPod } from './node-token.ts';

const LEASE_NAMESPACE = 'kube-node-lease';

/** One rule set per resource; throws to refuse. `node` is the name of the requesting node. */
type Rule = (request: AdmissionRequest, node: string, reader: Reader) => void | Promise<void>;

const RULES: Readonly<Record<string, Rule>> = {
  '/nodes': admitNode,
  '/pods': admitPod,
  '/serviceaccounts': async (request, node, reader) => {
    if (request.operation === 'CREATE' && request.subresource === 'token') {
      await assertBoundToOwnPod(request, node, reader);
    }
  },
  'coordination.k8s.io/leases': admitLease,
};

/**
 * Upstream's NodeRestriction: a node changes only its own Node and Lease and the pods that are bound to it, whatever its
 * role allows.
 */
export function nodeRestriction({ readerOf }: { readerOf(tenant: string): Reader }): AdmissionPlugin {
  return {
    name: 'NodeRestriction',
    handles: ({ operation, user, definition }) =>
      operation !== 'CONNECT' &&
      nodeOf(user) !== undefined &&
      Object.hasOwn(RULES, `${definition.group}/${definition.resource}`),
    async admit(request) {
      const node = nodeOf(request.user) ?? '';
      if (node === '') {
        throw forbid(request, `could not determine node from user ${JSON.stringify(request.user.name)}`);
      }
      const { group, resource } = request.definition;
      await own(RULES, `${group}/${resource}`)?.(request, node, readerOf(request.tenant));
    },
  };
}

function admitNode(request: AdmissionRequest, name: string): void {
  const node = JSON.stringify(name);
  if (request.name !== name) {
    throw forbid(request, `node ${node} is not allowed to modify node ${JSON.stringify(request.name)}`);
  }
  const object = request.object as unknown as Node | undefined;
  if (object === undefined) return;
  const old = request.old as unknown as Node | undefined;
  const labels = forbiddenNodeLabels(object.metadata.labels, old?.metadata.labels);
  if (old === undefined) {
    // What a node may read is found from its Node, so that a source set here would widen it.
    if (object.spec?.configSource !== undefined) {
      throw forbid(request, `node ${node} is not allowed to create pods with a non-nil configSource`);
    }
    if ((object.metadata.ownerReferences ?? []).length > 0) {
      throw forbid(request, `node ${node} is not allowed to set ownerReferences`);
    }
    if (labels.length > 0) {
      throw forbid(request, `node ${node} is not allowed to set the following labels: ${labels.join(', ')}`);
    }
    return;
  }
  const { configSource } = object.spec ?? {};
  if (configSource !== undefined && !semanticEqual(configSource, old.spec?.configSource)) {
    throw forbid(request, `node ${node} is not allowed to update configSource to a new non-nil configSource`);
  }
  // Taints and most labels decide which pods come to the node.
  if (!semanticEqual(object.spec?.taints, old.spec?.taints)) {
    throw forbid(request, `node ${node} is not allowed to modify taints`);
  }
  if (!semanticEqual(object.metadata.ownerReferences, old.metadata.ownerReferences)) {
    throw forbid(request, `node ${node} is not allowed to modify ownerReferences`);
  }
  if (labels.length > 0) throw forbid(request, `is not allowed to modify labels: ${labels.join(', ')}`);
}

async function admitPod(request: AdmissionRequest, node: string, reader: Reader): Promise<void> {
  switch (request.subresource) {
    case '':
      return admitPodItself(request, node, reader);
    case 'status':
      return admitPodStatus(request, node);
    case 'eviction':
      return assertOwnPod(request, node, reader, `node ${node} can only evict pods with spec.nodeName set to itself`);
    default:
      throw forbid(
        request,
        `unexpected pod subresource ${JSON.stringify(request.subresource)}, only 'status' and 'eviction' are allowed`,
      );
  }
}

async function admitPodItself(request: AdmissionRequest, node: string, reader: Reader): Promise<void> {
  const shown = JSON.stringify(node);
  if (request.operation === 'CREATE') return assertMirrorPod(request, node, reader);
  if (request.operation === 'DELETE') {
    return assertOwnPod(request, node, reader, `node ${shown} can only delete pods with spec.nodeName set to itself`);
  }
  throw forbid(
    request,
    `unexpected operation ${JSON.stringify(request.operation)}, node ${shown} can only create and delete mirror pods`,
  );
}

function admitPodStatus(request: AdmissionRequest, name: string): void {
  const node = JSON.stringify(name);
  if (request.operation !== 'UPDATE') {
    throw forbid(request, `unexpected operation ${JSON.stringify(request.operation)}`);
  }
  const pod = request.object as unknown as Pod;
  const old = request.old as unknown as Pod;
  if (old.spec?.nodeName !== name) {
    throw forbid(request, `node ${node} can only update pod status for pods with spec.nodeName set to itself`);
  }
  if (!semanticEqual(pod.metadata.labels, old.metadata.labels)) {
    throw forbid(request, `node ${node} cannot update labels through pod status`);
  }
  if (!semanticEqual(pod.status?.resourceClaimStatuses, old.status?.resourceClaimStatuses)) {
    throw forbid(request, `node ${node} cannot update resource claim statues`);
  }
}

/** Throws `refusal` unless the pod that the request is about is bound to the node; NotFound when there is none. */
async function assertOwnPod(request: AdmissionRequest, node: string, reader: Reader, refusal: string): Promise<void> {
  const pod = (request.old as unknown as Pod | undefined) ?? (await reader.get(PODS, request.namespace, request.name));
  if (pod.spec?.nodeName !== node) throw forbid(request, refusal);
}

function admitLease(request: AdmissionRequest, node: string): void {
  if (request.namespace !== LEASE_NAMESPACE) {
    throw forbid(request, `can only access leases in the ${JSON.stringify(LEASE_NAMESPACE)} system namespace`);
  }
  const name = request.operation === 'CREATE' ? request.object?.metadata.name : request.name;
  if (name !== node) throw forbid(request, 'can only access node lease with the same name as the requesting node');
}
