/** autoscaling/v1 Scale: the view of a workload by which its replicas are set. */
import type { ViewSubresource } from '../../apiserver/registry/contract.ts';
import { readAt, writeAt } from '../../meta/dotted.ts';
import { invalid } from '../../meta/field-error.ts';
import type { UnknownObject } from '../../meta/object.ts';

const KIND = { group: 'autoscaling', version: 'v1', kind: 'Scale' };
/** What a view says of the object that it is of. */
const METADATA = ['name', 'namespace', 'uid', 'resourceVersion', 'creationTimestamp'] as const;

export interface ScalePaths {
  /** e.g. `.spec.replicas`. */
  specReplicasPath: string;
  statusReplicasPath: string;
  /** The selector in its string form, for Scale.status.selector. */
  selector(object: UnknownObject): string;
}

export function scaleView({ specReplicasPath, statusReplicasPath, selector }: ScalePaths): ViewSubresource {
  return {
    by: 'view',
    verbs: ['get', 'patch', 'update'],
    kind: KIND,
    read: (object) => ({
      kind: 'Scale',
      apiVersion: 'autoscaling/v1',
      metadata: Object.fromEntries(
        METADATA.filter((field) => object.metadata[field] !== undefined).map((field) => [
          field,
          object.metadata[field],
        ]),
      ),
      spec: { replicas: countAt(object, specReplicasPath) },
      status: { replicas: countAt(object, statusReplicasPath), selector: selector(object) },
    }),
    write(object, scale) {
      writeAt(object, specReplicasPath, countAt(scale, 'spec.replicas'));
    },
    validate(scale) {
      const replicas = countAt(scale, 'spec.replicas');
      return replicas < 0 ? [invalid('spec.replicas', replicas, 'must be greater than or equal to 0')] : [];
    },
  };
}

function countAt(object: UnknownObject, path: string): number {
  const value = readAt(object, path);
  return typeof value === 'number' ? value : 0;
}
