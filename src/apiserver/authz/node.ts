/**
 * Upstream's Node authorizer: a node's credential is worth what that node needs. Objects that hold what is secret are
 * read one by one, and only while a pod that is bound to the node names them; of pods, it sees its own; the rest is as
 * the role system:node says. It has no opinion of what it does not allow, so that RBAC may allow more.
 */
import type { Reader } from '../../client/contract.ts';
import { PODS } from '../../client/resources.ts';
import type { ReferencedResource } from '../../meta/pod-references.ts';
import { parseFieldSelector } from '../../meta/selectors.ts';
import { nodeOf } from '../request/node-identity.ts';
import type { Attributes, Authorizer, Decision } from './contract.ts';
import { type NodeReferencesCache, nodeReferences } from './node-references.ts';
import { NODE_RULES } from './policy/system-roles.ts';
import { ruleAllows } from './rules.ts';

const LEASE_NAMESPACE = 'kube-node-lease';

export interface NodeAuthorizerOptions {
  /** Reads as someone who may see all pods, without coming back through this authorizer. */
  reader(tenant: string): Reader;
  /** May be shared by several authorizers. */
  cache?: NodeReferencesCache;
  now?(): number;
}

const ALLOW: Decision = { decision: 'allow', reason: '' };
const no = (reason: string): Decision => ({ decision: 'noOpinion', reason });

/** What a node may do with one resource; `request` has it. */
type Rule = (node: string, attributes: Attributes) => Decision | Promise<Decision>;

export function nodeAuthorizer(options: NodeAuthorizerOptions): Authorizer {
  const references = nodeReferences(options);

  async function related(node: string, { tenant, request }: Attributes): Promise<Decision> {
    if (request.name === '') return no('No Object name found');
    const resource = request.resource as ReferencedResource;
    const found = await references.has(tenant, node, request.namespace, resource, request.name);
    return found ? ALLOW : no(`no relationship found between node '${node}' and this object`);
  }

  /** Upstream also allows lists and watches of one name; Kedge's agent gets objects, and needs neither. */
  const getRelated: Rule = (node, attributes) => {
    const { verb, subresource, namespace } = attributes.request;
    if (verb !== 'get') return no('can only get individual resources of this type');
    if (subresource !== '') return no('cannot get subresource');
    if (namespace === '') return no('can only read namespaced object of this type');
    return related(node, attributes);
  };

  const createToken: Rule = (node, attributes) => {
    const { verb, subresource, name } = attributes.request;
    if (verb !== 'create' || name === '') return no('can only create tokens for individual service accounts');
    if (subresource !== 'token') return no('can only create token subresource of serviceaccount');
    return related(node, attributes);
  };

  const usePods: Rule = async (node, { tenant, request }) => {
    const { verb, subresource, namespace, name } = request;
    switch (`${verb} ${subresource}`) {
      case 'create ':
      case 'delete ':
      case 'update status':
      case 'patch status':
      case 'create eviction':
        // Whose pod it is decides admission (NodeRestriction).
        return ALLOW;
      case 'get ': {
        const pod = await options.reader(tenant).find(PODS, namespace, name);
        // That there is none may be told: the agent asks for pods that have just gone.
        if (pod === undefined || pod.spec?.nodeName === node) return ALLOW;
        return no(`no relationship found between node '${node}' and this object`);
      }
      case 'list ':
      case 'watch ':
        return selectsOwnPods(request.fieldSelector, node)
          ? ALLOW
          : no('can only list/watch pods with spec.nodeName field selector');
      default:
        return no('');
    }
  };

  const rules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
    ['/secrets', getRelated],
    ['/configmaps', getRelated],
    ['/persistentvolumeclaims', getRelated],
    // What a claim is bound to, and where it is attached: allowed when there are such kinds and claims lead to them.
    ['/persistentvolumes', (node) => no(`no relationship found between node '${node}' and this object`)],
    ['storage.k8s.io/volumeattachments', (node) => no(`no relationship found between node '${node}' and this object`)],
    ['/serviceaccounts', createToken],
    ['/pods', usePods],
    ['/nodes', useNodes],
    ['coordination.k8s.io/leases', useLeases],
    ['storage.k8s.io/csinodes', useCsiNodes],
    ['kedge.dev/nodes', useTunnel],
  ]);

  return {
    async authorize(attributes) {
      const { user, request } = attributes;
      const node = nodeOf(user);
      if (node === undefined) return no('');
      if (node === '') return no(`unknown node for user ${JSON.stringify(user.name)}`);
      const rule = request.isResourceRequest ? rules.get(`${request.group}/${request.resource}`) : undefined;
      if (rule !== undefined) return rule(node, attributes);
      return NODE_RULES.some((each) => ruleAllows(each, request)) ? ALLOW : no('');
    },
  };
}

function selectsOwnPods(fieldSelector: string | undefined, node: string): boolean {
  try {
    return parseFieldSelector(fieldSelector ?? '').some(
      ({ path, operator, value }) => path === 'spec.nodeName' && operator === '=' && value === node,
    );
  } catch {
    // The handler tells what is wrong with it to whom may list.
    return false;
  }
}

function useNodes(node: string, { request: { verb, subresource, name } }: Attributes): Decision {
  const writes =
    subresource === '' ? ['create', 'update', 'patch'] : subresource === 'status' ? ['update', 'patch'] : [];
  // Which Node it is decides admission (NodeRestriction); a new one's name is not known here.
  if (writes.includes(verb)) return ALLOW;
  if (subresource !== '' || !['get', 'list', 'watch'].includes(verb)) return no('');
  if (name === node) return ALLOW;
  return no(`node '${node}' cannot read ${name === '' ? 'all nodes' : `'${name}'`}, only its own Node object`);
}

/** Its own link and the streams that are asked for over it. */
function useTunnel(node: string, { request: { verb, subresource, name } }: Attributes): Decision {
  if (verb !== 'get' || subresource !== 'tunnel') return no('');
  return name === node ? ALLOW : no(`node '${node}' cannot open the tunnel of '${name}'`);
}

function useLeases(node: string, { request: { verb, namespace, name } }: Attributes): Decision {
  if (!['get', 'create', 'update', 'patch', 'delete'].includes(verb)) {
    return no('can only get, create, update, patch, or delete a node lease');
  }
  if (namespace !== LEASE_NAMESPACE) return no(`can only access leases in the "${LEASE_NAMESPACE}" system namespace`);
  // A new one's name is seen by admission (NodeRestriction).
  if (verb === 'create' || name === node) return ALLOW;
  return no('can only access node lease with the same name as the requesting node');
}

function useCsiNodes(node: string, { request: { verb, subresource, name } }: Attributes): Decision {
  if (subresource !== '') return no(`unsupported CSINode subresource ${JSON.stringify(subresource)}`);
  if (!['get', 'create', 'update', 'patch', 'delete'].includes(verb)) {
    return no('can only get, create, update, patch, or delete a CSINode');
  }
  if (verb === 'create' || name === node) return ALLOW;
  return no('can only access CSINode with the same name as the requesting node');
}
