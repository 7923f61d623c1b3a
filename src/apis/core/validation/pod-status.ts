/** Which changes of a pod's status are refused (upstream's ValidatePodStatusUpdate). */
import type { IContainerStatus } from 'kubernetes-models/v1/ContainerStatus';
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';
import type { IPodStatus } from 'kubernetes-models/v1/PodStatus';
import { duplicate, type FieldError, type FieldPath, forbidden, invalid, path } from '../../../meta/field-error.ts';
import { dns1123Subdomain, IMMUTABLE, qualifiedName, userOrGroupID } from './checks.ts';
import { isDualStack, validIP } from './ip.ts';
import type { PodLike } from './pod.ts';
import { validatePodAnnotations, validatePodAnnotationUpdate } from './pod-annotations.ts';

type PodWithStatus = PodLike & { status?: IPodStatus };

const SYSTEM_CONDITIONS = ['PodScheduled', 'Ready', 'Initialized'];
const STATUS_LISTS = ['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses'] as const;
const EMPTY_SPEC: IPodSpec = { containers: [] };

export function validatePodStatusUpdate(pod: PodWithStatus, old: PodWithStatus): FieldError[] {
  const { spec = EMPTY_SPEC, status = {}, metadata } = pod;
  const { spec: oldSpec = EMPTY_SPEC, status: oldStatus = {} } = old;
  const at = path('status');
  const annotations = path('metadata').child('annotations');
  const errors = [
    ...validatePodAnnotationUpdate(annotations, metadata.annotations, old.metadata.annotations),
    ...validatePodAnnotations(annotations, metadata.annotations, spec),
  ];
  for (const [index, { type }] of (status.conditions ?? []).entries()) {
    if (SYSTEM_CONDITIONS.includes(type)) continue;
    // metadata.conditions is upstream's path.
    errors.push(...qualifiedName(path('metadata').child('conditions').index(index).child('Type'), type));
  }
  if (spec.nodeName !== oldSpec.nodeName) {
    errors.push(forbidden(at.child('nodeName'), 'may not be changed directly'));
  }
  const { nominatedNodeName } = status;
  if (nominatedNodeName && nominatedNodeName !== oldStatus.nominatedNodeName) {
    errors.push(...dns1123Subdomain(at.child('nominatedNodeName'), nominatedNodeName));
  }
  if ((status.qosClass ?? '') !== (oldStatus.qosClass ?? '')) {
    errors.push(invalid(at.child('qosClass'), status.qosClass ?? '', IMMUTABLE));
  }
  for (const list of STATUS_LISTS) {
    // Ephemeral containers are never started again.
    const restartPolicy = list === 'ephemeralContainerStatuses' ? 'Never' : oldSpec.restartPolicy;
    const sidecars = list === 'initContainerStatuses' ? sidecarNames(oldSpec) : new Set<string>();
    errors.push(...validateTransitions(at.child(list), status[list], oldStatus[list], restartPolicy, sidecars));
    errors.push(...validateUsers(at.child(list), status[list], spec.os?.name));
  }
  return [...errors, ...validatePodIPs(at.child('podIPs'), status), ...validateHostIPs(at.child('hostIPs'), status)];
}

function sidecarNames({ initContainers = [] }: IPodSpec): Set<string> {
  return new Set(initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always').map(({ name }) => name));
}

/** A container that ended for good stays so. */
function validateTransitions(
  at: FieldPath,
  statuses: readonly IContainerStatus[] = [],
  old: readonly IContainerStatus[] = [],
  restartPolicy: string | undefined,
  mayRestart: ReadonlySet<string>,
): FieldError[] {
  if (restartPolicy === 'Always') return [];
  return old.flatMap(({ name, state }, index) => {
    if (!state?.terminated || mayRestart.has(name)) return [];
    if (state.terminated.exitCode !== 0 && restartPolicy === 'OnFailure') return [];
    return statuses
      .filter((status) => status.name === name && !status.state?.terminated)
      .map(() => forbidden(at.index(index).child('state'), 'may not be transitioned to non-terminated state'));
  });
}

function validateUsers(
  at: FieldPath,
  statuses: readonly IContainerStatus[] = [],
  os: string | undefined,
): FieldError[] {
  return statuses.flatMap(({ user }, index) => {
    const linux = at.index(index).child('linux');
    if (!user?.linux) return [];
    if (os === 'windows') return [forbidden(linux, 'cannot be set for a windows pod')];
    const { uid, gid, supplementalGroups = [] } = user.linux;
    return [
      ...userOrGroupID(linux.child('uid'), uid),
      ...userOrGroupID(linux.child('gid'), gid),
      ...supplementalGroups.flatMap((id, at) => userOrGroupID(linux.child('supplementalGroups').index(at), id)),
    ];
  });
}

function validatePodIPs(at: FieldPath, { podIPs = [] }: IPodStatus): FieldError[] {
  return [
    ...podIPs.flatMap(({ ip }, index) => validIP(at.index(index), ip ?? '')),
    ...validateOnePerFamily(at, podIPs),
    ...duplicates(at, podIPs),
  ];
}

function validateHostIPs(at: FieldPath, { hostIP = '', hostIPs = [] }: IPodStatus): FieldError[] {
  const first = hostIPs[0]?.ip;
  if (first === undefined) return [];
  const errors = first === hostIP ? [] : [invalid(at.index(0).child('ip'), first, 'must be equal to `hostIP`')];
  return [
    ...errors,
    ...hostIPs.flatMap(({ ip }, index) => validIP(at.index(index), ip ?? '')),
    ...duplicates(at, hostIPs),
    ...validateOnePerFamily(at, hostIPs),
  ];
}

function validateOnePerFamily(at: FieldPath, list: readonly { ip?: string }[]): FieldError[] {
  if (list.length < 2 || (list.length === 2 && isDualStack(list.map(({ ip = '' }) => ip)))) return [];
  return [invalid(at, list, 'may specify no more than one IP for each IP family')];
}

function duplicates(at: FieldPath, list: readonly { ip?: string }[]): FieldError[] {
  const seen = new Set<string | undefined>();
  return list.flatMap((entry, index) => {
    const repeated = seen.has(entry.ip);
    seen.add(entry.ip);
    return repeated ? [duplicate(at.index(index), entry)] : [];
  });
}
