/** Security contexts of containers and pods. */
import type { IAppArmorProfile } from 'kubernetes-models/v1/AppArmorProfile';
import type { IPodSecurityContext } from 'kubernetes-models/v1/PodSecurityContext';
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';
import type { ISeccompProfile } from 'kubernetes-models/v1/SeccompProfile';
import type { ISecurityContext } from 'kubernetes-models/v1/SecurityContext';
import {
  duplicate,
  type FieldError,
  type FieldPath,
  invalid,
  notSupported,
  required,
  tooLong,
} from '../../../meta/field-error.ts';
import { byteLength } from '../../../meta/names.ts';
import { localDescendingPath, optionalOneOf, userOrGroupID } from './checks.ts';
import { validateWindowsOptions } from './windows-options.ts';

const PROFILE_TYPES = ['Localhost', 'RuntimeDefault', 'Unconfined'];
const MAX_PROFILE_PATH = 4095;
const MAX_SYSCTL_NAME = 253;
const SYSCTL_SEGMENT = '[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const SYSCTL_NAME = `^(${SYSCTL_SEGMENT}[\\./])*${SYSCTL_SEGMENT}$`;
const SYSCTL_PATTERN = new RegExp(SYSCTL_NAME);

/** `hostUsers` is false for pods in a user namespace of their own. */
export function validateSecurityContext(
  at: FieldPath,
  context: ISecurityContext | undefined,
  { hostUsers }: { hostUsers: boolean },
): FieldError[] {
  if (context === undefined) return [];
  const { procMount, allowPrivilegeEscalation, privileged, capabilities } = context;
  const errors = [
    ...userOrGroupID(at.child('runAsUser'), context.runAsUser),
    ...userOrGroupID(at.child('runAsGroup'), context.runAsGroup),
    ...optionalOneOf(at.child('procMount'), procMount, ['Default', 'Unmasked']),
  ];
  if (hostUsers && procMount === 'Unmasked') {
    errors.push(invalid(at.child('procMount'), procMount, '`hostUsers` must be false to use `Unmasked`'));
  }
  errors.push(...validateSeccompProfile(at.child('seccompProfile'), context.seccompProfile));
  if (allowPrivilegeEscalation === false) {
    const combined = (what: string) => `cannot set \`allowPrivilegeEscalation\` to false and ${what}`;
    if (privileged) errors.push(invalid(at, context, combined('`privileged` to true')));
    for (const capability of capabilities?.add ?? []) {
      if (capability === 'CAP_SYS_ADMIN')
        errors.push(invalid(at, context, combined('`capabilities.Add` CAP_SYS_ADMIN')));
    }
  }
  return [
    ...errors,
    ...validateWindowsOptions(at.child('windowsOptions'), context.windowsOptions),
    ...validateAppArmorProfile(at.child('appArmorProfile'), context.appArmorProfile),
  ];
}

function validateSeccompProfile(at: FieldPath, profile: ISeccompProfile | undefined): FieldError[] {
  if (profile === undefined) return [];
  const { type, localhostProfile } = profile;
  const errors: FieldError[] = [];
  if (!type) errors.push(required(at.child('type'), 'type is required when seccompProfile is set'));
  else errors.push(...optionalOneOf(at.child('type'), type, PROFILE_TYPES));
  const path = at.child('localhostProfile');
  if (type !== 'Localhost') {
    if (localhostProfile !== undefined) {
      errors.push(invalid(path, profile, 'can only be set when seccomp type is Localhost'));
    }
  } else if (localhostProfile === undefined) {
    errors.push(required(path, 'must be set when seccomp type is Localhost'));
  } else {
    errors.push(...localDescendingPath(path, localhostProfile));
  }
  return errors;
}

function validateAppArmorProfile(at: FieldPath, profile: IAppArmorProfile | undefined): FieldError[] {
  if (profile === undefined) return [];
  const { type, localhostProfile } = profile;
  const path = at.child('localhostProfile');
  if (!type) return [required(at.child('type'), 'type is required when appArmorProfile is set')];
  if (!PROFILE_TYPES.includes(type)) return [notSupported(at.child('type'), type, PROFILE_TYPES)];
  if (type !== 'Localhost') {
    if (localhostProfile === undefined) return [];
    return [invalid(path, localhostProfile, 'can only be set when AppArmor type is Localhost')];
  }
  if (!localhostProfile) return [required(path, 'must be set when AppArmor type is Localhost')];
  const errors: FieldError[] = [];
  if (localhostProfile.trim() !== localhostProfile) {
    errors.push(invalid(path, localhostProfile, 'must not be padded with whitespace'));
  }
  if (byteLength(localhostProfile) > MAX_PROFILE_PATH) errors.push(tooLong(path, MAX_PROFILE_PATH));
  return errors;
}

/** `at` is spec.securityContext; what upstream keeps in its internal security context stands in `spec` itself. */
export function validatePodSecurityContext(at: FieldPath, spec: IPodSpec): FieldError[] {
  const context = spec.securityContext ?? {};
  const errors = [
    ...userOrGroupID(at.child('fsGroup'), context.fsGroup),
    ...userOrGroupID(at.child('runAsUser'), context.runAsUser),
    ...userOrGroupID(at.child('runAsGroup'), context.runAsGroup),
    ...(context.supplementalGroups ?? []).flatMap((id, index) =>
      userOrGroupID(at.child('supplementalGroups').index(index), id),
    ),
  ];
  if (spec.shareProcessNamespace && spec.hostPID) {
    const detail = 'ShareProcessNamespace and HostPID cannot both be enabled';
    errors.push(invalid(at.child('shareProcessNamespace'), true, detail));
  }
  return [
    ...errors,
    ...validateSysctls(at.child('sysctls'), context, spec),
    ...optionalOneOf(at.child('fsGroupChangePolicy'), context.fsGroupChangePolicy, ['Always', 'OnRootMismatch']),
    ...validateSeccompProfile(at.child('seccompProfile'), context.seccompProfile),
    ...validateWindowsOptions(at.child('windowsOptions'), context.windowsOptions),
    ...validateAppArmorProfile(at.child('appArmorProfile'), context.appArmorProfile),
    ...optionalOneOf(at.child('supplementalGroupsPolicy'), context.supplementalGroupsPolicy, ['Merge', 'Strict']),
    ...optionalOneOf(at.child('seLinuxChangePolicy'), context.seLinuxChangePolicy, ['MountOption', 'Recursive']),
  ];
}

function validateSysctls(
  at: FieldPath,
  { sysctls = [] }: IPodSecurityContext,
  { hostNetwork, hostIPC }: IPodSpec,
): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set<string>();
  for (const [index, { name }] of sysctls.entries()) {
    const entry = at.index(index).child('name');
    if (!name) errors.push(required(entry));
    else if (name.length > MAX_SYSCTL_NAME || !SYSCTL_PATTERN.test(name)) {
      errors.push(
        invalid(entry, name, `must have at most ${MAX_SYSCTL_NAME} characters and match regex ${SYSCTL_NAME}`),
      );
    } else if (names.has(name)) {
      errors.push(duplicate(entry, name));
    }
    const namespace = namespaceOf(name);
    if (hostNetwork && namespace === 'net') {
      errors.push(invalid(entry, name, "may not be specified when 'hostNetwork' is true"));
    } else if (hostIPC && namespace === 'ipc') {
      errors.push(invalid(entry, name, "may not be specified when 'hostIPC' is true"));
    }
    names.add(name);
  }
  return errors;
}

/** The kernel namespace a sysctl belongs to. */
function namespaceOf(name: string): 'ipc' | 'net' | undefined {
  const dotted = name.replaceAll('/', '.');
  if (/^(kernel\.sem$|kernel\.(shm|msg)|fs\.mqueue\.)/.test(dotted)) return 'ipc';
  return dotted.startsWith('net.') ? 'net' : undefined;
}
