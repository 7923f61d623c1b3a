/** Services. Addresses and their families are in service-addresses.ts. */
import type { IService } from 'kubernetes-models/v1/Service';
import type { IServicePort } from 'kubernetes-models/v1/ServicePort';
import type { IServiceSpec } from 'kubernetes-models/v1/ServiceSpec';
import type { ISessionAffinityConfig } from 'kubernetes-models/v1/SessionAffinityConfig';
import {
  duplicate,
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  path,
  required,
} from '../../../meta/field-error.ts';
import { parseIp } from '../../../meta/ip.ts';
import { validatePortNumber } from '../../../meta/names.ts';
import type { ObjectMeta } from '../../../meta/object.ts';
import { validateLabels } from '../../../meta/object-meta.ts';
import {
  dns1123Label,
  dns1123Subdomain,
  IMMUTABLE,
  invalidEach,
  oneOf,
  optionalOneOf,
  portNumberOrName,
  qualifiedName,
} from './checks.ts';
import { PROTOCOLS } from './container.ts';
import { nonSpecialIP, validCIDR, validIP } from './ip.ts';
import {
  isHeadless,
  validateClusterIPs,
  validateClusterIPsUpdate,
  validateIPFamiliesUpdate,
} from './service-addresses.ts';

type ServiceLike = Omit<IService, 'metadata' | 'apiVersion' | 'kind'> & { metadata: ObjectMeta };

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const TRAFFIC_POLICIES = ['Cluster', 'Local'];
const TRAFFIC_DISTRIBUTIONS = ['PreferClose', 'PreferSameNode', 'PreferSameZone'];
const MAX_AFFINITY_SECONDS = 86400;
const TOPOLOGY_HINTS = 'service.kubernetes.io/topology-aware-hints';
const TOPOLOGY_MODE = 'service.kubernetes.io/topology-mode';
const SOURCE_RANGES = 'service.beta.kubernetes.io/load-balancer-source-ranges';

export function validateService({ metadata, spec = {} }: ServiceLike): FieldError[] {
  const at = path('spec');
  return [
    ...validateTopologyAnnotations(metadata.annotations ?? {}),
    ...validateType(at, spec),
    ...validatePorts(at.child('ports'), spec),
    ...validateLabels(spec.selector ?? {}, at.child('selector')),
    ...validateSessionAffinity(at, spec),
    ...validateClusterIPs(at, spec),
    ...(spec.externalIPs ?? []).flatMap((ip, index) => {
      const entry = at.child('externalIPs').index(index);
      const errors = validIP(entry, ip);
      return errors.length > 0 ? errors : nonSpecialIP(entry, ip);
    }),
    ...oneOf(at.child('type'), spec.type, TYPES),
    ...validateUniquePorts(at.child('ports'), spec),
    ...validateSourceRanges(at, metadata, spec),
    ...validateLoadBalancer(at, spec),
    ...validateExternalTrafficPolicy(at, spec),
    ...validateInternalTrafficPolicy(at.child('internalTrafficPolicy'), spec),
    ...optionalOneOf(at.child('trafficDistribution'), spec.trafficDistribution, TRAFFIC_DISTRIBUTIONS),
  ];
}

/** Comes on top of {@link validateService}, which the new object passes too. */
export function validateServiceUpdate({ spec = {} }: ServiceLike, { spec: old = {} }: ServiceLike): FieldError[] {
  const at = path('spec');
  const errors = [...validateClusterIPsUpdate(at, spec, old), ...validateIPFamiliesUpdate(at, spec, old)];
  if (spec.type === 'LoadBalancer' && old.type === 'LoadBalancer' && spec.loadBalancerClass !== old.loadBalancerClass) {
    errors.push(invalid(at.child('loadBalancerClass'), spec.loadBalancerClass, 'may not change once set'));
  }
  if (needsHealthCheck(spec) && needsHealthCheck(old) && spec.healthCheckNodePort !== old.healthCheckNodePort) {
    errors.push(forbidden(at.child('healthCheckNodePort'), IMMUTABLE));
  }
  return errors;
}

export function validateServiceStatusUpdate({ spec = {}, status = {} }: ServiceLike): FieldError[] {
  const at = path('status').child('loadBalancer', 'ingress');
  const ingresses = status.loadBalancer?.ingress ?? [];
  if (spec.type !== 'LoadBalancer') {
    if (ingresses.length === 0) return [];
    return [forbidden(at, "may only be used when `spec.type` is 'LoadBalancer'")];
  }
  return ingresses.flatMap(({ ip, ipMode, hostname }, index) => {
    const entry = at.index(index);
    const errors = ip ? validIP(entry.child('ip'), ip) : [];
    if (ip && ipMode === undefined) errors.push(required(entry.child('ipMode'), 'must be specified when `ip` is set'));
    else if (!ip && ipMode !== undefined) {
      errors.push(forbidden(entry.child('ipMode'), 'may not be specified when `ip` is not set'));
    } else {
      errors.push(...optionalOneOf(entry.child('ipMode'), ipMode, ['Proxy', 'VIP']));
    }
    if (!hostname) return errors;
    errors.push(...dns1123Subdomain(entry.child('hostname'), hostname));
    if (parseIp(hostname) === undefined) return errors;
    return [...errors, invalid(entry.child('hostname'), hostname, 'must be a DNS name, not an IP address')];
  });
}

function validateTopologyAnnotations(annotations: Readonly<Record<string, string>>): FieldError[] {
  const { [TOPOLOGY_HINTS]: hints, [TOPOLOGY_MODE]: mode } = annotations;
  if (hints === undefined || mode === undefined || hints === mode) return [];
  const at = path('metadata').child('annotations').key(TOPOLOGY_MODE);
  return [invalid(at, mode, `must match annotations[${TOPOLOGY_HINTS}] when both are specified`)];
}

function validateType(at: FieldPath, spec: IServiceSpec): FieldError[] {
  const { type, ports = [], externalName = '' } = spec;
  const errors: FieldError[] = [];
  if (ports.length === 0 && !isHeadless(spec) && type !== 'ExternalName') errors.push(required(at.child('ports')));
  if ((type === 'LoadBalancer' || type === 'NodePort') && isHeadless(spec)) {
    const detail = `may not be set to 'None' for ${type} services`;
    errors.push(invalid(at.child('clusterIPs').index(0), 'None', detail));
  }
  if (type !== 'ExternalName') return errors;
  const detail = 'may not be set for ExternalName services';
  if ((spec.clusterIPs ?? []).length > 0) errors.push(forbidden(at.child('clusterIPs'), detail));
  if ((spec.ipFamilies ?? []).length > 0) errors.push(forbidden(at.child('ipFamilies'), detail));
  if (spec.ipFamilyPolicy !== undefined) errors.push(forbidden(at.child('ipFamilyPolicy'), detail));
  // A trailing dot makes the name fully qualified.
  const name = externalName.replace(/\.$/, '');
  const namePath = at.child('externalName');
  return [...errors, ...(name ? dns1123Subdomain(namePath, name) : [required(namePath)])];
}

function validatePorts(at: FieldPath, { ports = [] }: IServiceSpec): FieldError[] {
  const names = new Set<string>();
  return ports.flatMap((port, index) => validatePort(at.index(index), port, ports.length > 1, names));
}

function validatePort(at: FieldPath, port: IServicePort, requireName: boolean, names: Set<string>): FieldError[] {
  const { name, protocol, targetPort, appProtocol } = port;
  const errors: FieldError[] = [];
  if (name) {
    errors.push(...dns1123Label(at.child('name'), name));
    if (names.has(name)) errors.push(duplicate(at.child('name'), name));
    names.add(name);
  } else if (requireName) {
    errors.push(required(at.child('name')));
  }
  return [
    ...errors,
    ...invalidEach(at.child('port'), port.port ?? 0, validatePortNumber),
    ...oneOf(at.child('protocol'), protocol, PROTOCOLS),
    ...portNumberOrName(at.child('targetPort'), targetPort ?? 0),
    ...(appProtocol === undefined ? [] : qualifiedName(at.child('appProtocol'), appProtocol)),
  ];
}

function validateUniquePorts(at: FieldPath, { type, ports = [] }: IServiceSpec): FieldError[] {
  const forbiddenNodePorts: FieldError[] = [];
  const nodePortErrors: FieldError[] = [];
  const portErrors: FieldError[] = [];
  const nodePorts = new Set<string>();
  const seen = new Set<string>();
  for (const [index, { protocol, port, nodePort }] of ports.entries()) {
    const entry = at.index(index);
    if (nodePort) {
      if (type === 'ClusterIP') {
        const detail = "may not be used when `type` is 'ClusterIP'";
        forbiddenNodePorts.push(forbidden(entry.child('nodePort'), detail));
      }
      const key = `${protocol}/${nodePort}`;
      if (nodePorts.has(key)) nodePortErrors.push(duplicate(entry.child('nodePort'), nodePort));
      nodePorts.add(key);
    }
    const key = `${protocol}/${port}`;
    if (seen.has(key)) portErrors.push(duplicate(entry, { protocol, port }));
    seen.add(key);
  }
  return [...forbiddenNodePorts, ...nodePortErrors, ...portErrors];
}

function validateSessionAffinity(
  at: FieldPath,
  { sessionAffinity, sessionAffinityConfig }: IServiceSpec,
): FieldError[] {
  const errors = oneOf(at.child('sessionAffinity'), sessionAffinity, ['ClientIP', 'None']);
  const config = at.child('sessionAffinityConfig');
  if (sessionAffinity === 'ClientIP') errors.push(...validateClientIP(config, sessionAffinityConfig));
  else if (sessionAffinity === 'None' && sessionAffinityConfig !== undefined) {
    errors.push(forbidden(config, 'must not be set when session affinity is None'));
  }
  return errors;
}

function validateClientIP(at: FieldPath, config: ISessionAffinityConfig | undefined): FieldError[] {
  const detail = 'when session affinity type is ClientIP';
  if (config === undefined) return [required(at, detail)];
  if (config.clientIP === undefined) return [required(at.child('clientIP'), detail)];
  const { timeoutSeconds } = config.clientIP;
  const timeout = at.child('clientIP', 'timeoutSeconds');
  if (timeoutSeconds === undefined) return [required(timeout, detail)];
  if (timeoutSeconds > 0 && timeoutSeconds <= MAX_AFFINITY_SECONDS) return [];
  return [invalid(timeout, timeoutSeconds, `must be greater than 0 and less than ${MAX_AFFINITY_SECONDS}`)];
}

function validateSourceRanges(at: FieldPath, { annotations = {} }: ObjectMeta, spec: IServiceSpec): FieldError[] {
  const { type, loadBalancerSourceRanges = [] } = spec;
  const annotation = annotations[SOURCE_RANGES];
  if (loadBalancerSourceRanges.length === 0 && annotation === undefined) return [];
  const inSpec = loadBalancerSourceRanges.length > 0;
  const ranges = inSpec
    ? at.child('LoadBalancerSourceRanges')
    : path('metadata').child('annotations').key(SOURCE_RANGES);
  const errors = type === 'LoadBalancer' ? [] : [forbidden(ranges, "may only be used when `type` is 'LoadBalancer'")];
  // Padding with spaces has been let through ever since the annotation came first.
  const values = inSpec ? loadBalancerSourceRanges : (annotation ?? '').trim().split(',').filter(Boolean);
  return [
    ...errors,
    ...values.flatMap((value, index) => validCIDR(inSpec ? ranges.index(index) : ranges, value.trim())),
  ];
}

function validateLoadBalancer(at: FieldPath, spec: IServiceSpec): FieldError[] {
  const { type, allocateLoadBalancerNodePorts, loadBalancerClass } = spec;
  const detail = "may only be used when `type` is 'LoadBalancer'";
  if (type === 'LoadBalancer') {
    return [
      // Upstream's path has no `spec`.
      ...(allocateLoadBalancerNodePorts === undefined ? [required('allocateLoadBalancerNodePorts')] : []),
      ...(loadBalancerClass === undefined ? [] : qualifiedName(at.child('loadBalancerClass'), loadBalancerClass)),
    ];
  }
  return (['allocateLoadBalancerNodePorts', 'loadBalancerClass'] as const)
    .filter((name) => spec[name] !== undefined)
    .map((name) => forbidden(at.child(name), detail));
}

/** Reached from outside the cluster on its own address or port. */
function isExternallyAccessible({ type, externalIPs = [] }: IServiceSpec): boolean {
  return type === 'LoadBalancer' || type === 'NodePort' || (type === 'ClusterIP' && externalIPs.length > 0);
}

function needsHealthCheck({ type, externalTrafficPolicy }: IServiceSpec): boolean {
  return type === 'LoadBalancer' && externalTrafficPolicy === 'Local';
}

function validateExternalTrafficPolicy(at: FieldPath, spec: IServiceSpec): FieldError[] {
  const { externalTrafficPolicy: policy, healthCheckNodePort: port } = spec;
  const errors: FieldError[] = [];
  if (isExternallyAccessible(spec)) {
    errors.push(...oneOf(at.child('externalTrafficPolicy'), policy, TRAFFIC_POLICIES));
  } else if (policy) {
    errors.push(
      invalid(at.child('externalTrafficPolicy'), policy, 'may only be set for externally-accessible services'),
    );
  }
  const portPath = at.child('healthCheckNodePort');
  if (needsHealthCheck(spec)) {
    // None yet is fine: the port is assigned together with the cluster IP, when all else is valid.
    if (port) errors.push(...invalidEach(portPath, port, validatePortNumber));
  } else if (port) {
    const detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
    errors.push(invalid(portPath, port, detail));
  }
  return errors;
}

function validateInternalTrafficPolicy(
  at: FieldPath,
  { type, internalTrafficPolicy: policy }: IServiceSpec,
): FieldError[] {
  const needed = type === 'NodePort' || type === 'LoadBalancer' || type === 'ClusterIP';
  if (policy === undefined) return needed ? [required(at)] : [];
  return optionalOneOf(at, policy, TRAFFIC_POLICIES);
}
