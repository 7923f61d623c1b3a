/**
 * What v1.35 serves by default: the stable versions that the pinned package of API types has, by the names of upstream's
 * `kubectl api-resources`, which are written down here on their own.
 */
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CLUSTER } from '../../support/api.ts';
import { startWiredApi, type WiredApi } from '../../support/wired-api.ts';

/** Kinds of stable versions that are not served here, or not by v1.35. */
const EXCEPT: Readonly<Record<string, string>> = {
  'admissionregistration.k8s.io/v1 MutatingAdmissionPolicy': 'v1.36; v1.35 has v1beta1, which is off by default',
  'admissionregistration.k8s.io/v1 MutatingAdmissionPolicyBinding': 'v1.36; v1.35 has v1beta1, which is off by default',
  'apiregistration.k8s.io/v1 APIService': 'comes with the aggregation layer',
};

/** group, kind, plural, scope, subresources, short names. */
const UPSTREAM = `
 ComponentStatus componentstatuses cluster - cs
 ConfigMap configmaps namespaced - cm
 Endpoints endpoints namespaced - ep
 Event events namespaced - ev
 LimitRange limitranges namespaced - limits
 Namespace namespaces cluster finalize,status ns
 Node nodes cluster status no
 PersistentVolumeClaim persistentvolumeclaims namespaced status pvc
 PersistentVolume persistentvolumes cluster status pv
 Pod pods namespaced binding,eviction,log,status po
 PodTemplate podtemplates namespaced - -
 ReplicationController replicationcontrollers namespaced scale,status rc
 ResourceQuota resourcequotas namespaced status quota
 Secret secrets namespaced - -
 ServiceAccount serviceaccounts namespaced token sa
 Service services namespaced status svc
admissionregistration.k8s.io MutatingWebhookConfiguration mutatingwebhookconfigurations cluster - -
admissionregistration.k8s.io ValidatingAdmissionPolicy validatingadmissionpolicies cluster status -
admissionregistration.k8s.io ValidatingAdmissionPolicyBinding validatingadmissionpolicybindings cluster - -
admissionregistration.k8s.io ValidatingWebhookConfiguration validatingwebhookconfigurations cluster - -
apiextensions.k8s.io CustomResourceDefinition customresourcedefinitions cluster status crd,crds
apps ControllerRevision controllerrevisions namespaced - -
apps DaemonSet daemonsets namespaced status ds
apps Deployment deployments namespaced scale,status deploy
apps ReplicaSet replicasets namespaced scale,status rs
apps StatefulSet statefulsets namespaced scale,status sts
authentication.k8s.io SelfSubjectReview selfsubjectreviews cluster - -
authentication.k8s.io TokenReview tokenreviews cluster - -
authorization.k8s.io LocalSubjectAccessReview localsubjectaccessreviews namespaced - -
authorization.k8s.io SelfSubjectAccessReview selfsubjectaccessreviews cluster - -
authorization.k8s.io SelfSubjectRulesReview selfsubjectrulesreviews cluster - -
authorization.k8s.io SubjectAccessReview subjectaccessreviews cluster - -
autoscaling HorizontalPodAutoscaler horizontalpodautoscalers namespaced status hpa
batch CronJob cronjobs namespaced status cj
batch Job jobs namespaced status -
certificates.k8s.io CertificateSigningRequest certificatesigningrequests cluster approval,status csr
coordination.k8s.io Lease leases namespaced - -
discovery.k8s.io EndpointSlice endpointslices namespaced - -
events.k8s.io Event events namespaced - ev
flowcontrol.apiserver.k8s.io FlowSchema flowschemas cluster status -
flowcontrol.apiserver.k8s.io PriorityLevelConfiguration prioritylevelconfigurations cluster status -
networking.k8s.io IPAddress ipaddresses cluster - ip
networking.k8s.io IngressClass ingressclasses cluster - -
networking.k8s.io Ingress ingresses namespaced status ing
networking.k8s.io NetworkPolicy networkpolicies namespaced - netpol
networking.k8s.io ServiceCIDR servicecidrs cluster status -
node.k8s.io RuntimeClass runtimeclasses cluster - -
policy PodDisruptionBudget poddisruptionbudgets namespaced status pdb
rbac.authorization.k8s.io ClusterRoleBinding clusterrolebindings cluster - -
rbac.authorization.k8s.io ClusterRole clusterroles cluster - -
rbac.authorization.k8s.io RoleBinding rolebindings namespaced - -
rbac.authorization.k8s.io Role roles namespaced - -
resource.k8s.io DeviceClass deviceclasses cluster - -
resource.k8s.io ResourceClaim resourceclaims namespaced status -
resource.k8s.io ResourceClaimTemplate resourceclaimtemplates namespaced - -
resource.k8s.io ResourceSlice resourceslices cluster - -
scheduling.k8s.io PriorityClass priorityclasses cluster - pc
storage.k8s.io CSIDriver csidrivers cluster - -
storage.k8s.io CSINode csinodes cluster - -
storage.k8s.io CSIStorageCapacity csistoragecapacities namespaced - -
storage.k8s.io StorageClass storageclasses cluster - sc
storage.k8s.io VolumeAttachment volumeattachments cluster status -
storage.k8s.io VolumeAttributesClass volumeattributesclasses cluster - vac
`;

/** Not compared: streams and what changes running pods, which have tests of their own where they are served. */
const ELSEWHERE = new Set(['attach', 'ephemeralcontainers', 'exec', 'portforward', 'proxy', 'resize']);

interface Discovered {
  metadata: { name?: string };
  versions: {
    version: string;
    resources: {
      resource: string;
      responseKind: { kind: string };
      scope: string;
      shortNames?: string[];
      subresources?: { subresource: string }[];
    }[];
  }[];
}

let api: WiredApi;
let groups: Discovered[];
beforeAll(async () => {
  api = await startWiredApi();
  const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
  const documents = await Promise.all(['/api', '/apis'].map((path) => api.admin('GET', path, { headers: { accept } })));
  groups = documents.flatMap(({ body }) => body.items);
});
afterAll(() => api?.close());

test('every kind that the package has in a stable version is served, or its absence has a reason', () => {
  const root = dirname(createRequire(import.meta.filename).resolve('kubernetes-models/package.json'));
  const folders = readdirSync(root).filter((each) => each !== '_schemas' && existsSync(join(root, each, 'v1')));
  const kinds: string[] = [];
  for (const [group, folder] of [['', root], ...folders.map((each) => [each, join(root, each)])] as [
    string,
    string,
  ][]) {
    for (const version of readdirSync(folder).filter((each) => /^v\d+$/.test(each))) {
      const files = new Set(readdirSync(join(folder, version)));
      for (const file of files) {
        const kind = file.replace(/List\.d\.ts$/, '');
        if (kind !== file && files.has(`${kind}.d.ts`))
          kinds.push(`${group === '' ? '' : `${group}/`}${version} ${kind}`);
      }
    }
  }
  const served = new Set(
    groups.flatMap(({ metadata: { name = '' }, versions }) =>
      versions.flatMap(({ version, resources }) =>
        resources.map(({ responseKind }) => `${name === '' ? '' : `${name}/`}${version} ${responseKind.kind}`),
      ),
    ),
  );
  expect(kinds.length).toBeGreaterThan(55);
  expect(kinds.filter((each) => !served.has(each)).sort()).toEqual(Object.keys(EXCEPT).sort());
});

test('names, scopes, subresources and short names are upstream’s', () => {
  const list = (values: readonly string[] = []) => [...values].sort().join(',') || '-';
  const lines = groups.flatMap(({ metadata: { name = '' }, versions }) =>
    (versions[0]?.resources ?? []).map(({ resource, responseKind, scope, shortNames, subresources }) =>
      [
        name,
        responseKind.kind,
        resource,
        scope === 'Namespaced' ? 'namespaced' : 'cluster',
        list(subresources?.map(({ subresource }) => subresource).filter((each) => !ELSEWHERE.has(each))),
        list(shortNames),
      ].join(' '),
    ),
  );
  const expected = UPSTREAM.split('\n').filter((line) => line !== '');
  expect(lines.sort()).toEqual(expected.sort());
});

test('the objects that upstream makes by itself are there', async () => {
  const { body } = await api.admin('GET', '/apis/networking.k8s.io/v1/servicecidrs/kubernetes');
  expect(body.spec.cidrs).toEqual([CLUSTER.serviceCIDR]);
});
