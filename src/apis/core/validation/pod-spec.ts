/** A pod's spec, in a pod or in a template (upstream's ValidatePodSpec). */
import type { IPodResourceClaim } from 'kubernetes-models/v1/PodResourceClaim';
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';
import { duplicate, type FieldError, type FieldPath, forbidden, invalid, required } from '../../../meta/field-error.ts';
import { validateLabels } from '../../../meta/object-meta.ts';
import { validateAffinity } from './affinity.ts';
import { dns1123Label, dns1123Subdomain, inRange, MAX_INT32, oneOf, optionalOneOf, qualifiedName } from './checks.ts';
import {
  type PodContext,
  validateContainers,
  validateEphemeralContainers,
  validateInitContainers,
} from './container.ts';
import { validateDnsConfig, validateDnsPolicy, validateHostnames } from './dns.ts';
import { validatePodResources } from './pod-level-resources.ts';
import { validateContainerResources } from './resources.ts';
import { validatePodSecurityContext } from './security-context.ts';
import { validateTolerations } from './tolerations.ts';
import { validateTopologySpread } from './topology-spread.ts';
import { validateVolumes } from './volume.ts';
import { validateHostProcess, validateOS } from './windows-options.ts';

/** `podName` is known only for pods; `inPod` is false in templates. */
export function validatePodSpec(
  at: FieldPath,
  spec: IPodSpec,
  where: { podName?: string; inPod: boolean },
): FieldError[] {
  const { containers = [], initContainers = [], ephemeralContainers = [], resourceClaims = [] } = spec;
  const errors: FieldError[] = [];
  const gracePeriod = spec.terminationGracePeriodSeconds;
  if (gracePeriod === undefined) errors.push(required(at.child('terminationGracePeriodSeconds')));

  const { volumes, errors: volumeErrors } = validateVolumes(at.child('volumes'), spec.volumes ?? [], where);
  const pod: PodContext = {
    volumes,
    claims: new Set(resourceClaims.map(({ name }) => name).filter(Boolean)),
    gracePeriod,
    restartPolicy: spec.restartPolicy,
    hostUsers: spec.hostUsers !== false,
  };
  errors.push(
    ...volumeErrors,
    ...validateResourceClaims(at.child('resourceClaims'), resourceClaims),
    ...validateContainers(at.child('containers'), containers, pod),
    ...validateInitContainers(at.child('initContainers'), initContainers, containers, pod),
    ...validateEphemeralContainers(
      at.child('ephemeralContainers'),
      ephemeralContainers,
      [...containers, ...initContainers],
      pod,
    ),
    ...validatePodResources(at.child('resources'), spec, pod.claims),
    ...validateHostNetworkPorts(at, spec, where),
    ...oneOf(at.child('restartPolicy'), spec.restartPolicy, ['Always', 'OnFailure', 'Never']),
    ...validateDnsPolicy(at.child('dnsPolicy'), spec.dnsPolicy),
    ...validateLabels(spec.nodeSelector ?? {}, at.child('nodeSelector')),
    ...validatePodSecurityContext(at.child('securityContext'), spec),
    ...validateAffinity(at.child('affinity'), spec.affinity),
    ...validateDnsConfig(at.child('dnsConfig'), spec),
    ...validateGates(at, spec),
    ...validateTopologySpread(at.child('topologySpreadConstraints'), spec.topologySpreadConstraints ?? [], where),
    ...validateHostProcess(at, spec),
    ...validateHostUsers(at, spec),
    ...validateReferences(at, spec),
    ...inRange(at.child('activeDeadlineSeconds'), spec.activeDeadlineSeconds, 1, MAX_INT32),
    ...validateHostnames(at, spec),
    ...validateTolerations(at.child('tolerations'), spec.tolerations ?? []),
    ...validatePreemptionPolicy(at.child('preemptionPolicy'), spec.preemptionPolicy),
  );
  if (spec.overhead !== undefined) {
    const limits = { limits: spec.overhead };
    errors.push(...validateContainerResources(at.child('overhead'), limits, new Set()));
  }
  return [...errors, ...validateOS(at, spec)];
}

function validatePreemptionPolicy(at: FieldPath, policy: string | undefined): FieldError[] {
  return policy === '' ? [required(at)] : optionalOneOf(at, policy, ['PreemptLowerPriority', 'Never']);
}

/** Names of objects that the spec refers to. */
function validateReferences(at: FieldPath, spec: IPodSpec): FieldError[] {
  const { runtimeClassName } = spec;
  return [
    ...(['serviceAccountName', 'nodeName', 'priorityClassName'] as const).flatMap((name) => {
      const value = spec[name];
      return value ? dns1123Subdomain(at.child(name), value) : [];
    }),
    ...(runtimeClassName === undefined ? [] : dns1123Subdomain(at.child('runtimeClassName'), runtimeClassName)),
  ];
}

function validateGates(at: FieldPath, { readinessGates = [], schedulingGates = [] }: IPodSpec): FieldError[] {
  const errors = readinessGates.flatMap(({ conditionType }, index) =>
    qualifiedName(at.child('readinessGates').index(index).child('conditionType'), conditionType),
  );
  const names = new Set<string>();
  for (const [index, { name }] of schedulingGates.entries()) {
    const entry = at.child('schedulingGates').index(index);
    errors.push(...qualifiedName(entry, name));
    if (names.has(name)) errors.push(duplicate(entry, name));
    names.add(name);
  }
  return errors;
}

function validateResourceClaims(at: FieldPath, claims: readonly IPodResourceClaim[]): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set<string>();
  for (const [index, claim] of claims.entries()) {
    const entry = at.index(index);
    const { name, resourceClaimName, resourceClaimTemplateName } = claim;
    if (!name) errors.push(required(entry.child('name')));
    else if (names.has(name)) errors.push(duplicate(entry.child('name'), name));
    else errors.push(...dns1123Label(entry.child('name'), name));
    names.add(name);
    if (resourceClaimName !== undefined && resourceClaimTemplateName !== undefined) {
      const detail = 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified';
      errors.push(invalid(entry, claim, detail));
    }
    if (resourceClaimName === undefined && resourceClaimTemplateName === undefined) {
      const detail = 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`';
      errors.push(invalid(entry, claim, detail));
    }
    if (resourceClaimName !== undefined) {
      errors.push(...dns1123Subdomain(entry.child('resourceClaimName'), resourceClaimName));
    }
    if (resourceClaimTemplateName !== undefined) {
      errors.push(...dns1123Subdomain(entry.child('resourceClaimTemplateName'), resourceClaimTemplateName));
    }
  }
  return errors;
}

/** On the host's network a container's port is the host's. Templates may leave it open: defaulting in the pod fills it. */
function validateHostNetworkPorts(at: FieldPath, spec: IPodSpec, { inPod }: { inPod: boolean }): FieldError[] {
  if (!spec.hostNetwork) return [];
  return (spec.containers ?? []).flatMap(({ ports = [] }, index) =>
    ports.flatMap(({ hostPort = 0, containerPort }, portIndex) => {
      if (hostPort === containerPort || (hostPort === 0 && !inPod)) return [];
      const path = at.child('containers').index(index).child('ports').index(portIndex).child('hostPort');
      return [invalid(path, hostPort, 'must match `containerPort` when `hostNetwork` is true')];
    }),
  );
}

function validateHostUsers(at: FieldPath, spec: IPodSpec): FieldError[] {
  if (spec.hostUsers !== false) return [];
  // HostPID and HostIPC are upstream's paths.
  const shared = { hostNetwork: spec.hostNetwork, HostPID: spec.hostPID, HostIPC: spec.hostIPC };
  return Object.entries(shared)
    .filter(([, value]) => value)
    .map(([name]) => forbidden(at.child(name), 'when `pod.Spec.HostUsers` is false'));
}
