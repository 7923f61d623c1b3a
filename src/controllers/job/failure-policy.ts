/** spec.podFailurePolicy: what a failed pod means. */
import type { Pod } from '../../client/resources.ts';
import type { JobSpec } from './pod-facts.ts';

type Rule = NonNullable<JobSpec['podFailurePolicy']>['rules'][number];

export interface Verdict {
  action?: Rule['action'];
  /** Whether the failure counts towards the limits. */
  counts: boolean;
  /** Of FailJob: why, in upstream's words. */
  message?: string;
}

/** The first rule that matches decides. */
export function judgeFailure({ podFailurePolicy }: JobSpec, pod: Pod): Verdict {
  const { namespace = '', name = '' } = pod.metadata;
  for (const [index, rule] of (podFailurePolicy?.rules ?? []).entries()) {
    const { action } = rule;
    const tail = `matching ${action} rule at index ${index}`;
    const container = rule.onExitCodes && matchingContainer(pod, rule.onExitCodes);
    if (container !== undefined) {
      const what = `Container ${container.name} for pod ${namespace}/${name} failed with exit code ${container.exitCode}`;
      return verdict(action, `${what} ${tail}`);
    }
    const condition = rule.onExitCodes === undefined ? matchingCondition(pod, rule.onPodConditions ?? []) : undefined;
    if (condition !== undefined) return verdict(action, `Pod ${namespace}/${name} has condition ${condition} ${tail}`);
  }
  return { counts: true };
}

function verdict(action: Rule['action'], message: string): Verdict {
  return { action, counts: action !== 'Ignore', ...(action === 'FailJob' ? { message } : {}) };
}

function matchingContainer(pod: Pod, { containerName, operator, values }: NonNullable<Rule['onExitCodes']>) {
  const { containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {};
  for (const { name, state } of [...containerStatuses, ...initContainerStatuses]) {
    if (containerName !== undefined && containerName !== name) continue;
    const exitCode = state?.terminated?.exitCode ?? 0;
    if (exitCode !== 0 && values.includes(exitCode) === (operator === 'In')) return { name, exitCode };
  }
  return undefined;
}

function matchingCondition(pod: Pod, patterns: NonNullable<Rule['onPodConditions']>): string | undefined {
  return (pod.status?.conditions ?? []).find((condition) =>
    patterns.some((pattern) => pattern.type === condition.type && (pattern.status ?? 'True') === condition.status),
  )?.type;
}
