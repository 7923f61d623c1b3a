/** Events as events.k8s.io/v1 has them: the rules of core/v1 Events, and stricter ones. Paths are those of core/v1. */
import type { IEvent } from 'kubernetes-models/events.k8s.io/v1/Event';
import { deepEqual } from '../../../meta/equal.ts';
import { type FieldError, invalid, path, required } from '../../../meta/field-error.ts';
import type { ObjectMeta } from '../../../meta/object.ts';
import { IMMUTABLE } from '../../core/validation/checks.ts';
import { validateEvent as validateCoreEvent } from '../../core/validation/event.ts';

type EventLike = Omit<IEvent, 'metadata' | 'apiVersion' | 'kind'> & { metadata: ObjectMeta };

/** What every event of this group must satisfy, on creation and update. */
export function validateEvent(event: EventLike): FieldError[] {
  return validateCoreEvent({
    metadata: event.metadata,
    eventTime: event.eventTime,
    involvedObject: event.regarding ?? {},
    reportingComponent: event.reportingController,
    reportingInstance: event.reportingInstance,
    action: event.action,
    reason: event.reason,
    message: event.note,
  });
}

/** What is required of new events only; comes on top of {@link validateEvent}. */
export function validateEventCreate(event: EventLike): FieldError[] {
  const { eventTime, type = '', deprecatedCount, deprecatedSource } = event;
  const errors = validateSeries(event);
  if (!eventTime) errors.push(required(path('eventTime')));
  if (type !== 'Normal' && type !== 'Warning') errors.push(invalid(path('type'), '', `has invalid value: ${type}`));
  const old = {
    firstTimestamp: event.deprecatedFirstTimestamp,
    lastTimestamp: event.deprecatedLastTimestamp,
    count: deprecatedCount,
    source: deprecatedSource?.component || deprecatedSource?.host,
  };
  for (const [name, value] of Object.entries(old)) {
    if (value) errors.push(invalid(path(name), '', 'needs to be unset'));
  }
  return errors;
}

/** Fields by the names that upstream reports them under. Only the series may grow. */
const FIXED: Readonly<Record<string, keyof IEvent>> = {
  involvedObject: 'regarding',
  reason: 'reason',
  message: 'note',
  source: 'deprecatedSource',
  firstTimestamp: 'deprecatedFirstTimestamp',
  lastTimestamp: 'deprecatedLastTimestamp',
  count: 'deprecatedCount',
  type: 'type',
  eventTime: 'eventTime',
  action: 'action',
  related: 'related',
  reportingController: 'reportingController',
  reportingInstance: 'reportingInstance',
};

/** Comes on top of {@link validateEvent}. */
export function validateEventUpdate(event: EventLike, old: EventLike): FieldError[] {
  const errors = sameSeries(event.series, old.series) ? [] : validateSeries(event);
  for (const [name, field] of Object.entries(FIXED) as [string, keyof EventLike][]) {
    if (!deepEqual(event[field], old[field])) errors.push(invalid(path(name), event[field], IMMUTABLE));
  }
  return errors;
}

/** A core/v1 Event may have been stored with an empty series: its count is 0 then, as that of one that says so. */
function sameSeries(a: EventLike['series'], b: EventLike['series']): boolean {
  if (a === undefined || b === undefined) return a === b;
  return deepEqual({ ...a, count: a.count ?? 0 }, { ...b, count: b.count ?? 0 });
}

function validateSeries({ series }: EventLike): FieldError[] {
  if (series === undefined) return [];
  const errors: FieldError[] = [];
  if ((series.count ?? 0) < 2) errors.push(invalid(path('series.count'), '', 'should be at least 2'));
  if (!series.lastObservedTime) errors.push(required(path('series.lastObservedTime')));
  return errors;
}
