import type { Reader } from '../../client/contract.ts';
import { type Pod, RUNTIME_CLASSES, type RuntimeClass } from '../../client/resources.ts';
import { semanticEqual } from '../../meta/equal.ts';
import { own } from '../../meta/own.ts';
import type { AdmissionPlugin, AdmissionRequest } from './contract.ts';
import { forbid, isAbout } from './forbid.ts';

type PodSpec = NonNullable<Pod['spec']>;

/**
 * Upstream's RuntimeClass: a pod that asks for a runtime which the cluster has not is refused, and never run by another.
 * From its class it gets what the runtime itself needs, and where it runs.
 */
export function runtimeClass({ readerOf }: { readerOf(tenant: string): Reader }): AdmissionPlugin {
  return {
    name: 'RuntimeClass',
    handles: (request) => request.operation === 'CREATE' && isAbout(request, '', 'pods'),
    async admit(request) {
      const { spec } = request.object as unknown as Pod;
      const name = spec?.runtimeClassName ?? '';
      if (spec === undefined || name === '') return;
      const found = await readerOf(request.tenant).find(RUNTIME_CLASSES, '', name);
      // A name that cannot be one is for validation to tell.
      if (found !== undefined) merge(request, spec, found);
    },
    async validate(request) {
      const { runtimeClassName: name = '', overhead } = (request.object as unknown as Pod).spec ?? ({} as PodSpec);
      if (name === '') {
        if (overhead === undefined || Object.keys(overhead).length === 0) return;
        throw forbid(request, 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead');
      }
      if ((await readerOf(request.tenant).find(RUNTIME_CLASSES, '', name)) !== undefined) return;
      throw forbid(request, `pod rejected: RuntimeClass ${JSON.stringify(name)} not found`);
    },
  };
}

function merge(request: AdmissionRequest, spec: PodSpec, { overhead, scheduling }: RuntimeClass): void {
  const fixed = overhead?.podFixed;
  if (spec.overhead !== undefined && !semanticEqual(spec.overhead, fixed)) {
    throw forbid(request, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
  }
  if (fixed !== undefined) spec.overhead = { ...fixed };
  for (const [key, value] of Object.entries(scheduling?.nodeSelector ?? {})) {
    const given = own(spec.nodeSelector, key);
    if (given === undefined || given === value) continue;
    const why = `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${given}`;
    throw forbid(request, why);
  }
  if (scheduling?.nodeSelector !== undefined) spec.nodeSelector = { ...spec.nodeSelector, ...scheduling.nodeSelector };
  const more = (scheduling?.tolerations ?? []).filter(
    (each) => !(spec.tolerations ?? []).some((known) => semanticEqual(known, each)),
  );
  if (more.length > 0) spec.tolerations = [...(spec.tolerations ?? []), ...more];
}
