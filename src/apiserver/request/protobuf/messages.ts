/**
 * The field numbers of the few kinds that kubectl 1.35 and helm 4 write in protobuf in everyday use: their typed clients
 * send it whatever the server offers, and do not fall back. Numbers are those of upstream's generated.proto.
 *
 * A field is `name:type`. Types: string, int, bool, bytes, Time, MicroTime, or a message's name; `[]` repeats it, `{}` is
 * a map of string to it, `?` is a pointer, whose zero value counts. `-` is read over: the server sets it.
 */
export const MESSAGES: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  ObjectMeta: {
    1: 'name:string',
    2: 'generateName:string',
    3: 'namespace:string',
    4: '-',
    5: 'uid:string',
    6: 'resourceVersion:string',
    7: 'generation:int',
    8: 'creationTimestamp:Time',
    9: 'deletionTimestamp:Time',
    10: 'deletionGracePeriodSeconds:int?',
    11: 'labels:string{}',
    12: 'annotations:string{}',
    13: 'ownerReferences:OwnerReference[]',
    14: 'finalizers:string[]',
    17: '-',
  },
  OwnerReference: {
    1: 'kind:string',
    3: 'name:string',
    4: 'uid:string',
    5: 'apiVersion:string',
    6: 'controller:bool?',
    7: 'blockOwnerDeletion:bool?',
  },
  DeleteOptions: {
    1: 'gracePeriodSeconds:int?',
    2: 'preconditions:Preconditions',
    3: 'orphanDependents:bool?',
    4: 'propagationPolicy:string?',
    5: 'dryRun:string[]',
    6: '-',
  },
  Preconditions: { 1: 'uid:string?', 2: 'resourceVersion:string?' },

  Namespace: { 1: 'metadata:ObjectMeta', 2: 'spec:NamespaceSpec', 3: '-' },
  NamespaceSpec: { 1: 'finalizers:string[]' },
  ConfigMap: { 1: 'metadata:ObjectMeta', 2: 'data:string{}', 3: 'binaryData:bytes{}', 4: 'immutable:bool?' },
  Secret: {
    1: 'metadata:ObjectMeta',
    2: 'data:bytes{}',
    3: 'type:string',
    4: 'stringData:string{}',
    5: 'immutable:bool?',
  },
  ServiceAccount: {
    1: 'metadata:ObjectMeta',
    2: 'secrets:ObjectReference[]',
    3: 'imagePullSecrets:LocalObjectReference[]',
    4: 'automountServiceAccountToken:bool?',
  },
  ObjectReference: {
    1: 'kind:string',
    2: 'namespace:string',
    3: 'name:string',
    4: 'uid:string',
    5: 'apiVersion:string',
    6: 'resourceVersion:string',
    7: 'fieldPath:string',
  },
  LocalObjectReference: { 1: 'name:string' },
  Binding: { 1: 'metadata:ObjectMeta', 2: 'target:ObjectReference' },
  Eviction: { 1: 'metadata:ObjectMeta', 2: 'deleteOptions:DeleteOptions' },

  Lease: { 1: 'metadata:ObjectMeta', 2: 'spec:LeaseSpec' },
  LeaseSpec: {
    1: 'holderIdentity:string?',
    2: 'leaseDurationSeconds:int?',
    3: 'acquireTime:MicroTime',
    4: 'renewTime:MicroTime',
    5: 'leaseTransitions:int?',
    6: 'strategy:string?',
    7: 'preferredHolder:string?',
  },

  TokenRequest: { 1: 'metadata:ObjectMeta', 2: 'spec:TokenRequestSpec', 3: '-' },
  TokenRequestSpec: { 1: 'audiences:string[]', 3: 'boundObjectRef:BoundObjectReference', 4: 'expirationSeconds:int?' },
  BoundObjectReference: { 1: 'kind:string', 2: 'apiVersion:string', 3: 'name:string', 4: 'uid:string' },
  TokenReview: { 1: 'metadata:ObjectMeta', 2: 'spec:TokenReviewSpec', 3: '-' },
  TokenReviewSpec: { 1: 'token:string', 2: 'audiences:string[]' },
  SelfSubjectReview: { 1: 'metadata:ObjectMeta', 2: '-' },

  SelfSubjectAccessReview: { 1: 'metadata:ObjectMeta', 2: 'spec:SubjectAccessReviewSpec', 3: '-' },
  SubjectAccessReview: { 1: 'metadata:ObjectMeta', 2: 'spec:SubjectAccessReviewSpec', 3: '-' },
  LocalSubjectAccessReview: { 1: 'metadata:ObjectMeta', 2: 'spec:SubjectAccessReviewSpec', 3: '-' },
  SelfSubjectRulesReview: { 1: 'metadata:ObjectMeta', 2: 'spec:SelfSubjectRulesReviewSpec', 3: '-' },
  SelfSubjectRulesReviewSpec: { 1: 'namespace:string' },
  SubjectAccessReviewSpec: {
    1: 'resourceAttributes:ResourceAttributes',
    2: 'nonResourceAttributes:NonResourceAttributes',
    3: 'user:string',
    4: 'groups:string[]',
    5: 'extra:ExtraValue{}',
    6: 'uid:string',
  },
  ResourceAttributes: {
    1: 'namespace:string',
    2: 'verb:string',
    3: 'group:string',
    4: 'version:string',
    5: 'resource:string',
    6: 'subresource:string',
    7: 'name:string',
  },
  NonResourceAttributes: { 1: 'path:string', 2: 'verb:string' },
  ExtraValue: { 1: 'items:string[]' },
};

/** Kinds that a request may hold; those of any group version share a name here only when they are the same. */
export const PROTOBUF_KINDS: ReadonlySet<string> = new Set([
  'v1/Namespace',
  'v1/ConfigMap',
  'v1/Secret',
  'v1/ServiceAccount',
  'v1/Binding',
  'policy/v1/Eviction',
  'coordination.k8s.io/v1/Lease',
  'authentication.k8s.io/v1/TokenRequest',
  'authentication.k8s.io/v1/TokenReview',
  'authentication.k8s.io/v1/SelfSubjectReview',
  'authorization.k8s.io/v1/SelfSubjectAccessReview',
  'authorization.k8s.io/v1/SubjectAccessReview',
  'authorization.k8s.io/v1/LocalSubjectAccessReview',
  'authorization.k8s.io/v1/SelfSubjectRulesReview',
]);
