import type { Pod } from '../client/resources.ts';

/**
 * A hard constraint that the scheduler does not know yet, or undefined. Such a pod is left unscheduled with this in its
 * message: placing it anyway could break what its author relies on (two replicas of a quorum on one machine, a pod
 * without its volume). Soft constraints of the same kinds are passed over.
 */
export function unsupportedConstraint({ spec }: Pod): string | undefined {
  const affinity = spec?.affinity;
  const found =
    (affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).length > 0
      ? 'required pod affinity'
      : (affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).length > 0
        ? 'required pod anti-affinity'
        : spec?.topologySpreadConstraints?.some(({ whenUnsatisfiable }) => whenUnsatisfiable === 'DoNotSchedule')
          ? 'topology spread constraints with DoNotSchedule'
          : spec?.volumes?.some(({ persistentVolumeClaim, ephemeral }) => persistentVolumeClaim ?? ephemeral)
            ? 'persistent volume claims'
            : (spec?.resourceClaims ?? []).length > 0
              ? 'resource claims'
              : undefined;
  return found && `the pod asks for ${found}, which Kedge's scheduler does not support yet`;
}
