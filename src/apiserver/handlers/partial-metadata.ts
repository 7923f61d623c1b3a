/** PartialObjectMetadata and its list: objects cut down to their metadata. */
import type { UnknownObject } from '../../meta/object.ts';

export function partialMetadata(object: UnknownObject, version: string): object {
  return { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata: object.metadata };
}

export function partialMetadataList(objects: readonly UnknownObject[], metadata: object, version: string): object {
  return {
    kind: 'PartialObjectMetadataList',
    apiVersion: `meta.k8s.io/${version}`,
    metadata,
    items: objects.map((object) => partialMetadata(object, version)),
  };
}
