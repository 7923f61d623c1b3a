/** Annotations that have a meaning on pods: mirror pods, deletion cost, and the old seccomp and AppArmor settings. */
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';
import { type FieldError, type FieldPath, forbidden, invalid } from '../../../meta/field-error.ts';
import { own } from '../../../meta/own.ts';
import { localDescendingPath } from './checks.ts';

export type Annotations = Readonly<Record<string, string>>;

export const MIRROR_POD = 'kubernetes.io/config.mirror';
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';
const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/';
const APP_ARMOR = 'container.apparmor.security.beta.kubernetes.io/';

/** `at` is the annotations' path. */
export function validatePodAnnotations(at: FieldPath, annotations: Annotations = {}, spec: IPodSpec): FieldError[] {
  const errors: FieldError[] = [];
  const mirror = annotations[MIRROR_POD];
  if (mirror !== undefined && !spec.nodeName) {
    errors.push(invalid(at.key(MIRROR_POD), mirror, 'must set spec.nodeName if mirror pod annotation is set'));
  }
  const cost = annotations[DELETION_COST];
  if (cost !== undefined && !isInt32(cost)) {
    errors.push(invalid(at.key(DELETION_COST), cost, 'must be a 32bit integer'));
  }
  const { initContainers = [], containers = [], ephemeralContainers = [] } = spec;
  const names = new Set([...initContainers, ...containers, ...ephemeralContainers].map(({ name }) => name));
  for (const [key, value] of Object.entries(annotations)) {
    if (key === SECCOMP_POD || key.startsWith(SECCOMP_CONTAINER)) {
      errors.push(...validateSeccomp(at.child(key), value));
    } else if (key.startsWith(APP_ARMOR)) {
      errors.push(...validateAppArmor(at.key(key), key.slice(APP_ARMOR.length), value, names));
    }
  }
  return errors;
}

/** No plus sign and no leading zeros. */
function isInt32(text: string): boolean {
  return /^(0|[1-9]\d{0,9}|-\d{1,10})$/.test(text) && Number(text) >= -(2 ** 31) && Number(text) < 2 ** 31;
}

function validateSeccomp(at: FieldPath, profile: string): FieldError[] {
  if (['runtime/default', 'docker/default', 'unconfined'].includes(profile)) return [];
  if (profile.startsWith('localhost/')) return localDescendingPath(at, profile.slice('localhost/'.length));
  return [invalid(at, profile, 'must be a valid seccomp profile')];
}

function validateAppArmor(at: FieldPath, container: string, profile: string, names: ReadonlySet<string>): FieldError[] {
  const errors: FieldError[] = [];
  if (!names.has(container)) errors.push(invalid(at, container, 'container not found'));
  if (!/^($|runtime\/default$|unconfined$|localhost\/)/.test(profile)) {
    errors.push(invalid(at, profile, `invalid AppArmor profile name: ${JSON.stringify(profile)}`));
  }
  return errors;
}

/** On creation, annotation and field must say the same where both are set. `at` is the spec's path. */
export function validateProfilesMatch(at: FieldPath, annotations: Annotations = {}, spec: IPodSpec): FieldError[] {
  const podSeccomp = spec.securityContext?.seccompProfile;
  const errors = matches(
    at.child('securityContext', 'seccompProfile'),
    'seccomp',
    annotations[SECCOMP_POD],
    podSeccomp,
  );
  for (const list of ['initContainers', 'containers', 'ephemeralContainers'] as const) {
    for (const [index, { name, securityContext }] of (spec[list] ?? []).entries()) {
      const context = at.child(list).index(index).child('securityContext');
      const seccomp = annotations[SECCOMP_CONTAINER + name];
      errors.push(...matches(context.child('seccompProfile'), 'seccomp', seccomp, securityContext?.seccompProfile));
      if (spec.os?.name === 'windows') continue;
      const appArmor = securityContext?.appArmorProfile ?? spec.securityContext?.appArmorProfile;
      errors.push(...matches(context.child('appArmorProfile'), 'apparmor', annotations[APP_ARMOR + name], appArmor));
    }
  }
  return errors;
}

function matches(
  at: FieldPath,
  kind: 'seccomp' | 'apparmor',
  annotation: string | undefined,
  profile: { type: string; localhostProfile?: string } | undefined,
): FieldError[] {
  if (annotation === undefined || profile === undefined) return [];
  const { type, localhostProfile } = profile;
  const known = new Map([
    ['Unconfined', /^unconfined$/],
    ['RuntimeDefault', kind === 'seccomp' ? /^(runtime|docker)\/default$/ : /^runtime\/default$/],
    ['Localhost', /^localhost\//],
  ]);
  const pattern = known.get(type);
  if (pattern === undefined) return [];
  if (!pattern.test(annotation)) {
    return [forbidden(at.child('type'), `${kind} type in annotation and field must match`)];
  }
  if (type === 'Localhost' && annotation.slice('localhost/'.length) !== localhostProfile) {
    return [forbidden(at.child('localhostProfile'), `${kind} profile in annotation and field must match`)];
  }
  return [];
}

/** Some annotations are fixed once the pod exists. */
export function validatePodAnnotationUpdate(
  at: FieldPath,
  annotations: Annotations = {},
  old: Annotations = {},
): FieldError[] {
  const errors: FieldError[] = [];
  const fixed = (key: string) =>
    key.startsWith(APP_ARMOR) ? 'AppArmor annotations' : key === MIRROR_POD ? 'mirror pod annotation' : undefined;
  for (const [key, value] of Object.entries(old)) {
    const what = fixed(key);
    if (what !== undefined && own(annotations, key) !== value) {
      errors.push(forbidden(at.key(key), `may not remove or update ${what}`));
    }
  }
  for (const key of Object.keys(annotations)) {
    const what = fixed(key);
    if (what !== undefined && !Object.hasOwn(old, key)) errors.push(forbidden(at.key(key), `may not add ${what}`));
  }
  return errors;
}
