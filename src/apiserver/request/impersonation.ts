/** Impersonate-* headers: whom the caller wants to act as, and what must be allowed for that. */
import { setOwn } from '../../meta/own.ts';
import { StatusError } from '../../meta/status-error.ts';
import { AUTHENTICATED, type UserInfo } from './user.ts';

/** One `impersonate` question for the authorizer; group is '' or "authentication.k8s.io". */
export interface ImpersonationCheck {
  group: string;
  version: string;
  resource: string;
  subresource: string;
  namespace: string;
  name: string;
}

export interface Impersonation {
  user: UserInfo;
  checks: readonly ImpersonationCheck[];
}

const EXTRA_PREFIX = 'impersonate-extra-';

/** Undefined when no Impersonate header is present. Throws 400 when others come without Impersonate-User. */
export function impersonationOf(headers: Headers): Impersonation | undefined {
  const name = headers.get('impersonate-user');
  const groups = listOf(headers.get('impersonate-group'));
  const uid = headers.get('impersonate-uid') ?? '';
  const extra: Record<string, string[]> = {};
  headers.forEach((value, header) => {
    if (header.startsWith(EXTRA_PREFIX)) {
      setOwn(extra, unescapeKey(header.slice(EXTRA_PREFIX.length)), listOf(value));
    }
  });
  if (name === null || name === '') {
    if (groups.length === 0 && uid === '' && Object.keys(extra).length === 0) return undefined;
    throw StatusError.badRequest('requested impersonation without impersonating a user');
  }

  const checks: ImpersonationCheck[] = [];
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(name);
  if (account === null) checks.push(check('', 'users', name));
  else checks.push({ ...check('', 'serviceaccounts', account[2] as string), namespace: account[1] as string });
  for (const group of groups) checks.push(check('', 'groups', group));
  if (uid !== '') checks.push(check('authentication.k8s.io', 'uids', uid));
  for (const [key, values] of Object.entries(extra)) {
    for (const value of values)
      checks.push({ ...check('authentication.k8s.io', 'userextras', value), subresource: key });
  }

  const granted = new Set(groups);
  if (groups.length === 0 && account !== null) {
    granted.add('system:serviceaccounts');
    granted.add(`system:serviceaccounts:${account[1]}`);
  }
  if (name === 'system:anonymous') granted.add('system:unauthenticated');
  else if (!granted.has('system:unauthenticated')) granted.add(AUTHENTICATED);
  return {
    user: {
      name,
      ...(uid === '' ? {} : { uid }),
      groups: [...granted],
      ...(Object.keys(extra).length === 0 ? {} : { extra }),
    },
    checks,
  };
}

function check(group: string, resource: string, name: string): ImpersonationCheck {
  return { group, version: 'v1', resource, subresource: '', namespace: '', name };
}

/** Repeated headers arrive joined by commas. */
function listOf(value: string | null): string[] {
  if (value === null) return [];
  return value
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}

function unescapeKey(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}
