import type { Reader } from '../../client/contract.ts';
import { type Pod, PRIORITY_CLASSES, type PriorityClass } from '../../client/resources.ts';
import { SYSTEM_PRIORITY_CLASSES } from '../../meta/system-priority-classes.ts';
import type { AdmissionPlugin, AdmissionRequest } from './contract.ts';
import { forbid, isAbout } from './forbid.ts';
import { recentLists } from './recent-lists.ts';

const PREEMPTION = 'PreemptLowerPriority';

type PodSpec = NonNullable<Pod['spec']>;
type Class = Pick<PriorityClass, 'value' | 'preemptionPolicy'> & { name: string };

/** Upstream's Priority: resolves priorityClassName to a number, and lets one class at most be the default. */
export function priority({ readerOf }: { readerOf(tenant: string): Reader }): AdmissionPlugin {
  const classes = recentLists<PriorityClass>(readerOf, PRIORITY_CLASSES);

  async function classOf(request: AdmissionRequest, name: string | undefined): Promise<Class | undefined> {
    // They are there in every cluster, also while it is being set up.
    const system = SYSTEM_PRIORITY_CLASSES.find((each) => each.name === name);
    if (system !== undefined) return system;
    const all = await classes.list(request.tenant, '');
    if (!name) return described(defaultOf(all));
    const known = all.find(({ metadata }) => metadata.name === name);
    return described(known ?? (await readerOf(request.tenant).find(PRIORITY_CLASSES, '', name)));
  }

  async function resolve(request: AdmissionRequest, spec: PodSpec): Promise<void> {
    const { priorityClassName: name, priority: given } = spec;
    const found = await classOf(request, name);
    if (name && found === undefined) throw forbid(request, `no PriorityClass with name ${name} was found`);
    const value = found?.value ?? 0;
    const policy = found?.preemptionPolicy ?? PREEMPTION;
    if (given !== undefined && given !== value) {
      throw forbid(
        request,
        `the integer value of priority (${given}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
      );
    }
    if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== policy) {
      throw forbid(
        request,
        `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`,
      );
    }
    if (found !== undefined) spec.priorityClassName = found.name;
    spec.priority = value;
    spec.preemptionPolicy = policy as NonNullable<PodSpec['preemptionPolicy']>;
  }

  return {
    name: 'Priority',
    handles: (request) =>
      classes.isWrite(request) ||
      ((request.operation === 'CREATE' || request.operation === 'UPDATE') && isAbout(request, '', 'pods')),
    async admit(request) {
      if (classes.isWrite(request)) return;
      const { spec } = request.object as unknown as Pod;
      if (spec === undefined) return;
      if (request.operation === 'CREATE') await resolve(request, spec);
      else keep(spec, (request.old as unknown as Pod).spec ?? { containers: [] });
    },
    async validate(request) {
      if (!classes.isWrite(request)) return;
      classes.written(request);
      const { globalDefault } = (request.object ?? {}) as Partial<PriorityClass>;
      if (globalDefault !== true) return;
      const other = defaultOf(await classes.list(request.tenant, ''));
      if (other === undefined || (request.operation === 'UPDATE' && other.metadata.name === request.name)) return;
      throw forbid(request, `PriorityClass ${other.metadata.name} is already marked as globalDefault`);
    },
  };
}

/** Of several, which only races can make, the lowest. */
function defaultOf(classes: readonly PriorityClass[]): PriorityClass | undefined {
  const defaults = classes.filter(({ globalDefault }) => globalDefault === true);
  return defaults.sort((a, b) => (a.value ?? 0) - (b.value ?? 0))[0];
}

function described(found: PriorityClass | undefined): Class | undefined {
  return found === undefined ? undefined : { ...found, name: found.metadata.name ?? '' };
}

/** A client that knows neither field must not thereby appear to remove them. */
function keep(spec: PodSpec, old: PodSpec): void {
  if (spec.priority === undefined && old.priority !== undefined) spec.priority = old.priority;
  if (spec.preemptionPolicy === undefined && old.preemptionPolicy !== undefined) {
    spec.preemptionPolicy = old.preemptionPolicy;
  }
}
