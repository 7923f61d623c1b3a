/** POST pods/binding: the scheduler's answer. */
import type { ActionSubresource } from '../../apiserver/registry/contract.ts';
import { type FieldError, notSupported, required } from '../../meta/field-error.ts';
import { timestamp } from '../../meta/object.ts';
import { StatusError } from '../../meta/status-error.ts';
import type { Pod } from './pod-strategy.ts';

interface Binding {
  target?: { kind?: string; name?: string };
}

interface Condition {
  type: string;
  status: string;
  lastTransitionTime?: string;
  reason?: string;
  message?: string;
}

const PODS = { group: '', resource: 'pods' };

/** Assigns a pod to a node, once. Refuses by Conflict for a pod that has a node or is being deleted. */
export const podBinding: ActionSubresource<Pod> = {
  by: 'action',
  verbs: ['create'],
  kind: { group: '', version: 'v1', kind: 'Binding' },
  validate(posted) {
    const { kind = '', name = '' } = (posted as Binding).target ?? {};
    const errors: FieldError[] = [];
    if (kind !== '' && kind !== 'Node') errors.push(notSupported('target.kind', kind, ['Node', '<empty>']));
    if (name === '') errors.push(required('target.name'));
    return errors;
  },
  apply({ now }, pod, posted) {
    const { name = '', deletionTimestamp } = pod.metadata;
    const refuse = (why: string) => StatusError.conflict(PODS, name, `pod ${name} ${why}`);
    if (deletionTimestamp !== undefined) throw refuse('is being deleted, cannot be assigned to a host');
    if (pod.spec?.nodeName) throw refuse(`is already assigned to node ${JSON.stringify(pod.spec.nodeName)}`);
    if ((pod.spec?.schedulingGates?.length ?? 0) > 0) throw refuse('has non-empty .spec.schedulingGates');
    const { annotations } = posted.metadata;
    pod.spec ??= { containers: [] };
    pod.spec.nodeName = (posted as Binding).target?.name ?? '';
    if (annotations !== undefined) pod.metadata.annotations = { ...pod.metadata.annotations, ...annotations };
    pod.status ??= {};
    pod.status.conditions ??= [];
    setScheduled(pod.status.conditions as Condition[], timestamp(now));
  },
};

function setScheduled(conditions: Condition[], now: string): void {
  const found = conditions.find((each) => each.type === 'PodScheduled');
  if (found === undefined) {
    conditions.push({ type: 'PodScheduled', status: 'True', lastTransitionTime: now });
    return;
  }
  if (found.status !== 'True') found.lastTransitionTime = now;
  found.status = 'True';
  delete found.reason;
  delete found.message;
}
