/** The resources that Kedge's own controllers, authorizers and agent use, with their object types. */
import type { ICustomResourceDefinition } from 'kubernetes-models/apiextensions.k8s.io/v1/CustomResourceDefinition';
import type { IControllerRevision } from 'kubernetes-models/apps/v1/ControllerRevision';
import type { IDaemonSet } from 'kubernetes-models/apps/v1/DaemonSet';
import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment';
import type { IReplicaSet } from 'kubernetes-models/apps/v1/ReplicaSet';
import type { IStatefulSet } from 'kubernetes-models/apps/v1/StatefulSet';
import type { ICronJob } from 'kubernetes-models/batch/v1/CronJob';
import type { IJob } from 'kubernetes-models/batch/v1/Job';
import type { ILease } from 'kubernetes-models/coordination.k8s.io/v1/Lease';
import type { IEndpointSlice } from 'kubernetes-models/discovery.k8s.io/v1/EndpointSlice';
import type { IIngress } from 'kubernetes-models/networking.k8s.io/v1/Ingress';
import type { IIngressClass } from 'kubernetes-models/networking.k8s.io/v1/IngressClass';
import type { IServiceCIDR } from 'kubernetes-models/networking.k8s.io/v1/ServiceCIDR';
import type { IRuntimeClass } from 'kubernetes-models/node.k8s.io/v1/RuntimeClass';
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import type { IClusterRole } from 'kubernetes-models/rbac.authorization.k8s.io/v1/ClusterRole';
import type { IClusterRoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1/ClusterRoleBinding';
import type { IRole } from 'kubernetes-models/rbac.authorization.k8s.io/v1/Role';
import type { IRoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1/RoleBinding';
import type { IPriorityClass } from 'kubernetes-models/scheduling.k8s.io/v1/PriorityClass';
import type { IStorageClass } from 'kubernetes-models/storage.k8s.io/v1/StorageClass';
import type { IConfigMap } from 'kubernetes-models/v1/ConfigMap';
import type { IEndpoints } from 'kubernetes-models/v1/Endpoints';
import type { IEvent } from 'kubernetes-models/v1/Event';
import type { ILimitRange } from 'kubernetes-models/v1/LimitRange';
import type { INamespace } from 'kubernetes-models/v1/Namespace';
import type { INode } from 'kubernetes-models/v1/Node';
import type { IPersistentVolumeClaim } from 'kubernetes-models/v1/PersistentVolumeClaim';
import type { IPod } from 'kubernetes-models/v1/Pod';
import type { IReplicationController } from 'kubernetes-models/v1/ReplicationController';
import type { IResourceQuota } from 'kubernetes-models/v1/ResourceQuota';
import type { ISecret } from 'kubernetes-models/v1/Secret';
import type { IService } from 'kubernetes-models/v1/Service';
import type { IServiceAccount } from 'kubernetes-models/v1/ServiceAccount';
import type { KubeObject, ObjectMeta } from '../meta/object.ts';
import type { ResourceRef } from './contract.ts';

/** An object type of kubernetes-models whose metadata is present, as it always is on what the API returns. */
export type Served<T> = Omit<T, 'metadata'> & KubeObject & { metadata: ObjectMeta };

export type Pod = Served<IPod>;
export type Node = Served<INode>;
export type Namespace = Served<INamespace>;
export type Service = Served<IService>;
export type Endpoints = Served<IEndpoints>;
export type EndpointSlice = Served<IEndpointSlice>;
export type ConfigMap = Served<IConfigMap>;
export type Secret = Served<ISecret>;
export type ServiceAccount = Served<IServiceAccount>;
export type Event = Served<IEvent>;
export type Lease = Served<ILease>;
export type CustomResourceDefinition = Served<ICustomResourceDefinition>;
export type Deployment = Served<IDeployment>;
export type ReplicaSet = Served<IReplicaSet>;
export type Job = Served<IJob>;
export type CronJob = Served<ICronJob>;
export type PodDisruptionBudget = Served<IPodDisruptionBudget>;
export type ReplicationController = Served<IReplicationController>;
export type DaemonSet = Served<IDaemonSet>;
export type StatefulSet = Served<IStatefulSet>;
export type ControllerRevision = Served<IControllerRevision>;
export type RuntimeClass = Served<IRuntimeClass>;
export type LimitRange = Served<ILimitRange>;
export type ResourceQuota = Served<IResourceQuota>;
export type PersistentVolumeClaim = Served<IPersistentVolumeClaim>;
export type StorageClass = Served<IStorageClass>;
export type Ingress = Served<IIngress>;
export type IngressClass = Served<IIngressClass>;
export type ServiceCIDR = Served<IServiceCIDR>;
export type PriorityClass = Served<IPriorityClass>;
export type Role = Served<IRole>;
export type RoleBinding = Served<IRoleBinding>;
export type ClusterRole = Served<IClusterRole>;
export type ClusterRoleBinding = Served<IClusterRoleBinding>;

function ref<T extends KubeObject>(
  group: string,
  version: string,
  resource: string,
  kind: string,
  namespaced = true,
): ResourceRef<T> {
  return { group, version, resource, kind, namespaced };
}

export const PODS = ref<Pod>('', 'v1', 'pods', 'Pod');
export const NODES = ref<Node>('', 'v1', 'nodes', 'Node', false);
export const CUSTOM_RESOURCE_DEFINITIONS = ref<CustomResourceDefinition>(
  'apiextensions.k8s.io',
  'v1',
  'customresourcedefinitions',
  'CustomResourceDefinition',
  false,
);
export const NAMESPACES = ref<Namespace>('', 'v1', 'namespaces', 'Namespace', false);
export const SERVICES = ref<Service>('', 'v1', 'services', 'Service');
export const ENDPOINTS = ref<Endpoints>('', 'v1', 'endpoints', 'Endpoints');
export const ENDPOINT_SLICES = ref<EndpointSlice>('discovery.k8s.io', 'v1', 'endpointslices', 'EndpointSlice');
export const CONFIG_MAPS = ref<ConfigMap>('', 'v1', 'configmaps', 'ConfigMap');
export const SECRETS = ref<Secret>('', 'v1', 'secrets', 'Secret');
export const SERVICE_ACCOUNTS = ref<ServiceAccount>('', 'v1', 'serviceaccounts', 'ServiceAccount');
export const EVENTS = ref<Event>('', 'v1', 'events', 'Event');
export const LEASES = ref<Lease>('coordination.k8s.io', 'v1', 'leases', 'Lease');
export const DEPLOYMENTS = ref<Deployment>('apps', 'v1', 'deployments', 'Deployment');
export const REPLICA_SETS = ref<ReplicaSet>('apps', 'v1', 'replicasets', 'ReplicaSet');
export const JOBS = ref<Job>('batch', 'v1', 'jobs', 'Job');
export const CRON_JOBS = ref<CronJob>('batch', 'v1', 'cronjobs', 'CronJob');
export const POD_DISRUPTION_BUDGETS = ref<PodDisruptionBudget>(
  'policy',
  'v1',
  'poddisruptionbudgets',
  'PodDisruptionBudget',
);
export const REPLICATION_CONTROLLERS = ref<ReplicationController>(
  '',
  'v1',
  'replicationcontrollers',
  'ReplicationController',
);
export const DAEMON_SETS = ref<DaemonSet>('apps', 'v1', 'daemonsets', 'DaemonSet');
export const STATEFUL_SETS = ref<StatefulSet>('apps', 'v1', 'statefulsets', 'StatefulSet');
export const CONTROLLER_REVISIONS = ref<ControllerRevision>('apps', 'v1', 'controllerrevisions', 'ControllerRevision');
export const RUNTIME_CLASSES = ref<RuntimeClass>('node.k8s.io', 'v1', 'runtimeclasses', 'RuntimeClass', false);
export const LIMIT_RANGES = ref<LimitRange>('', 'v1', 'limitranges', 'LimitRange');
export const RESOURCE_QUOTAS = ref<ResourceQuota>('', 'v1', 'resourcequotas', 'ResourceQuota');
export const PERSISTENT_VOLUME_CLAIMS = ref<PersistentVolumeClaim>(
  '',
  'v1',
  'persistentvolumeclaims',
  'PersistentVolumeClaim',
);
export const STORAGE_CLASSES = ref<StorageClass>('storage.k8s.io', 'v1', 'storageclasses', 'StorageClass', false);
export const INGRESS_CLASSES = ref<IngressClass>('networking.k8s.io', 'v1', 'ingressclasses', 'IngressClass', false);
export const SERVICE_CIDRS = ref<ServiceCIDR>('networking.k8s.io', 'v1', 'servicecidrs', 'ServiceCIDR', false);
export const PRIORITY_CLASSES = ref<PriorityClass>(
  'scheduling.k8s.io',
  'v1',
  'priorityclasses',
  'PriorityClass',
  false,
);
export const ROLES = ref<Role>('rbac.authorization.k8s.io', 'v1', 'roles', 'Role');
export const ROLE_BINDINGS = ref<RoleBinding>('rbac.authorization.k8s.io', 'v1', 'rolebindings', 'RoleBinding');
export const CLUSTER_ROLES = ref<ClusterRole>('rbac.authorization.k8s.io', 'v1', 'clusterroles', 'ClusterRole', false);
export const CLUSTER_ROLE_BINDINGS = ref<ClusterRoleBinding>(
  'rbac.authorization.k8s.io',
  'v1',
  'clusterrolebindings',
  'ClusterRoleBinding',
  false,
);
