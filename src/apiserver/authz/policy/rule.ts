/** A short way to write RBAC rules and roles: lists are words in one string. */
import type { PolicyRule } from '../rules.ts';

export const READ = 'get list watch';
export const WRITE = 'create update patch delete deletecollection';
export const READ_WRITE = `${READ} ${WRITE}`;

export interface RoleSpec {
  name: string;
  rules?: PolicyRule[];
  /** The role of this name takes up the rules, by the label rbac.authorization.k8s.io/aggregate-to-<name>. */
  aggregateTo?: string;
  /** Rules are those aggregated to this name. */
  aggregates?: string;
}

/** `groups` and `resources` are words; "" or "core" is the core group. */
export function allow(verbs: string, groups: string, resources: string, names = ''): PolicyRule {
  return {
    apiGroups: groups.split(' ').map((group) => (group === 'core' ? '' : group)),
    resources: words(resources),
    ...(names === '' ? {} : { resourceNames: words(names) }),
    verbs: words(verbs),
  };
}

export function allowPaths(verbs: string, paths: string): PolicyRule {
  return { nonResourceURLs: words(paths), verbs: words(verbs) };
}

/** What everyone who records Events may do. */
export const EVENTS = allow('create update patch', 'core events.k8s.io', 'events');

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
