/**
 * Keys of reconcile work. An object's key is "namespace/name". A change that may concern objects which only a query can
 * find (a pod, and the services that select it) becomes a *selection* key, which holds the labels; its reconcile finds
 * the objects and enqueues their keys. Pods of one template have equal labels, so that a rollout makes one selection key.
 */
import { controllerOf, type KubeObject } from '../meta/object.ts';
import type { Key, ObservedChange } from './contract.ts';

/** An index row of the work table must stay below PostgreSQL's 2.7 kB, so that longer labels mean "any labels". */
const MAX_LABELS_LENGTH = 1000;

export function objectKey(object: KubeObject): Key {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name ?? ''}`;
}

export function splitKey(key: Key): { namespace: string; name: string } {
  const slash = key.indexOf('/');
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

export interface Selection {
  namespace: string;
  /** Absent: too long for a key; everything in the namespace is to be considered. */
  labels?: Record<string, string>;
}

/** The key of what selects these labels in a namespace. Equal labels give equal keys, whatever their order. */
export function selectionKey(namespace: string, labels: Record<string, string> | undefined): Key {
  const sorted = Object.entries(labels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const text = JSON.stringify(Object.fromEntries(sorted));
  return `select:${namespace}/${text.length > MAX_LABELS_LENGTH ? '*' : text}`;
}

/** Undefined for an object's key. */
export function parseSelectionKey(key: Key): Selection | undefined {
  if (!key.startsWith('select:')) return undefined;
  const { namespace, name } = splitKey(key.slice('select:'.length));
  return name === '*' ? { namespace } : { namespace, labels: JSON.parse(name) };
}

/** The keys of the controllers of that kind which own the object now or owned it before. */
export function controllerKeys(change: ObservedChange, kind: string): Key[] {
  const owners = [change.object, change.previous]
    .map((state) => state && controllerOf(state))
    .filter((owner) => owner?.kind === kind);
  return [...new Set(owners.map((owner) => `${change.namespace}/${owner?.name}`))];
}

/** Selection keys of the object's labels, and of those it had before. */
export function selectionKeys(change: ObservedChange): Key[] {
  const states = change.previous === undefined ? [change.object] : [change.object, change.previous];
  return [...new Set(states.map((state) => selectionKey(change.namespace, state.metadata.labels)))];
}

/** Keys of a child's controller of that kind; an orphan's selection too, for controllers that may adopt it. */
export function childKeys(change: ObservedChange, ownerKind: string): Key[] {
  const keys = controllerKeys(change, ownerKind);
  const isOrphan = change.type !== 'DELETED' && controllerOf(change.object) === undefined;
  return isOrphan ? [...keys, ...selectionKeys(change)] : keys;
}
