import { parseBody } from '../apiserver/storage/body.ts';
import type { Change } from '../apiserver/storage/contract.ts';
import type { KubeObject } from '../meta/object.ts';
import type { ObservedChange } from './contract.ts';

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
      object ??= parseBody(change.current);
      return object;
    },
    get previous() {
      if (change.previous !== undefined) previous ??= parseBody(change.previous);
      return previous;
    },
  };
}
