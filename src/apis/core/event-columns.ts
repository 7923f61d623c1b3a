/** How an event is printed, in its stored form (upstream's printEvent). */
import type { IEvent } from 'kubernetes-models/v1/Event';
import type { Column, Stored } from '../built-in.ts';
import { ageOf, described, nameColumn } from '../columns.ts';

type Event = Stored<IEvent>;

function firstSeen({ firstTimestamp, eventTime }: Event, now: Date): string {
  return ageOf(firstTimestamp ?? eventTime, now);
}

function lastSeen(event: Event, now: Date): string {
  if (event.series) return ageOf(event.series.lastObservedTime, now);
  return event.lastTimestamp ? ageOf(event.lastTimestamp, now) : firstSeen(event, now);
}

function target({ involvedObject }: Event): string {
  const kind = (involvedObject?.kind ?? '').toLowerCase();
  return involvedObject?.name ? `${kind}/${involvedObject.name}` : kind;
}

function source({ source = {}, reportingComponent, reportingInstance }: Event): string {
  const component = source.component || reportingComponent || '';
  const host = source.host || reportingInstance;
  return host ? `${component}, ${host}` : component;
}

const EVENT = 'io.k8s.api.core.v1.Event';
const REFERENCE = 'io.k8s.api.core.v1.ObjectReference';

export const eventColumns: readonly Column<Event>[] = [
  { name: 'Last Seen', type: 'string', description: described(EVENT, 'lastTimestamp'), cell: lastSeen },
  { name: 'Type', type: 'string', description: described(EVENT, 'type'), cell: ({ type }) => type ?? '' },
  { name: 'Reason', type: 'string', description: described(EVENT, 'reason'), cell: ({ reason }) => reason ?? '' },
  { name: 'Object', type: 'string', description: described(EVENT, 'involvedObject'), cell: target },
  {
    name: 'Subobject',
    type: 'string',
    priority: 1,
    description: described(REFERENCE, 'fieldPath'),
    cell: ({ involvedObject }) => involvedObject?.fieldPath ?? '',
  },
  { name: 'Source', type: 'string', priority: 1, description: described(EVENT, 'source'), cell: source },
  {
    name: 'Message',
    type: 'string',
    description: described(EVENT, 'message'),
    cell: ({ message }) => (message ?? '').trim(),
  },
  {
    name: 'First Seen',
    type: 'string',
    priority: 1,
    description: described(EVENT, 'firstTimestamp'),
    cell: firstSeen,
  },
  {
    name: 'Count',
    type: 'string',
    priority: 1,
    description: described(EVENT, 'count'),
    // Events of the newer API count only when they repeat.
    cell: ({ series, count }) => series?.count ?? (count || 1),
  },
  { ...nameColumn, priority: 1 },
];
