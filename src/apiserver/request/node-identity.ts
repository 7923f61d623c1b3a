import type { UserInfo } from './user.ts';

const USER_PREFIX = 'system:node:';
const NODES_GROUP = 'system:nodes';
/** No node has another name; and what is none must not become part of a selector. */
const NODE_NAME = /^[a-z0-9][-.a-z0-9]{0,252}$/;

/**
 * The name of the node that the user is, by both name and group (upstream's NodeIdentity): '' when it is one but cannot be
 * told which; undefined when it is none.
 */
export function nodeOf({ name, groups }: UserInfo): string | undefined {
  if (!name.startsWith(USER_PREFIX) || !groups.includes(NODES_GROUP)) return undefined;
  const node = name.slice(USER_PREFIX.length);
  return NODE_NAME.test(node) ? node : '';
}
