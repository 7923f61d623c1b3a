/** Containers: what all have in common, and each of the three lists. */
import type { IContainer } from 'kubernetes-models/v1/Container';
import type { IContainerPort } from 'kubernetes-models/v1/ContainerPort';
import type { IContainerResizePolicy } from 'kubernetes-models/v1/ContainerResizePolicy';
import type { IEphemeralContainer } from 'kubernetes-models/v1/EphemeralContainer';
import {
  duplicate,
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  notFoundValue,
  required,
  tooMany,
} from '../../../meta/field-error.ts';
import { validatePortName, validatePortNumber } from '../../../meta/names.ts';
import { dns1123Label, invalidEach, oneOf, optionalOneOf, present } from './checks.ts';
import { validateEnv, validateEnvFrom } from './env.ts';
import { forbidProbesAndLifecycle, validateProbesAndLifecycle } from './probe.ts';
import { validateContainerResources } from './resources.ts';
import { validateSecurityContext } from './security-context.ts';
import type { Volumes } from './volume.ts';
import { validateVolumeDevices, validateVolumeMounts } from './volume-mount.ts';
import { PULL_POLICIES } from './volume-sources.ts';

export const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const MAX_RESTART_RULES = 20;
const MAX_EXIT_CODES = 255;

/** What containers are validated against. */
export interface PodContext {
  volumes: Volumes;
  claims: ReadonlySet<string>;
  /** The pod's terminationGracePeriodSeconds. */
  gracePeriod: number | undefined;
  restartPolicy: string | undefined;
  hostUsers: boolean;
}

function validateCommon(at: FieldPath, container: IContainer, pod: PodContext): FieldError[] {
  const { name } = container;
  return [
    ...(name ? dns1123Label(at.child('name'), name) : [required(at.child('name'))]),
    ...present(at.child('image'), container.image),
    ...oneOf(at.child('terminationMessagePolicy'), container.terminationMessagePolicy, [
      'File',
      'FallbackToLogsOnError',
    ]),
    ...validatePorts(at.child('ports'), container.ports ?? []),
    ...validateEnv(at.child('env'), container.env ?? []),
    ...validateEnvFrom(at.child('envFrom'), container.envFrom ?? []),
    ...validateVolumeMounts(at.child('volumeMounts'), container, pod.volumes),
    ...validateVolumeDevices(at.child('volumeDevices'), container, pod.volumes),
    ...oneOf(at.child('imagePullPolicy'), container.imagePullPolicy, PULL_POLICIES),
    ...validateContainerResources(at.child('resources'), container.resources, pod.claims),
    ...validateResizePolicy(at.child('resizePolicy'), container.resizePolicy ?? [], pod.restartPolicy),
    ...validateSecurityContext(at.child('securityContext'), container.securityContext, pod),
  ];
}

function validatePorts(at: FieldPath, ports: readonly IContainerPort[]): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set<string>();
  for (const [index, { name, containerPort, hostPort, protocol }] of ports.entries()) {
    const entry = at.index(index);
    if (name) {
      const faults = invalidEach(entry.child('name'), name, validatePortName);
      errors.push(...faults);
      if (faults.length === 0 && names.has(name)) errors.push(duplicate(entry.child('name'), name));
      if (faults.length === 0) names.add(name);
    }
    if (!containerPort) errors.push(required(entry.child('containerPort')));
    else errors.push(...invalidEach(entry.child('containerPort'), containerPort, validatePortNumber));
    if (hostPort) errors.push(...invalidEach(entry.child('hostPort'), hostPort, validatePortNumber));
    errors.push(...oneOf(entry.child('protocol'), protocol, PROTOCOLS));
  }
  return errors;
}

/** Upstream reports most faults at the list. */
function validateResizePolicy(
  at: FieldPath,
  policies: readonly IContainerResizePolicy[],
  podRestartPolicy: string | undefined,
): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, { resourceName, restartPolicy }] of policies.entries()) {
    if (seen.has(resourceName)) errors.push(duplicate(at.index(index), resourceName));
    seen.add(resourceName);
    errors.push(...oneOf(at, resourceName, ['cpu', 'memory']));
    errors.push(...oneOf(at, restartPolicy, ['NotRequired', 'RestartContainer']));
    if (podRestartPolicy === 'Never' && restartPolicy !== 'NotRequired') {
      errors.push(invalid(at, restartPolicy, "must be 'NotRequired' when `restartPolicy` is 'Never'"));
    }
  }
  return errors;
}

function validateRestartPolicy(at: FieldPath, container: IContainer): FieldError[] {
  const { restartPolicy, restartPolicyRules: rules = [] } = container;
  const errors = optionalOneOf(at.child('restartPolicy'), restartPolicy, ['Always', 'Never', 'OnFailure']);
  if (restartPolicy === undefined && rules.length > 0) {
    const detail = 'must specify restartPolicy when restart rules are used';
    errors.push(required(at.child('restartPolicy'), detail));
  }
  const list = at.child('restartPolicyRules');
  if (rules.length > MAX_RESTART_RULES) errors.push(tooMany(list, rules.length, MAX_RESTART_RULES));
  for (const [index, { action, exitCodes }] of rules.entries()) {
    const entry = list.index(index);
    errors.push(...oneOf(entry.child('action'), action, ['Restart']));
    if (exitCodes === undefined) {
      errors.push(required(entry.child('exitCodes'), 'must be specified'));
      continue;
    }
    const { operator, values = [] } = exitCodes;
    errors.push(...oneOf(entry.child('exitCodes', 'operator'), operator, ['In', 'NotIn']));
    if (values.length > MAX_EXIT_CODES) {
      errors.push(tooMany(entry.child('exitCodes', 'values'), values.length, MAX_EXIT_CODES));
    }
  }
  return errors;
}

function validateHostPorts(at: FieldPath, containers: readonly IContainer[]): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, { ports = [] }] of containers.entries()) {
    for (const [portIndex, { protocol = '', hostIP = '', hostPort }] of ports.entries()) {
      if (!hostPort) continue;
      const port = `${protocol}/${hostIP}/${hostPort}`;
      if (seen.has(port)) {
        errors.push(duplicate(at.index(index).child('ports').index(portIndex).child('hostPort'), port));
      }
      seen.add(port);
    }
  }
  return errors;
}

export function validateContainers(at: FieldPath, containers: readonly IContainer[], pod: PodContext): FieldError[] {
  if (containers.length === 0) return [required(at)];
  const errors: FieldError[] = [];
  const names = new Set<string>();
  for (const [index, container] of containers.entries()) {
    const entry = at.index(index);
    errors.push(...validateCommon(entry, container, pod));
    if (names.has(container.name)) errors.push(duplicate(entry.child('name'), container.name));
    names.add(container.name);
    errors.push(...validateProbesAndLifecycle(entry, container, pod.gracePeriod));
    errors.push(...validateRestartPolicy(entry, container));
  }
  return [...errors, ...validateHostPorts(at, containers)];
}

/** `regular` are the pod's containers, whose names are taken. */
export function validateInitContainers(
  at: FieldPath,
  containers: readonly IContainer[],
  regular: readonly IContainer[],
  pod: PodContext,
): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set(regular.map(({ name }) => name));
  for (const [index, container] of containers.entries()) {
    const entry = at.index(index);
    errors.push(...validateCommon(entry, container, pod), ...validateRestartPolicy(entry, container));
    if (names.has(container.name)) errors.push(duplicate(entry.child('name'), container.name));
    else if (container.name) names.add(container.name);
    // They run one after the other, so that ports collide only within one.
    errors.push(...validateHostPorts(at, [container]));
    if (container.restartPolicy === 'Always') {
      errors.push(...validateProbesAndLifecycle(entry, container, pod.gracePeriod));
    } else {
      errors.push(...forbidProbesAndLifecycle(entry, container));
    }
  }
  return errors;
}

const FORBIDDEN_IN_EPHEMERAL = [
  'ports',
  'resources',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
  'resizePolicy',
  'restartPolicy',
  'restartPolicyRules',
] as const;

/** `others` are all containers that are not ephemeral. */
export function validateEphemeralContainers(
  at: FieldPath,
  containers: readonly IEphemeralContainer[],
  others: readonly IContainer[],
  pod: PodContext,
): FieldError[] {
  const errors: FieldError[] = [];
  const otherNames = new Set(others.map(({ name }) => name));
  const names = new Set(otherNames);
  const detail = 'cannot be set for an Ephemeral Container';
  for (const [index, container] of containers.entries()) {
    const entry = at.index(index);
    const { name, targetContainerName } = container;
    errors.push(...validateCommon(entry, container, pod), ...validateImageSpace(entry, container.image));
    if (names.has(name)) errors.push(duplicate(entry.child('name'), name));
    names.add(name);
    if (targetContainerName && !otherNames.has(targetContainerName)) {
      errors.push(notFoundValue(entry.child('targetContainerName'), targetContainerName));
    }
    for (const field of FORBIDDEN_IN_EPHEMERAL) {
      if (isSet(container[field])) errors.push(forbidden(entry.child(field), detail));
    }
    for (const [mountIndex, mount] of (container.volumeMounts ?? []).entries()) {
      const path = entry.child('volumeMounts').index(mountIndex);
      if (mount.subPath) errors.push(forbidden(path.child('subPath'), detail));
      if (mount.subPathExpr) errors.push(forbidden(path.child('subPathExpr'), detail));
    }
  }
  return errors;
}

function isSet(value: unknown): boolean {
  return value !== undefined && (typeof value !== 'object' || value === null || Object.keys(value).length > 0);
}

/** For pods, not for templates: some controllers use " " as a placeholder there. */
export function validateImageSpace(at: FieldPath, image = ''): FieldError[] {
  if (image.trim() === image) return [];
  return [invalid(at.child('image'), image, 'must not have leading or trailing whitespace')];
}
