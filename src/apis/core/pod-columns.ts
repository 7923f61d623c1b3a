/** How a pod is printed (upstream's printPod). */
import type { IContainer } from 'kubernetes-models/v1/Container';
import type { IContainerStatus } from 'kubernetes-models/v1/ContainerStatus';
import type { IPod } from 'kubernetes-models/v1/Pod';
import type { Column, Stored } from '../built-in.ts';
import { age, ageOf, described } from '../columns.ts';

type Pod = Stored<IPod>;

/** Set by the node lifecycle controller on pods of a node that it lost. */
const NODE_LOST = 'NodeLost';

interface Summary {
  ready: number;
  total: number;
  status: string;
  restarts: number;
  /** When a container last ended, in milliseconds since the epoch; undefined when none has. */
  lastRestart: number | undefined;
}

/** One word for the state of a pod, and the counts beside it. */
export function summarize(pod: Pod): Summary {
  const { spec, status } = pod;
  const sidecars = new Set((spec?.initContainers ?? []).filter(isSidecar).map(({ name }) => name));
  const summary: Summary = {
    ready: 0,
    total: (spec?.containers?.length ?? 0) + sidecars.size,
    status: status?.reason || status?.phase || '',
    restarts: 0,
    lastRestart: undefined,
  };
  const gated = status?.conditions?.some(({ type, reason }) => type === 'PodScheduled' && reason === 'SchedulingGated');
  if (gated) summary.status = 'SchedulingGated';

  const ofSidecars = { restarts: 0, lastRestart: undefined as number | undefined };
  const initializing = summarizeInit(pod, sidecars, summary, ofSidecars);
  if (!initializing || isTrue(pod, 'Initialized')) {
    summary.restarts = ofSidecars.restarts;
    summary.lastRestart = ofSidecars.lastRestart;
    summarizeContainers(pod, summary);
  }
  if (pod.metadata.deletionTimestamp) {
    if (status?.reason === NODE_LOST) summary.status = 'Unknown';
    else if (status?.phase !== 'Succeeded' && status?.phase !== 'Failed') summary.status = 'Terminating';
  }
  return summary;
}

/** Whether an init container still keeps the others from starting. */
function summarizeInit(
  pod: Pod,
  sidecars: ReadonlySet<string>,
  summary: Summary,
  ofSidecars: Pick<Summary, 'restarts' | 'lastRestart'>,
): boolean {
  const statuses = pod.status?.initContainerStatuses ?? [];
  for (const [index, container] of statuses.entries()) {
    countRestarts(container, summary);
    const sidecar = sidecars.has(container.name);
    if (sidecar) countRestarts(container, ofSidecars);
    const { terminated, waiting } = container.state ?? {};
    if (terminated?.exitCode === 0) continue;
    if (sidecar && container.started === true) {
      if (container.ready) summary.ready += 1;
      continue;
    }
    if (terminated) summary.status = `Init:${endOf(terminated)}`;
    else if (waiting?.reason && waiting.reason !== 'PodInitializing') summary.status = `Init:${waiting.reason}`;
    else summary.status = `Init:${index}/${pod.spec?.initContainers?.length ?? 0}`;
    return true;
  }
  return false;
}

function summarizeContainers(pod: Pod, summary: Summary): void {
  let running = false;
  for (const container of [...(pod.status?.containerStatuses ?? [])].reverse()) {
    countRestarts(container, summary);
    const { terminated, waiting } = container.state ?? {};
    if (waiting?.reason) summary.status = waiting.reason;
    else if (terminated) summary.status = endOf(terminated);
    else if (container.ready && container.state?.running) {
      running = true;
      summary.ready += 1;
    }
  }
  // One container is done, another goes on.
  if (summary.status === 'Completed' && running) summary.status = isTrue(pod, 'Ready') ? 'Running' : 'NotReady';
}

function countRestarts(container: IContainerStatus, counts: Pick<Summary, 'restarts' | 'lastRestart'>): void {
  counts.restarts += container.restartCount ?? 0;
  const finished = Date.parse(container.lastState?.terminated?.finishedAt ?? '');
  if (finished > (counts.lastRestart ?? Number.NEGATIVE_INFINITY)) counts.lastRestart = finished;
}

function endOf({ reason, signal, exitCode }: { reason?: string; signal?: number; exitCode?: number }): string {
  if (reason) return reason;
  return signal ? `Signal:${signal}` : `ExitCode:${exitCode ?? 0}`;
}

function isSidecar({ restartPolicy }: IContainer): boolean {
  return restartPolicy === 'Always';
}

function isTrue(pod: Pod, condition: string): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === condition && status === 'True') ?? false;
}

function readinessGates(pod: Pod): string {
  const gates = pod.spec?.readinessGates ?? [];
  if (gates.length === 0) return '<none>';
  return `${gates.filter(({ conditionType }) => isTrue(pod, conditionType)).length}/${gates.length}`;
}

const SPEC = 'io.k8s.api.core.v1.PodSpec';
const STATUS = 'io.k8s.api.core.v1.PodStatus';

export const podColumns: readonly Column<Pod>[] = [
  {
    name: 'Ready',
    type: 'string',
    description: 'The aggregate readiness state of this pod for accepting traffic.',
    cell: (pod) => {
      const { ready, total } = summarize(pod);
      return `${ready}/${total}`;
    },
  },
  {
    name: 'Status',
    type: 'string',
    description: 'The aggregate status of the containers in this pod.',
    cell: (pod) => summarize(pod).status,
  },
  {
    name: 'Restarts',
    type: 'string',
    description:
      'The number of times the containers in this pod have been restarted and when the last container in this pod has restarted.',
    cell: (pod, now) => {
      const { restarts, lastRestart } = summarize(pod);
      if (restarts === 0 || lastRestart === undefined) return String(restarts);
      return `${restarts} (${ageOf(new Date(lastRestart).toISOString(), now)} ago)`;
    },
  },
  age,
  {
    name: 'IP',
    type: 'string',
    priority: 1,
    description: described(STATUS, 'podIP'),
    cell: ({ status }) => status?.podIPs?.[0]?.ip || status?.podIP || '<none>',
  },
  {
    name: 'Node',
    type: 'string',
    priority: 1,
    description: described(SPEC, 'nodeName'),
    cell: ({ spec }) => spec?.nodeName || '<none>',
  },
  {
    name: 'Nominated Node',
    type: 'string',
    priority: 1,
    description: described(STATUS, 'nominatedNodeName'),
    cell: ({ status }) => status?.nominatedNodeName || '<none>',
  },
  {
    name: 'Readiness Gates',
    type: 'string',
    priority: 1,
    description: described(SPEC, 'readinessGates'),
    cell: readinessGates,
  },
];
