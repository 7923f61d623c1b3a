/** What a PodDisruptionBudget says to the eviction of a pod. Upstream: pkg/registry/core/pod/storage/eviction.go. */
import type { IPod } from 'kubernetes-models/v1/Pod';
import { cloneJson } from '../../../meta/clone.ts';
import { type KubeObject, timestamp, type UnknownObject } from '../../../meta/object.ts';
import { setOwn } from '../../../meta/own.ts';
import { type LabelSelector, labelSelectorRequirements, matchesLabels } from '../../../meta/selectors.ts';
import { StatusError } from '../../../meta/status-error.ts';
import type { WriteOptions } from '../../request/options.ts';
import { type RegistryDeps, type Scope, subjectOf } from '../context.ts';
import { writeExisting } from '../pipeline.ts';
import { parseStored, storedResource } from '../stored-form.ts';
import type { Change, Passed } from '../writing.ts';

type Pod = KubeObject & Pick<IPod, 'spec' | 'status'>;

interface Status {
  observedGeneration?: number;
  disruptionsAllowed?: number;
  currentHealthy?: number;
  desiredHealthy?: number;
  disruptedPods?: Record<string, string>;
  conditions?: { type: string; status: string; reason: string; message: string; [field: string]: unknown }[];
}

interface Budget extends UnknownObject {
  spec?: { selector?: LabelSelector; unhealthyPodEvictionPolicy?: string };
  status?: Status;
}

/** Evictions that the controller has not seen the end of. */
const MAX_DISRUPTED = 2000;
const VIOLATES = "Cannot evict pod as it would violate the pod's disruption budget.";
const STILL_PROCESSED_SECONDS = 10;

/**
 * Takes one disruption from the budget of the pod, if it has one. Throws 429 while the budget allows none, 500 for a pod
 * of several budgets. Answers whether the pod must still be as it was read: it was let go because it is not healthy.
 */
export async function spendBudget(
  deps: RegistryDeps,
  scope: Scope,
  pod: UnknownObject,
  options: WriteOptions,
  passed: Passed,
): Promise<{ asRead: boolean }> {
  const { phase = 'Pending' } = (pod as Pod).status ?? {};
  if (phase === 'Succeeded' || phase === 'Failed' || pod.metadata.deletionTimestamp !== undefined) {
    return { asRead: false };
  }
  // It disrupts nothing while it has not begun.
  if (phase === 'Pending') return { asRead: true };
  const definition = scope.surface.find('policy', 'v1', 'poddisruptionbudgets');
  if (definition === undefined) return { asRead: false };
  const { namespace } = scope;
  const { items } = await deps.store.list(scope.tenant, { resource: storedResource(definition), namespace });
  const budgets = items.map((item) => parseStored(definition, item) as Budget).filter((each) => covers(each, pod));
  const [budget, another] = budgets;
  if (budget === undefined) return { asRead: false };
  if (another !== undefined) {
    const message = 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.';
    throw new StatusError(500, 'InternalError', message);
  }
  if (!isReady(pod as Pod) && sparesUnhealthy(budget)) return { asRead: true };
  const name = budget.metadata.name ?? '';
  const change: Change = (current) => {
    const object = cloneJson(current as Budget);
    object.status = spent(scope, object, pod.metadata.name ?? '', deps.now());
    return { object, conditional: false };
  };
  await writeExisting({ deps, scope: { ...scope, definition }, name, subresource: 'status', options, change, passed });
  return { asRead: false };
}

function isReady({ status }: Pod): boolean {
  return status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
}

/** A selector that is not there selects none; an empty one selects all. */
function covers({ spec }: Budget, pod: UnknownObject): boolean {
  return spec?.selector !== undefined && matchesLabels(labelSelectorRequirements(spec.selector), pod.metadata.labels);
}

function sparesUnhealthy({ spec, status }: Budget): boolean {
  if (spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  const { currentHealthy = 0, desiredHealthy = 0 } = status ?? {};
  return desiredHealthy > 0 && currentHealthy >= desiredHealthy;
}

function spent(scope: Scope, budget: Budget, podName: string, now: Date): Status {
  const status = budget.status ?? {};
  const { name = '', generation = 0 } = budget.metadata;
  const { disruptionsAllowed = 0, desiredHealthy = 0, currentHealthy = 0, disruptedPods = {} } = status;
  if ((status.observedGeneration ?? 0) < generation) {
    const message = `The disruption budget ${name} is still being processed by the server.`;
    throw refusal(message, STILL_PROCESSED_SECONDS);
  }
  const subject = { ...subjectOf(scope.definition), group: 'policy', resource: 'poddisruptionbudgets' };
  if (disruptionsAllowed < 0) throw StatusError.forbidden(subject, name, 'pdb disruptions allowed is negative');
  if (Object.keys(disruptedPods).length > MAX_DISRUPTED) {
    const message = 'DisruptedPods map too big - too many evictions not confirmed by PDB controller';
    throw StatusError.forbidden(subject, name, message);
  }
  if (disruptionsAllowed === 0) throw refusal(whyNone(name, status, desiredHealthy, currentHealthy));
  const disrupted = { ...disruptedPods };
  setOwn(disrupted, podName, timestamp(now));
  const left = { ...status, disruptionsAllowed: disruptionsAllowed - 1, disruptedPods: disrupted };
  return left.disruptionsAllowed > 0 ? left : { ...left, conditions: usedUp(status, generation, now) };
}

function whyNone(name: string, { conditions = [] }: Status, desired: number, current: number): string {
  const failed = conditions.find(({ type, reason }) => type === 'DisruptionAllowed' && reason === 'SyncFailed');
  if (failed === undefined)
    return `The disruption budget ${name} needs ${desired} healthy pods and has ${current} currently`;
  return `The disruption budget ${name} does not allow evicting pods currently because it failed sync: ${failed.message}`;
}

function refusal(message: string, retryAfterSeconds?: number): StatusError {
  const causes = [{ reason: 'DisruptionBudget', message }];
  return new StatusError(429, 'TooManyRequests', VIOLATES, {
    causes,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}

function usedUp({ conditions = [] }: Status, observedGeneration: number, now: Date): NonNullable<Status['conditions']> {
  const condition = {
    type: 'DisruptionAllowed',
    status: 'False',
    reason: 'InsufficientPods',
    message: '',
    observedGeneration,
    lastTransitionTime: timestamp(now),
  };
  return [...conditions.filter(({ type }) => type !== condition.type), condition];
}
