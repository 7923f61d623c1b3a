/** Names, labels and claims of a StatefulSet's pods. Pure; upstream's stateful_set_utils. */
import { type PersistentVolumeClaim, type Pod, STATEFUL_SETS, type StatefulSet } from '../../client/resources.ts';
import { own } from '../../meta/own.ts';
import { podOfTemplate } from '../shared/pod-control.ts';
import { REVISION_LABEL } from '../shared/revisions.ts';

const POD_NAME_LABEL = 'statefulset.kubernetes.io/pod-name';
const POD_INDEX_LABEL = 'apps.kubernetes.io/pod-index';

type Template = NonNullable<StatefulSet['spec']>['template'];

export function startOrdinal({ spec }: StatefulSet): number {
  return spec?.ordinals?.start ?? 0;
}

/** The set's name and the ordinal that a pod's name says; undefined for other names. */
export function parseName(name: string): { set: string; ordinal: number } | undefined {
  const found = /^(.*)-(0|[1-9]\d{0,9})$/s.exec(name);
  if (found === null) return undefined;
  return { set: found[1]!, ordinal: Number(found[2]) };
}

/** Whatever its labels: only a pod of such a name can be one of the set's. */
export function isMember(set: StatefulSet, { metadata }: Pod): boolean {
  return parseName(metadata.name ?? '')?.set === set.metadata.name;
}

export function ordinalOf({ metadata }: Pod): number {
  return parseName(metadata.name ?? '')?.ordinal ?? -1;
}

export function revisionOf({ metadata }: Pod): string {
  return metadata.labels?.[REVISION_LABEL] ?? '';
}

/** Labels by which each pod can be found, alone; `revision` is a name. */
export function identityLabels(name: string): Record<string, string> {
  return { [POD_NAME_LABEL]: name, [POD_INDEX_LABEL]: String(parseName(name)?.ordinal ?? '') };
}

export function hasIdentity({ metadata }: Pod): boolean {
  return Object.entries(identityLabels(metadata.name ?? '')).every(
    ([key, value]) => own(metadata.labels, key) === value,
  );
}

export function claimName(set: StatefulSet, template: string, ordinal: number): string {
  return `${template}-${set.metadata.name}-${ordinal}`;
}

/** The claims of the pod of that ordinal, without owners. */
export function claimsOf(set: StatefulSet, ordinal: number): PersistentVolumeClaim[] {
  return (set.spec?.volumeClaimTemplates ?? []).map(({ metadata, spec }) => {
    const labels = { ...metadata?.labels, ...set.spec?.selector?.matchLabels };
    return {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: {
        name: claimName(set, metadata?.name ?? '', ordinal),
        namespace: set.metadata.namespace ?? '',
        labels,
        ...(metadata?.annotations === undefined ? {} : { annotations: { ...metadata.annotations } }),
      },
      ...(spec === undefined ? {} : { spec: structuredClone(spec) }),
    } as PersistentVolumeClaim;
  });
}

/** The pod of that ordinal, of the template of a revision. A volume of a claim template's name is the claim. */
export function statefulPod(set: StatefulSet, ordinal: number, template: Template | undefined, revision: string): Pod {
  const pod = podOfTemplate(set, STATEFUL_SETS, template);
  const name = `${set.metadata.name}-${ordinal}`;
  delete pod.metadata.generateName;
  pod.metadata.name = name;
  pod.metadata.labels = { ...pod.metadata.labels, ...identityLabels(name), [REVISION_LABEL]: revision };
  if (pod.spec === undefined) return pod;
  pod.spec.hostname = name;
  pod.spec.subdomain = set.spec?.serviceName ?? '';
  const claims = (set.spec?.volumeClaimTemplates ?? []).map(({ metadata }) => metadata?.name ?? '');
  if (claims.length > 0) {
    pod.spec.volumes = [
      ...claims.map((each) => ({
        name: each,
        persistentVolumeClaim: { claimName: claimName(set, each, ordinal), readOnly: false },
      })),
      ...(pod.spec.volumes ?? []).filter((volume) => !claims.includes(volume.name)),
    ];
  }
  return pod;
}
