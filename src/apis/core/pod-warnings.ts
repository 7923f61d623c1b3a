/** What a pod or a pod template is warned of without being refused (upstream's pkg/api/pod/warnings.go). */
import type { IContainer } from 'kubernetes-models/v1/Container';
import type { IContainerPort } from 'kubernetes-models/v1/ContainerPort';
import type { IEnvVar } from 'kubernetes-models/v1/EnvVar';
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';
import { type FieldPath, path } from '../../meta/field-error.ts';
import { own } from '../../meta/own.ts';
import { formatQuantity, parseQuantity, QuantityError } from '../../meta/quantity.ts';

interface Template {
  metadata?: { annotations?: Record<string, string> };
  spec?: IPodSpec;
}

const ANNOTATIONS: Readonly<Record<string, string>> = {
  'scheduler.alpha.kubernetes.io/critical-pod': 'non-functional in v1.16+; use the "priorityClassName" field instead',
  'security.alpha.kubernetes.io/sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
  'security.alpha.kubernetes.io/unsafe-sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
};

const VOLUMES: Readonly<Record<string, string>> = {
  photonPersistentDisk: 'deprecated in v1.11, non-functional in v1.16+',
  gitRepo: 'deprecated in v1.11, and disabled by default in v1.33+',
  scaleIO: 'deprecated in v1.16, non-functional in v1.22+',
  flocker: 'deprecated in v1.22, non-functional in v1.25+',
  storageos: 'deprecated in v1.22, non-functional in v1.25+',
  quobyte: 'deprecated in v1.22, non-functional in v1.25+',
  glusterfs: 'deprecated in v1.25, non-functional in v1.26+',
  cephfs: 'deprecated in v1.28, non-functional in v1.31+',
  rbd: 'deprecated in v1.28, non-functional in v1.31+',
};

const NODE_LABELS: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region': 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone': 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type': 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
};

/** `at` is the template's path; the default is a pod's own. */
export function podWarnings({ metadata, spec }: Template, at: FieldPath = path()): string[] {
  if (spec === undefined) return [];
  const inSpec = at.child('spec');
  const warnings: string[] = [];
  for (const label of Object.keys(spec.nodeSelector ?? {})) {
    const warning = own(NODE_LABELS, label);
    if (warning !== undefined) {
      warnings.push(`${inSpec.child('nodeSelector').key(label)}: ${warning}`);
    }
  }
  for (const [index, { labelSelector }] of (spec.topologySpreadConstraints ?? []).entries()) {
    if (labelSelector) continue;
    const selector = inSpec.child('topologySpreadConstraints').index(index).child('labelSelector');
    warnings.push(`${selector}: a null labelSelector results in matching no pod`);
  }
  for (const [key, message] of Object.entries(ANNOTATIONS)) {
    if (own(metadata?.annotations, key) !== undefined) {
      warnings.push(`${at.child('metadata', 'annotations').key(key)}: ${message}`);
    }
  }
  for (const [index, volume] of (spec.volumes ?? []).entries()) {
    for (const source of Object.keys(volume)) {
      const warning = own(VOLUMES, source);
      if (warning !== undefined) {
        warnings.push(`${inSpec.child('volumes').index(index).child(source)}: ${warning}`);
      }
    }
  }
  warnings.push(...duplicates(inSpec.child('hostAliases'), 'ip', spec.hostAliases ?? []));
  warnings.push(...duplicates(inSpec.child('imagePullSecrets'), 'name', spec.imagePullSecrets ?? []));
  for (const [index, { name }] of (spec.imagePullSecrets ?? []).entries()) {
    if (!name) warnings.push(`${inSpec.child('imagePullSecrets').index(index).child('name')}: invalid empty name ""`);
  }
  warnings.push(...fractions(inSpec.child('overhead'), spec.overhead));
  const containers = containersWithPath(spec, inSpec);
  for (const [container, path] of containers) {
    warnings.push(...fractions(path.child('resources', 'limits'), container.resources?.limits));
    warnings.push(...fractions(path.child('resources', 'requests'), container.resources?.requests));
    warnings.push(...hiddenVariables(path.child('env'), container.env ?? []));
  }
  warnings.push(...overlappingPorts(containers));
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) {
    warnings.push(
      `${inSpec.child('terminationGracePeriodSeconds')}: must be >= 0; negative values are invalid and will be treated as 1`,
    );
  }
  return warnings;
}

function containersWithPath(spec: IPodSpec, at: FieldPath): [IContainer, FieldPath][] {
  return (['initContainers', 'containers', 'ephemeralContainers'] as const).flatMap((list) =>
    (spec[list] ?? []).map((container, index): [IContainer, FieldPath] => [container, at.child(list).index(index)]),
  );
}

function duplicates<K extends string>(at: FieldPath, key: K, items: readonly { [key in K]?: string }[]): string[] {
  const seen = new Set<string>();
  return items.flatMap((item, index) => {
    const value: string = item[key] ?? '';
    if (seen.has(value)) return [`${at.index(index).child(key)}: duplicate ${key} ${JSON.stringify(value)}`];
    seen.add(value);
    return [];
  });
}

function fractions(at: FieldPath, amounts: Readonly<Record<string, string | number>> | undefined): string[] {
  return ['memory', 'ephemeral-storage'].flatMap((name) => {
    const amount = amounts?.[name];
    if (amount === undefined || isWhole(amount)) return [];
    const shown = JSON.stringify(formatQuantity(amount));
    return [`${at.key(name)}: fractional byte value ${shown} is invalid, must be an integer`];
  });
}

/** What is not a quantity at all is for validation to refuse. */
function isWhole(amount: string | number): boolean {
  try {
    return parseQuantity(amount).nanos % 1_000_000_000n === 0n;
  } catch (error) {
    if (error instanceof QuantityError) return true;
    throw error;
  }
}

function hiddenVariables(at: FieldPath, variables: readonly IEnvVar[]): string[] {
  const seen = new Set<string>();
  return variables.flatMap(({ name, value = '', valueFrom }, index) => {
    const again = seen.has(name);
    seen.add(name);
    const reference = `$(${name})`;
    // Extending the previous value is meant; replacing it is not.
    if (!again || (!valueFrom && value !== reference && value.includes(reference))) return [];
    const shown = JSON.stringify(name);
    return [`${at.index(index)}: hides previous definition of ${shown}, which may be dropped when using apply`];
  });
}

/** Definitions of one port that are compared with each other; the headers of warnings hold far fewer. */
const MAX_OVERLAPS = 20;

function overlappingPorts(containers: readonly [IContainer, FieldPath][]): string[] {
  const seen = new Map<string, { at: FieldPath; port: IContainerPort }[]>();
  const warnings: string[] = [];
  for (const [container, path] of containers) {
    for (const [index, port] of (container.ports ?? []).entries()) {
      const at = path.child('ports').index(index);
      const key = `${port.containerPort}/${port.protocol}`;
      const others = seen.get(key) ?? [];
      if (others.length >= MAX_OVERLAPS) continue;
      for (const other of others) {
        const [mine, theirs] = [port.hostPort ?? 0, other.port.hostPort ?? 0];
        const sameAddress = (port.hostIP ?? '') === (other.port.hostIP ?? '');
        if (sameAddress && mine === theirs) warnings.push(`${at}: duplicate port definition with ${other.at}`);
        else if (mine === 0 || theirs === 0) warnings.push(`${at}: overlapping port definition with ${other.at}`);
        else if (mine === theirs && (!port.hostIP || !other.port.hostIP)) {
          warnings.push(`${at}: overlapping port definition with ${other.at}`);
        }
      }
      others.push({ at, port });
      seen.set(key, others);
    }
  }
  return warnings;
}
