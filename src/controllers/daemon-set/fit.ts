/** Which nodes a DaemonSet means. Pure; upstream's NodeShouldRunDaemonPod. */
import type { Node, Pod } from '../../client/resources.ts';
import { own } from '../../meta/own.ts';
import { anyTermMatches } from '../../scheduler/node-selector.ts';
import { toleratesAny } from '../../scheduler/tolerations.ts';

export interface Fit {
  /** A pod is to be made there. */
  shouldRun: boolean;
  /** A pod that is there already may stay. */
  shouldContinue: boolean;
}

const NOWHERE: Fit = { shouldRun: false, shouldContinue: false };

/** `spec` with the tolerations that pods of DaemonSets get. Resources do not matter: the scheduler says what lacks. */
export function fitOf(spec: Partial<NonNullable<Pod['spec']>>, node: Node): Fit {
  if (spec.nodeName && spec.nodeName !== node.metadata.name) return NOWHERE;
  const labels = node.metadata.labels ?? {};
  if (!Object.entries(spec.nodeSelector ?? {}).every(([key, value]) => own(labels, key) === value)) return NOWHERE;
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  if (required && !anyTermMatches(required.nodeSelectorTerms, { name: node.metadata.name ?? '', labels }))
    return NOWHERE;
  const untolerated = (node.spec?.taints ?? []).filter((taint) => !toleratesAny(spec.tolerations, taint));
  const drivesOut = untolerated.some(({ effect }) => effect === 'NoExecute');
  return {
    shouldRun: !drivesOut && !untolerated.some(({ effect }) => effect === 'NoSchedule'),
    shouldContinue: !drivesOut,
  };
}

/** What of a node decides about DaemonSets. Heartbeats do not. */
export function nodeTraits({ metadata, spec }: Node): unknown {
  return [metadata.labels, (spec?.taints ?? []).map(({ key, value, effect }) => ({ key, value, effect }))];
}
