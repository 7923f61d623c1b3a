import type { Pod } from '../../client/resources.ts';
import type { AdmissionPlugin, AdmissionRequest } from './contract.ts';
import { forbid, isAbout } from './forbid.ts';

/** The classes that exist in every cluster. */
const CLASSES: ReadonlyMap<string, number> = new Map([
  ['system-node-critical', 2_000_001_000],
  ['system-cluster-critical', 2_000_000_000],
]);
const PREEMPTION = 'PreemptLowerPriority';

type PodSpec = NonNullable<Pod['spec']>;

/** Upstream's Priority: resolves priorityClassName to a number. Only the built-in classes are known. */
export function priority(): AdmissionPlugin {
  return {
    name: 'Priority',
    handles: (request) =>
      (request.operation === 'CREATE' || request.operation === 'UPDATE') && isAbout(request, '', 'pods'),
    async admit(request) {
      const { spec } = request.object as unknown as Pod;
      if (spec === undefined) return;
      if (request.operation === 'CREATE') resolve(request, spec);
      else keep(spec, (request.old as unknown as Pod).spec ?? { containers: [] });
    },
  };
}

function resolve(request: AdmissionRequest, spec: PodSpec): void {
  const { priorityClassName, priority: given, preemptionPolicy = PREEMPTION } = spec;
  const value = priorityClassName ? CLASSES.get(priorityClassName) : 0;
  if (value === undefined) throw forbid(request, `no PriorityClass with name ${priorityClassName} was found`);
  if (given !== undefined && given !== value) {
    throw forbid(
      request,
      `the integer value of priority (${given}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
    );
  }
  if (preemptionPolicy !== PREEMPTION) {
    throw forbid(
      request,
      `the string value of PreemptionPolicy (${preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${PREEMPTION} from the given PriorityClass name`,
    );
  }
  spec.priority = value;
  spec.preemptionPolicy = preemptionPolicy;
}

/** A client that knows neither field must not thereby appear to remove them. */
function keep(spec: PodSpec, old: PodSpec): void {
  if (spec.priority === undefined && old.priority !== undefined) spec.priority = old.priority;
  if (spec.preemptionPolicy === undefined && old.preemptionPolicy !== undefined) {
    spec.preemptionPolicy = old.preemptionPolicy;
  }
}
