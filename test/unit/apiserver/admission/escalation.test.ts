import { beforeEach, describe, expect, it } from 'vitest';
import type { AdmissionPlugin, AdmissionRequest } from '../../../../src/apiserver/admission/contract.ts';
import { rbacEscalationCheck } from '../../../../src/apiserver/admission/escalation.ts';
import { type RbacAuthorizer, rbacAuthorizer } from '../../../../src/apiserver/authz/rbac.ts';
import { CLUSTER_ROLE_BINDINGS, CLUSTER_ROLES, ROLE_BINDINGS, ROLES } from '../../../../src/client/resources.ts';
import { MemoryClient } from '../../../support/memory-client.ts';

const READ_PODS = { verbs: ['get', 'list'], apiGroups: [''], resources: ['pods'] };
const READ_SECRETS = { verbs: ['get'], apiGroups: [''], resources: ['secrets'] };
const ADA = { name: 'ada', groups: ['dev', 'system:authenticated'] };

let api: MemoryClient;
let rbac: RbacAuthorizer;
let plugin: AdmissionPlugin;

/** Ada holds READ_PODS in the namespace shop. */
beforeEach(() => {
  api = new MemoryClient();
  rbac = rbacAuthorizer({ reader: () => api });
  plugin = rbacEscalationCheck(rbac, rbac);
  api.put(CLUSTER_ROLES, { metadata: { name: 'pods' }, rules: [READ_PODS] } as never);
  api.put(CLUSTER_ROLES, { metadata: { name: 'secrets' }, rules: [READ_SECRETS] } as never);
  grant('pods');
});

function grant(role: string, namespace = 'shop'): void {
  api.put(ROLE_BINDINGS, {
    metadata: { namespace, name: `ada-${role}` },
    roleRef: { kind: 'ClusterRole', name: role },
    subjects: [{ kind: 'User', name: 'ada' }],
  } as never);
  rbac.invalidate('root');
}

async function write(
  resource: { group: string; resource: string; namespaced: boolean },
  object: object,
  old?: object,
  user: AdmissionRequest['user'] = ADA,
): Promise<void> {
  const request = {
    tenant: 'root',
    user,
    operation: old === undefined ? 'CREATE' : 'UPDATE',
    definition: resource,
    subresource: '',
    namespace: resource.namespaced ? 'shop' : '',
    name: 'x',
    object,
    old,
    options: { dryRun: false },
  } as unknown as AdmissionRequest;
  if (plugin.handles(request)) await plugin.validate!(request);
}

describe('writing roles', () => {
  it('is allowed up to what the writer holds', async () => {
    await write(ROLES, { rules: [READ_PODS] });
    await write(ROLES, { rules: [{ ...READ_PODS, verbs: ['get'], resourceNames: ['one'] }] });
  });

  it("is refused beyond, with what is missing in upstream's words", async () => {
    const rules = [{ verbs: ['get', 'delete', 'watch'], apiGroups: [''], resources: ['pods', 'secrets'] }];
    await expect(write(ROLES, { rules })).rejects.toMatchObject({
      code: 403,
      message:
        'roles.rbac.authorization.k8s.io "x" is forbidden: user "ada" (groups=["dev" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n' +
        '{APIGroups:[""], Resources:["pods"], Verbs:["delete" "watch"]}\n' +
        '{APIGroups:[""], Resources:["secrets"], Verbs:["get" "delete" "watch"]}',
    });
    await expect(write(CLUSTER_ROLES, { rules: [{ verbs: ['get'], nonResourceURLs: ['/x'] }] })).rejects.toThrow(
      '{NonResourceURLs:["/x"], Verbs:["get"]}',
    );
  });

  it('in a namespace counts only what is held there', async () => {
    await expect(write(CLUSTER_ROLES, { rules: [READ_PODS] })).rejects.toThrow('not currently held');
  });

  it('that leaves the rules as they are needs no right to them', async () => {
    const rules = [READ_SECRETS];
    await write(ROLES, { rules, metadata: { labels: { a: 'b' } } }, { rules });
  });

  it('needs everything to set up aggregation, because of what others may label later', async () => {
    const aggregationRule = { clusterRoleSelectors: [{ matchLabels: { x: 'y' } }] };
    await expect(write(CLUSTER_ROLES, { rules: [], aggregationRule })).rejects.toThrow(
      '{APIGroups:["*"], Resources:["*"], Verbs:["*"]}\n{NonResourceURLs:["*"], Verbs:["*"]}',
    );
  });

  it('is free for who may escalate, and for masters', async () => {
    await write(ROLES, { rules: [READ_SECRETS] }, undefined, { name: 'root', groups: ['system:masters'] });
    const escalate = { verbs: ['escalate'], apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles'] };
    api.put(CLUSTER_ROLES, { metadata: { name: 'escalate' }, rules: [escalate] } as never);
    grant('escalate');
    await write(ROLES, { rules: [READ_SECRETS] });
  });
});

describe('writing bindings', () => {
  const to = (name: string) => ({ roleRef: { kind: 'ClusterRole', name }, subjects: [{ kind: 'User', name: 'bob' }] });

  it('is allowed for roles whose rules the writer holds', async () => {
    await write(ROLE_BINDINGS, to('pods'));
    await expect(write(ROLE_BINDINGS, to('secrets'))).rejects.toThrow(
      'rolebindings.rbac.authorization.k8s.io "x" is forbidden: user "ada" (groups=["dev" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}',
    );
    await expect(write(CLUSTER_ROLE_BINDINGS, to('pods'))).rejects.toThrow('not currently held');
  });

  it('is refused for roles that do not exist', async () => {
    await expect(write(ROLE_BINDINGS, to('gone'))).rejects.toMatchObject({ code: 404 });
  });

  it('is free for who may bind that role', async () => {
    const bind = {
      verbs: ['bind'],
      apiGroups: ['rbac.authorization.k8s.io'],
      resources: ['clusterroles'],
      resourceNames: ['secrets'],
    };
    api.put(CLUSTER_ROLES, { metadata: { name: 'bind' }, rules: [bind] } as never);
    grant('bind');
    await write(ROLE_BINDINGS, to('secrets'));
  });
});

it('leaves other kinds alone', async () => {
  await write({ group: 'apps', resource: 'deployments', namespaced: true }, { rules: [READ_SECRETS] });
});
