/**
 * Defaults of pod specs that depend on other fields (upstream's SetDefaults_* of core/v1): first those of every pod
 * template, then those that only pods get.
 */
import type { IContainer } from 'kubernetes-models/v1/Container';
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';
import type { IVolume } from 'kubernetes-models/v1/Volume';
import { own, setOwn } from '../../meta/own.ts';
import { addQuantity, formatQuantity } from '../../meta/quantity.ts';
import { defaultPullPolicy } from './image-pull-policy.ts';

/** Pod templates and pods. */
export function defaultPodSpec(spec: IPodSpec): void {
  // The old name of the field is kept equal to the new one.
  const account = spec.serviceAccountName || spec.serviceAccount;
  if (account) {
    spec.serviceAccountName = account;
    spec.serviceAccount = account;
  }
  for (const container of containersOf(spec)) defaultContainer(container);
  for (const volume of spec.volumes ?? []) defaultVolume(volume);
}

/** Pods alone: templates keep these open. */
export function defaultPodOnly(spec: IPodSpec): void {
  spec.enableServiceLinks ??= true;
  for (const container of [...(spec.containers ?? []), ...(spec.initContainers ?? [])]) {
    const { limits } = container.resources ?? {};
    if (limits === undefined || Object.keys(limits).length === 0) continue;
    container.resources = { ...container.resources, requests: { ...limits, ...container.resources?.requests } };
  }
  defaultPodRequests(spec);
  if (spec.hostNetwork === true) {
    for (const { ports = [] } of [...(spec.containers ?? []), ...(spec.initContainers ?? [])]) {
      for (const port of ports) port.hostPort ||= port.containerPort;
    }
  }
}

/** Regular, init and ephemeral containers. */
export function containersOf(spec: IPodSpec): IContainer[] {
  return [...(spec.initContainers ?? []), ...(spec.containers ?? []), ...(spec.ephemeralContainers ?? [])];
}

function defaultContainer(container: IContainer): void {
  container.imagePullPolicy ||= defaultPullPolicy(container.image ?? '');
}

function defaultVolume(volume: IVolume): void {
  if (Object.keys(volume).every((field) => field === 'name')) volume.emptyDir = {};
  if (volume.image !== undefined) volume.image.pullPolicy ||= defaultPullPolicy(volume.image.reference ?? '');
}

/** Resources that a pod as a whole can be given. */
const POD_LEVEL = /^(cpu|memory|hugepages-.+)$/;

/** With limits of the whole pod: its requests are what its containers request, or else the limits. */
function defaultPodRequests(spec: IPodSpec): void {
  const limits = spec.resources?.limits;
  if (limits === undefined || Object.keys(limits).length === 0) return;
  const requests = { ...spec.resources?.requests };
  const aggregated: Record<string, string> = {};
  for (const { resources } of spec.containers ?? []) {
    for (const [name, amount] of Object.entries(resources?.requests ?? {})) {
      setOwn(aggregated, name, formatQuantity(addQuantity(own(aggregated, name) ?? '0', amount)));
    }
  }
  for (const [name, amount] of Object.entries(aggregated)) {
    if (POD_LEVEL.test(name) && !name.startsWith('hugepages-')) requests[name] ??= amount;
  }
  for (const [name, amount] of Object.entries(limits)) if (POD_LEVEL.test(name)) requests[name] ??= amount;
  spec.resources = { ...spec.resources, requests };
}
