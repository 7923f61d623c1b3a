import type { Change } from '../apiserver/storage/contract.ts';
import type { KubeObject } from '../meta/object.ts';
import type { ObservedChange } from './contract.ts';

function parse(state: { revision: number; body: string }): KubeObject {
  const object = JSON.parse(state.body) as KubeObject;
  object.metadata.resourceVersion = String(state.revision);
  return object;
}

/** A change as controllers see it. Bodies are parsed on first use: most changes concern no controller. */
export function observe(change: Change): ObservedChange {
  let object: KubeObject | undefined;
  let previous: KubeObject | undefined;
  return {
    resource: change.resource,
    namespace: change.namespace,
    name: change.name,
    type: change.type,
    get object() {
      object ??= parse(change.current);
      return object;
    },
    get previous() {
      if (change.previous !== undefined) previous ??= parse(change.previous);
      return previous;
    },
  };
}
