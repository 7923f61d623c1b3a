/** Events as core/v1 has them; events.k8s.io adds stricter rules to these. */
import type { IEvent } from 'kubernetes-models/v1/Event';
import { type FieldError, invalid, path, required } from '../../../meta/field-error.ts';
import { byteLength } from '../../../meta/names.ts';
import type { ObjectMeta } from '../../../meta/object.ts';
import { dns1123Subdomain, qualifiedName } from './checks.ts';

export type EventLike = Omit<IEvent, 'metadata' | 'apiVersion' | 'kind'> & { metadata: ObjectMeta };

const MAX_CHARACTERS = { reportingInstance: 128, action: 128, reason: 128, message: 1024 };

/** For creation and update alike. Events with an eventTime are of the new kind and say who reports them. */
export function validateEvent(event: EventLike): FieldError[] {
  const { namespace = '' } = event.metadata;
  const errors = event.eventTime ? validateReported(event) : validateOldNamespace(event);
  return [...errors, ...dns1123Subdomain(path('namespace'), namespace)];
}

function validateOldNamespace({ metadata, involvedObject }: EventLike): FieldError[] {
  const { namespace = '' } = metadata;
  const about = involvedObject.namespace ?? '';
  // Events about cluster-scoped objects are in the default namespace.
  if (about === namespace || (about === '' && namespace === 'default')) return [];
  return [mismatch(about)];
}

function mismatch(about: string): FieldError {
  return invalid(path('involvedObject').child('namespace'), about, 'does not match event.namespace');
}

function validateReported(event: EventLike): FieldError[] {
  const { metadata, involvedObject, reportingComponent = '' } = event;
  const errors: FieldError[] = [];
  if (!involvedObject.namespace && metadata.namespace !== 'default' && metadata.namespace !== 'kube-system') {
    errors.push(mismatch(''));
  }
  // The reporter is reportingComponent here and reportingController in events.k8s.io and in messages.
  const controller = path('reportingController');
  if (!reportingComponent) errors.push(required(controller));
  errors.push(...qualifiedName(controller, reportingComponent));
  for (const [name, max] of Object.entries(MAX_CHARACTERS) as [keyof typeof MAX_CHARACTERS, number][]) {
    const value = event[name] ?? '';
    if (value === '' && name !== 'message') errors.push(required(path(name)));
    if (byteLength(value) > max) errors.push(invalid(path(name), '', `can have at most ${max} characters`));
  }
  return errors;
}

/** core/v1 lets events change; the rules above hold again. */
export function validateEventUpdate(_event: EventLike, _old: EventLike): FieldError[] {
  return [];
}
