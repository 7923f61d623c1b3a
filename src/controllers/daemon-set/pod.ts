/** The pod that a DaemonSet makes for a node, and which node a pod is for. Pure. */
import { DAEMON_SETS, type DaemonSet, type Pod } from '../../client/resources.ts';
import { podOfTemplate } from '../shared/pod-control.ts';
import { REVISION_LABEL } from '../shared/revisions.ts';

type PodSpec = NonNullable<Pod['spec']>;
type Toleration = NonNullable<PodSpec['tolerations']>[number];

const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';
const GENERATION_LABEL = 'pod-template-generation';

/**
 * How many pods of this revision failed in a row on the node before this one. A pod carries it since nothing else of a
 * control plane without memory outlives the pods, and the back-off doubles by it.
 */
const FAILURES = 'kedge.dev/daemon-pod-failures';

/** A DaemonSet's pods stay on nodes that have problems, and start on those that are cordoned. */
const TOLERATED = [
  ['node.kubernetes.io/not-ready', 'NoExecute'],
  ['node.kubernetes.io/unreachable', 'NoExecute'],
  ['node.kubernetes.io/disk-pressure', 'NoSchedule'],
  ['node.kubernetes.io/memory-pressure', 'NoSchedule'],
  ['node.kubernetes.io/pid-pressure', 'NoSchedule'],
  ['node.kubernetes.io/unschedulable', 'NoSchedule'],
] as const;
const TOLERATED_BY_HOST_NETWORK = ['node.kubernetes.io/network-unavailable', 'NoSchedule'] as const;

/** The template's spec with the tolerations that upstream adds. */
export function daemonPodSpec({ spec }: DaemonSet): PodSpec {
  const podSpec = structuredClone((spec?.template?.spec ?? { containers: [] }) as PodSpec);
  const added = podSpec.hostNetwork ? [...TOLERATED, TOLERATED_BY_HOST_NETWORK] : TOLERATED;
  for (const [key, effect] of added) {
    const toleration: Toleration = { key, operator: 'Exists', effect };
    const kept = (podSpec.tolerations ?? []).filter((each) => !isSame(each, toleration));
    podSpec.tolerations = [...kept, toleration];
  }
  return podSpec;
}

/** The scheduler binds it: the node is named by affinity, in the place of any affinity of the template to nodes. */
export function daemonPod(set: DaemonSet, nodeName: string, hash: string, failures: number): Pod {
  const template = { metadata: set.spec?.template?.metadata ?? {}, spec: daemonPodSpec(set) };
  const pod = podOfTemplate(set, DAEMON_SETS, template);
  const spec = pod.spec as PodSpec;
  spec.affinity = {
    ...spec.affinity,
    nodeAffinity: {
      ...spec.affinity?.nodeAffinity,
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [nodeName] }] }],
      },
    },
  };
  const generation = set.metadata.annotations?.[TEMPLATE_GENERATION];
  pod.metadata.labels = {
    ...pod.metadata.labels,
    ...(generation === undefined ? {} : { [GENERATION_LABEL]: generation }),
    [REVISION_LABEL]: hash,
  };
  if (failures > 0) pod.metadata.annotations = { ...pod.metadata.annotations, [FAILURES]: String(failures) };
  return pod;
}

/** The node that the pod is on, or is meant for; '' when it is for none. */
export function targetNode({ spec }: Pod): string {
  if (spec?.nodeName) return spec.nodeName;
  const required = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  for (const { matchFields } of required?.nodeSelectorTerms ?? []) {
    for (const { key, operator, values } of matchFields ?? []) {
      if (key === 'metadata.name' && operator === 'In' && values?.length === 1) return values[0]!;
    }
  }
  return '';
}

export function isUpdated(pod: Pod, hash: string): boolean {
  return hash !== '' && pod.metadata.labels?.[REVISION_LABEL] === hash;
}

export function failuresBefore(pod: Pod): number {
  const count = Number(pod.metadata.annotations?.[FAILURES] ?? 0);
  return Number.isSafeInteger(count) && count > 0 ? count : 0;
}

function isSame(a: Toleration, b: Toleration): boolean {
  return a.key === b.key && a.effect === b.effect && a.operator === b.operator && (a.value ?? '') === (b.value ?? '');
}
