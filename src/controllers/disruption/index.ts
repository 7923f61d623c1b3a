/** Says in the status of PodDisruptionBudgets how many pods may be evicted. Upstream: pkg/controller/disruption. */
import { POD_DISRUPTION_BUDGETS, PODS, type Pod, type PodDisruptionBudget } from '../../client/resources.ts';
import { semanticEqual } from '../../meta/equal.ts';
import {
  formatLabelSelector,
  type LabelSelector,
  labelSelectorRequirements,
  matchesLabels,
} from '../../meta/selectors.ts';
import {
  type Controller,
  DONE,
  type ObservedChange,
  type ReconcileContext,
  type Result,
} from '../../reconcile/contract.ts';
import { objectKey, parseSelectionKey, type Selection, selectionKeys, splitKey } from '../../reconcile/keys.ts';
import { isPodReady } from '../shared/pods.ts';
import {
  type BudgetStatus,
  budgetStatus,
  desired,
  failedStatus,
  healthy,
  needsScale,
  stillDisrupted,
} from './budget.ts';
import { scaleOf } from './scale.ts';
import { parseStaleKey, staleKeys, takeBack } from './stale.ts';

export const disruptionController: Controller = {
  name: 'disruption-controller',
  eventSource: 'controllermanager',
  watches: ['poddisruptionbudgets.policy', 'pods'],
  keys(change) {
    if (change.resource === 'pods') return podKeys(change);
    return change.type === 'DELETED' ? [] : [objectKey(change.object)];
  },
  async reconcile(context, key) {
    const selection = parseSelectionKey(key);
    if (selection !== undefined) {
      await context.enqueue(await budgetsSelecting(context, selection));
      return DONE;
    }
    const stale = parseStaleKey(key);
    if (stale !== undefined) return await takeBack(context, stale);
    const { namespace, name } = splitKey(key);
    const budget = await context.client.find(POD_DISRUPTION_BUDGETS, namespace, name);
    return budget === undefined || budget.metadata.deletionTimestamp !== undefined ? DONE : await sync(context, budget);
  },
};

/** None when nothing that a budget counts has changed. */
function podKeys(change: ObservedChange): string[] {
  const stale = change.type === 'DELETED' ? [] : staleKeys(change.object as Pod);
  if (change.type !== 'MODIFIED') return [...stale, ...selectionKeys(change)];
  const [after, before] = [change.object, change.previous].map((pod) => pod && counted(pod as Pod));
  return after === before ? stale : [...stale, ...selectionKeys(change)];
}

function counted(pod: Pod): string {
  const { labels, deletionTimestamp, ownerReferences } = pod.metadata;
  return JSON.stringify([labels, deletionTimestamp !== undefined, ownerReferences, isPodReady(pod)]);
}

async function budgetsSelecting(context: ReconcileContext, { namespace, labels }: Selection): Promise<string[]> {
  const { items } = await context.client.list(POD_DISRUPTION_BUDGETS, { namespace });
  return items.filter((budget) => labels === undefined || selects(budget, labels)).map(objectKey);
}

/** A selector that is not there selects none; an empty one selects all. */
function selects({ spec }: PodDisruptionBudget, labels: Record<string, string>): boolean {
  const selector = spec?.selector as LabelSelector | undefined;
  return selector !== undefined && matchesLabels(labelSelectorRequirements(selector), labels);
}

async function sync(context: ReconcileContext, budget: PodDisruptionBudget): Promise<Result> {
  const { events, now } = context;
  const pods = await podsOf(context, budget);
  if (pods.length === 0) await events.event(budget, 'Normal', 'NoPods', 'No matching pods found');
  const scale = needsScale(budget) ? await scaleOf(context, pods) : { total: 0, unmanaged: [] };
  if (scale.fault !== undefined) {
    const message = `Failed to calculate the number of expected pods: ${scale.fault}`;
    await events.event(budget, 'Warning', 'CalculateExpectedPodCountFailed', message);
    await write(context, budget, failedStatus(budget, scale.fault, now()));
    return DONE;
  }
  if (scale.unmanaged.length > 0) await warnOfUnmanaged(context, budget);
  const disrupted = stillDisrupted(budget, pods, now());
  for (const name of disrupted.forgotten) {
    const { namespace = '', name: own = '' } = budget.metadata;
    const message = `Pod was expected by PDB ${namespace}/${own} to be deleted but it wasn't`;
    const pod = pods.find(({ metadata }) => metadata.name === name);
    if (pod !== undefined) await events.event(pod, 'Warning', 'NotDeleted', message);
  }
  const counts = {
    currentHealthy: healthy(pods, disrupted.pods),
    ...desired(budget, pods.length, scale.total),
  };
  await write(context, budget, budgetStatus(budget, counts, disrupted.pods, now()));
  return disrupted.recheck === undefined ? DONE : { outcome: 'after', seconds: disrupted.recheck };
}

async function podsOf({ client }: ReconcileContext, { metadata, spec }: PodDisruptionBudget): Promise<Pod[]> {
  if (spec?.selector === undefined) return [];
  const labelSelector = formatLabelSelector(labelSelectorRequirements(spec.selector as LabelSelector));
  return (await client.list(PODS, { namespace: metadata.namespace ?? '', labelSelector })).items;
}

async function warnOfUnmanaged({ events }: ReconcileContext, budget: PodDisruptionBudget): Promise<void> {
  const selector = formatLabelSelector(labelSelectorRequirements((budget.spec?.selector ?? {}) as LabelSelector));
  const message = `Pods selected by this PodDisruptionBudget (selector: ${selector}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.`;
  await events.event(budget, 'Warning', 'UnmanagedPods', message);
}

async function write({ client }: ReconcileContext, budget: PodDisruptionBudget, status: BudgetStatus): Promise<void> {
  if (semanticEqual(status, budget.status)) return;
  await client.updateStatus(POD_DISRUPTION_BUDGETS, { ...budget, status });
}
