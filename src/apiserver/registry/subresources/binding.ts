/** POST pods/binding: the scheduler's answer. */
import { type FieldError, notSupported, required } from '../../../meta/field-error.ts';
import { type ObjectMeta, timestamp, type UnknownObject } from '../../../meta/object.ts';
import { StatusError } from '../../../meta/status-error.ts';
import { admissionRequest, type RegistryDeps, type Scope, subjectOf } from '../context.ts';
import { pass } from '../door.ts';
import { updateWith } from '../update.ts';

export interface Binding {
  apiVersion?: string;
  kind?: string;
  metadata?: ObjectMeta;
  target?: { kind?: string; name?: string };
}

interface BindablePod {
  spec: { nodeName?: string; schedulingGates?: unknown[] };
  status?: { conditions?: PodCondition[] };
}

interface PodCondition {
  type: string;
  status: string;
  lastTransitionTime?: string;
  lastProbeTime?: string | null;
  reason?: string;
  message?: string;
}

/** Assigns a pod to a node, once. Throws Conflict for a pod that has a node or is being deleted. */
export async function bind(
  deps: RegistryDeps,
  scope: Scope,
  name: string,
  binding: Binding,
  options: { dryRun: boolean },
): Promise<void> {
  const request = admissionRequest(scope, 'CREATE', name, 'binding', options.dryRun);
  request.object = binding as unknown as UnknownObject;
  const passed = await pass(deps, request, () => checkBinding(name, binding));
  const node = binding.target?.name ?? '';
  const subject = subjectOf(scope.definition);
  await updateWith(
    deps,
    scope,
    name,
    (current) => {
      const object = structuredClone(current);
      const pod = object as unknown as BindablePod;
      const uid = binding.metadata?.uid;
      if (uid && uid !== object.metadata.uid) {
        throw StatusError.conflict(
          subject,
          name,
          `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${object.metadata.uid ?? ''}`,
        );
      }
      if (object.metadata.deletionTimestamp !== undefined) {
        throw StatusError.conflict(subject, name, `pod ${name} is being deleted, cannot be assigned to a host`);
      }
      if (pod.spec.nodeName) {
        throw StatusError.conflict(
          subject,
          name,
          `pod ${name} is already assigned to node ${JSON.stringify(pod.spec.nodeName)}`,
        );
      }
      if ((pod.spec.schedulingGates?.length ?? 0) > 0) {
        throw StatusError.conflict(subject, name, `pod ${name} has non-empty .spec.schedulingGates`);
      }
      pod.spec.nodeName = node;
      if (binding.metadata?.annotations !== undefined) {
        object.metadata.annotations = { ...object.metadata.annotations, ...binding.metadata.annotations };
      }
      pod.status ??= {};
      setScheduled(pod.status, timestamp(deps.now()));
      return { object, conditional: false, passed };
    },
    { dryRun: options.dryRun, subresource: 'binding' },
  );
}

function checkBinding(name: string, binding: Binding): void {
  if (binding.metadata?.name !== undefined && binding.metadata.name !== name) {
    throw StatusError.badRequest('name in URL does not match name in Binding object');
  }
  const errors: FieldError[] = [];
  const { kind, name: target } = binding.target ?? {};
  if (kind !== undefined && kind !== '' && kind !== 'Node')
    errors.push(notSupported('target.kind', kind, ['Node', '<empty>']));
  if (target === undefined || target === '') errors.push(required('target.name'));
  if (errors.length > 0) throw StatusError.invalid({ group: '', kind: 'Binding' }, name, errors);
}

function setScheduled(status: { conditions?: PodCondition[] }, now: string): void {
  status.conditions ??= [];
  const { conditions } = status;
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
