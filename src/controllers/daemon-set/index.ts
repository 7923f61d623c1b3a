/** Keeps one pod of a template on each node that it fits. Upstream: pkg/controller/daemon. */
import { CONTROLLER_REVISIONS, DAEMON_SETS, type DaemonSet, type Node, PODS } from '../../client/resources.ts';
import { semanticEqual } from '../../meta/equal.ts';
import { labelSelectorRequirements } from '../../meta/selectors.ts';
import {
  type Controller,
  DONE,
  type ObservedChange,
  type ReconcileContext,
  type Result,
} from '../../reconcile/contract.ts';
import { childKeys, objectKey, parseSelectionKey, splitKey } from '../../reconcile/keys.ts';
import { adoptOrphans } from '../shared/claim.ts';
import { nodeTraits } from './fit.ts';
import { sync } from './sync.ts';

/** Any DaemonSet may be meant by a node that came, went or changed; many changes are one key. No namespace is called so. */
const NODES_KEY = 'nodes:';

export const daemonSetController: Controller = {
  name: 'daemon-set-controller',
  eventSource: 'daemonset-controller',
  watches: ['daemonsets.apps', 'controllerrevisions.apps', 'pods', 'nodes'],
  keys(change) {
    if (change.resource === 'nodes') return nodeMatters(change) ? [NODES_KEY] : [];
    if (change.resource === 'daemonsets.apps') return [objectKey(change.object)];
    return childKeys(change, 'DaemonSet');
  },
  async reconcile(context, key) {
    const selection = parseSelectionKey(key);
    if (selection !== undefined) {
      await adoptOrphans(context, { ownerResource: DAEMON_SETS, resource: PODS }, selection);
      await adoptOrphans(context, { ownerResource: DAEMON_SETS, resource: CONTROLLER_REVISIONS }, selection);
      return DONE;
    }
    if (key === NODES_KEY) {
      const { items } = await context.client.list(DAEMON_SETS);
      await context.enqueue(items.map(objectKey));
      return DONE;
    }
    const { namespace, name } = splitKey(key);
    const set = await context.client.find(DAEMON_SETS, namespace, name);
    if (set === undefined || set.metadata.deletionTimestamp !== undefined) return DONE;
    if (labelSelectorRequirements(set.spec?.selector ?? {}).length === 0) return await refuse(context, set);
    return await sync(context, set);
  },
};

function nodeMatters({ type, object, previous }: ObservedChange): boolean {
  if (type !== 'MODIFIED' || previous === undefined) return true;
  return !semanticEqual(nodeTraits(object as Node), nodeTraits(previous as Node));
}

async function refuse({ events }: ReconcileContext, set: DaemonSet): Promise<Result> {
  const message = 'This daemon set is selecting all pods. A non-empty selector is required.';
  await events.event(set, 'Warning', 'SelectingAll', message);
  return DONE;
}
