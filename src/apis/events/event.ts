import type { IEvent } from 'kubernetes-models/events.k8s.io/v1/Event';
import type { IEvent as ICoreEvent } from 'kubernetes-models/v1/Event';
import type { UnknownObject } from '../../meta/object.ts';
import { builtIn, type Column, type Stored } from '../built-in.ts';
import { eventColumns } from '../core/event-columns.ts';
import { validateEvent, validateEventCreate, validateEventUpdate } from './validation/event.ts';

export type Event = Stored<IEvent>;
type CoreEvent = Stored<ICoreEvent>;

/** Where the same value stands in events.k8s.io/v1 and in core/v1; other fields have the same name in both. */
const RENAMED: readonly (readonly [string, string])[] = [
  ['regarding', 'involvedObject'],
  ['note', 'message'],
  ['reportingController', 'reportingComponent'],
  ['deprecatedSource', 'source'],
  ['deprecatedFirstTimestamp', 'firstTimestamp'],
  ['deprecatedLastTimestamp', 'lastTimestamp'],
  ['deprecatedCount', 'count'],
];
const TO_CORE = new Map(RENAMED);
const FROM_CORE = new Map(RENAMED.map(([name, core]) => [core, name]));

function rename(object: UnknownObject, names: ReadonlyMap<string, string>): UnknownObject {
  const entries = Object.entries(object).map(([field, value]) => [names.get(field) ?? field, value]);
  return Object.fromEntries(entries) as UnknownObject;
}

const toCore = (event: UnknownObject): UnknownObject => rename(event, TO_CORE);

function printed(column: Column<CoreEvent>): Column<Event> {
  return {
    ...column,
    cell: (event, now) => column.cell(toCore(event as unknown as UnknownObject) as unknown as CoreEvent, now),
  };
}

export const events = builtIn<Event>('io.k8s.api.events.v1.Event', {
  resource: 'events',
  singular: 'event',
  shortNames: ['ev'],
  namespaced: true,
  storedAs: 'events',
  toStored: toCore,
  fromStored: (object) => rename(object, FROM_CORE),
  strategy: {
    allowCreateOnUpdate: true,
    validate: validateEvent,
    validateCreate: validateEventCreate,
    validateUpdate: validateEventUpdate,
  },
  selectableFields: {
    'regarding.kind': ({ regarding }) => regarding?.kind ?? '',
    'regarding.namespace': ({ regarding }) => regarding?.namespace ?? '',
    'regarding.name': ({ regarding }) => regarding?.name ?? '',
    'regarding.uid': ({ regarding }) => regarding?.uid ?? '',
    'regarding.apiVersion': ({ regarding }) => regarding?.apiVersion ?? '',
    'regarding.resourceVersion': ({ regarding }) => regarding?.resourceVersion ?? '',
    'regarding.fieldPath': ({ regarding }) => regarding?.fieldPath ?? '',
    reason: ({ reason }) => reason ?? '',
    reportingController: ({ reportingController }) => reportingController ?? '',
    type: ({ type }) => type ?? '',
  },
  columns: eventColumns.map(printed),
});
