/** Windows options of security contexts, and what spec.os forbids. */
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';
import type { IWindowsSecurityContextOptions } from 'kubernetes-models/v1/WindowsSecurityContextOptions';
import {
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  notSupported,
  required,
} from '../../../meta/field-error.ts';
import { byteLength } from '../../../meta/names.ts';
import { dns1123Subdomain } from './checks.ts';

const MAX_CREDENTIAL_SPEC_KIB = 64;
const MAX_DOMAIN = 256;
const MAX_USER = 104;
const NET_BIOS = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/;
const DNS_LABEL = '[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?';
const DNS_DOMAIN = new RegExp(`^${DNS_LABEL}(?:\\.${DNS_LABEL})*$`);

export function validateWindowsOptions(
  at: FieldPath,
  options: IWindowsSecurityContextOptions | undefined,
): FieldError[] {
  const { gmsaCredentialSpecName, gmsaCredentialSpec, runAsUserName } = options ?? {};
  const errors: FieldError[] = [];
  if (gmsaCredentialSpecName !== undefined) {
    errors.push(...dns1123Subdomain(at.child('gmsaCredentialSpecName'), gmsaCredentialSpecName));
  }
  if (gmsaCredentialSpec !== undefined) {
    const path = at.child('gmsaCredentialSpec');
    if (gmsaCredentialSpec === '') {
      errors.push(invalid(path, gmsaCredentialSpec, 'gmsaCredentialSpec cannot be an empty string'));
    } else if (byteLength(gmsaCredentialSpec) > MAX_CREDENTIAL_SPEC_KIB * 1024) {
      const detail = `gmsaCredentialSpec size must be under ${MAX_CREDENTIAL_SPEC_KIB} KiB`;
      errors.push(invalid(path, gmsaCredentialSpec, detail));
    }
  }
  if (runAsUserName === undefined) return errors;
  const faults = userNameFaults(runAsUserName);
  return [...errors, ...faults.map((fault) => invalid(at.child('runAsUserName'), runAsUserName, fault))];
}

/** `DOMAIN\USER`, the domain optional. */
function userNameFaults(name: string): string[] {
  if (name === '') return ['runAsUserName cannot be an empty string'];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  if (/[\x00-\x1f\x7f]/.test(name)) return ['runAsUserName cannot contain control characters'];
  const parts = name.split('\\');
  if (parts.length > 2) return ['runAsUserName cannot contain more than one backslash'];
  const user = parts.at(-1) ?? '';
  const domain = parts.length === 2 ? parts[0] : undefined;
  const faults: string[] = [];
  if (domain !== undefined) {
    if (domain.length >= MAX_DOMAIN)
      faults.push(`runAsUserName's Domain length must be under ${MAX_DOMAIN} characters`);
    if (!NET_BIOS.test(domain) && !DNS_DOMAIN.test(domain)) {
      faults.push("runAsUserName's Domain doesn't match the NetBios nor the DNS format");
    }
  }
  if (user === '') faults.push("runAsUserName's User cannot be empty");
  if (user.length > MAX_USER) faults.push(`runAsUserName's User length must not be longer than ${MAX_USER} characters`);
  if (/^[. ]+$/.test(user)) faults.push("runAsUserName's User cannot contain only periods or spaces");
  if (/["/\\:;|=,+*?<>@[\]]/.test(user)) {
    faults.push('runAsUserName\'s User cannot contain the following characters: "/\\:;|=,+*?<>@[]');
  }
  return faults;
}

/** Containers of all three lists with their paths. */
function containersOf(at: FieldPath, spec: IPodSpec) {
  return (['initContainers', 'containers', 'ephemeralContainers'] as const).flatMap((list) =>
    (spec[list] ?? []).map((container, index) => ({ container, at: at.child(list).index(index) })),
  );
}

/** HostProcess containers: all or none, and only on the host's network. */
export function validateHostProcess(at: FieldPath, spec: IPodSpec): FieldError[] {
  const errors: FieldError[] = [];
  const ofPod = spec.securityContext?.windowsOptions?.hostProcess;
  const containers = containersOf(at, spec);
  let count = 0;
  for (const { container, at: path } of containers) {
    const own = container.securityContext?.windowsOptions?.hostProcess;
    if (ofPod !== undefined && own !== undefined && ofPod !== own) {
      const detail = `pod hostProcess value must be identical if both are specified, was ${ofPod}`;
      errors.push(invalid(path.child('securityContext', 'windowsOptions', 'hostProcess'), own, detail));
    }
    if (own ?? ofPod) count += 1;
  }
  if (count === 0) return errors;
  if (count !== containers.length) {
    const detail = 'If pod contains any hostProcess containers then all containers must be HostProcess containers';
    errors.push(invalid(at, '', detail));
  }
  if (!spec.hostNetwork) {
    const detail = 'hostNetwork must be true if pod contains any hostProcess containers';
    errors.push(invalid(at.child('hostNetwork'), false, detail));
  }
  return errors;
}

const POD_CONTEXT_LINUX = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'fsGroup',
  'fsGroupChangePolicy',
  'sysctls',
  'runAsUser',
  'runAsGroup',
  'supplementalGroups',
  'supplementalGroupsPolicy',
  'seLinuxChangePolicy',
] as const;
const CONTAINER_CONTEXT_LINUX = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'capabilities',
  'readOnlyRootFilesystem',
  'privileged',
  'allowPrivilegeEscalation',
  'procMount',
  'runAsUser',
  'runAsGroup',
] as const;

/** spec.os and the fields that the other system has. */
export function validateOS(at: FieldPath, spec: IPodSpec): FieldError[] {
  const name = spec.os?.name;
  if (spec.os === undefined) return [];
  if (!name) return [required(at.child('os', 'name'), 'cannot be empty')];
  if (name !== 'linux' && name !== 'windows') return [notSupported(at.child('os'), name, ['linux', 'windows'])];
  return name === 'linux' ? forbidWindowsFields(at, spec) : forbidLinuxFields(at, spec);
}

function forbidWindowsFields(at: FieldPath, spec: IPodSpec): FieldError[] {
  return [{ context: spec.securityContext, at }, ...containersOf(at, spec).map(contextOf)]
    .filter(({ context }) => context?.windowsOptions !== undefined)
    .map(({ at: path }) =>
      forbidden(path.child('securityContext', 'windowsOptions'), 'windows options cannot be set for a linux pod'),
    );
}

function forbidLinuxFields(at: FieldPath, spec: IPodSpec): FieldError[] {
  const detail = 'cannot be set for a windows pod';
  const set = (object: object, names: readonly string[], path: FieldPath) =>
    names
      .filter((name) => (object as Record<string, unknown>)[name] !== undefined)
      .map((name) => forbidden(path.child(name), detail));
  return [
    ...set(spec.securityContext ?? {}, POD_CONTEXT_LINUX, at.child('securityContext')),
    ...set(spec, ['hostUsers', 'shareProcessNamespace'], at),
    ...(['hostPID', 'hostIPC'] as const).filter((name) => spec[name]).map((name) => forbidden(at.child(name), detail)),
    ...containersOf(at, spec)
      .map(contextOf)
      .flatMap(({ context, at: path }) => set(context ?? {}, CONTAINER_CONTEXT_LINUX, path.child('securityContext'))),
  ];
}

function contextOf({ container, at }: ReturnType<typeof containersOf>[number]) {
  return { context: container.securityContext, at };
}
