/** The downward API: what a container may know of its own pod. Used for files and for environment variables. */
import type { Pod } from '../../src/client/resources.ts';
import { own } from '../../src/meta/own.ts';
import { quantityMillis, quantityValue } from '../../src/meta/quantity.ts';

type Container = NonNullable<Pod['spec']>['containers'][number];

/** Of the node, for those limits that a container leaves open, and addresses. */
export interface NodeFacts {
  hostIp: string;
  nodeName: string;
  cpuMillis: number;
  memory: number;
}

/** Value of a fieldRef; throws for a path that the API does not know. `podIp` is told by the sandbox, before the status. */
export function fieldValue(pod: Pod, fieldPath: string, live?: { podIp?: string; hostIp?: string }): string {
  const keyed = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(fieldPath);
  if (keyed !== null) return own(pod.metadata[keyed[1] as 'labels' | 'annotations'], keyed[2]!) ?? '';
  switch (fieldPath) {
    case 'metadata.name':
      return pod.metadata.name ?? '';
    case 'metadata.namespace':
      return pod.metadata.namespace ?? '';
    case 'metadata.uid':
      return pod.metadata.uid ?? '';
    case 'metadata.labels':
      return formatMap(pod.metadata.labels);
    case 'metadata.annotations':
      return formatMap(pod.metadata.annotations);
    case 'spec.nodeName':
      return pod.spec?.nodeName ?? '';
    case 'spec.serviceAccountName':
      return pod.spec?.serviceAccountName ?? '';
    case 'status.hostIP':
    case 'status.hostIPs':
      return live?.hostIp ?? pod.status?.hostIP ?? '';
    case 'status.podIP':
    case 'status.podIPs':
      return live?.podIp ?? pod.status?.podIP ?? '';
    default:
      throw new Error(`unsupported fieldPath: ${fieldPath}`);
  }
}

function formatMap(map: Record<string, string> | undefined): string {
  return Object.keys(map ?? {})
    .sort()
    .map((key) => `${key}=${JSON.stringify(own(map, key))}`)
    .join('\n');
}

interface ResourceField {
  containerName?: string;
  resource: string;
  divisor?: string | number;
}

/** Value of a resourceFieldRef, rounded up to the divisor. Open limits are those of the node, as upstream. */
export function resourceValue(pod: Pod, field: ResourceField, node: NodeFacts | undefined, itself?: Container): string {
  const container = field.containerName
    ? [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])].find((c) => c.name === field.containerName)
    : itself;
  const [list, resource] = field.resource.split('.') as ['limits' | 'requests', string];
  const resources = container?.resources;
  const value =
    own(resources?.[list], resource) ?? (list === 'requests' ? own(resources?.limits, resource) : undefined);
  const divisor = field.divisor === undefined || String(field.divisor) === '0' ? '1' : field.divisor;
  if (resource === 'cpu') {
    const millis = value === undefined ? (list === 'limits' ? (node?.cpuMillis ?? 0) : 0) : quantityMillis(value);
    return String(Math.ceil(millis / quantityMillis(divisor)));
  }
  const amount =
    value === undefined ? (list === 'limits' && resource === 'memory' ? (node?.memory ?? 0) : 0) : quantityValue(value);
  return String(Math.ceil(amount / quantityValue(divisor)));
}
