/** The two kinds of the key space, and their contents in one form. */
import { COLOR, type Content, type Key, type Version } from './record.ts';

export const NAMESPACE = 'history';
const ROOTS = {
  configmaps: '/api/v1',
  leases: '/apis/coordination.k8s.io/v1',
} as const;
type Resource = keyof typeof ROOTS;
export const RESOURCES = Object.keys(ROOTS) as Resource[];
export const COLORS = ['red', 'blue'] as const;

export const KEYS: readonly Key[] = [
  ...Array.from({ length: 6 }, (_, index) => `configmaps/key-${index}`),
  ...Array.from({ length: 4 }, (_, index) => `leases/key-${index}`),
];

export function resourceOf(key: Key): Resource {
  return key.slice(0, key.indexOf('/')) as Resource;
}

export function nameOf(key: Key): string {
  return key.slice(key.indexOf('/') + 1);
}

/** Of all namespaces when `everywhere`. */
export function collectionPath(resource: string, everywhere = false): string {
  return `${ROOTS[resource as Resource]}${everywhere ? '' : `/namespaces/${NAMESPACE}`}/${resource}`;
}

export function pathOf(key: Key): string {
  return `${collectionPath(resourceOf(key))}/${nameOf(key)}`;
}

// biome-ignore lint/suspicious/noExplicitAny: tests read what they assert
type Json = any;

/** The object, or the merge patch, that holds this content. */
export function objectOf(key: Key, content: Content, metadata: object = {}): object {
  const { value, [COLOR]: color, ...rest } = content;
  const labels = color === undefined ? {} : { labels: { color } };
  const named = { ...metadata, name: nameOf(key), namespace: NAMESPACE, ...labels };
  return resourceOf(key) === 'configmaps'
    ? { apiVersion: 'v1', kind: 'ConfigMap', metadata: named, data: { ...rest, value } }
    : {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { ...named, annotations: rest },
        spec: { holderIdentity: value },
      };
}

export function versionOf(resource: string, object: Json): Version {
  const { name, uid, resourceVersion, labels, annotations } = object.metadata;
  const content: Content = {
    ...(resource === 'configmaps' ? object.data : { ...annotations, value: object.spec.holderIdentity }),
    ...(labels?.color === undefined ? {} : { [COLOR]: labels.color }),
  };
  return { key: `${resource}/${name}`, revision: Number(resourceVersion), uid, content };
}
