/** PartialObjectMetadata: objects cut down to their metadata. */
import type { UnknownObject } from '../../meta/object.ts';

export function partialMetadata(object: UnknownObject, version: string): object {
  return { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata: object.metadata };
}
