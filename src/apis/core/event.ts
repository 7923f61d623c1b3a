import type { IEvent } from 'kubernetes-models/v1/Event';
import { builtIn, type Stored } from '../built-in.ts';
import { eventColumns } from './event-columns.ts';
import { validateEvent, validateEventUpdate } from './validation/event.ts';

export type Event = Stored<IEvent>;

/** The store holds events in this form; events.k8s.io converts. */
export const events = builtIn<Event>('io.k8s.api.core.v1.Event', {
  resource: 'events',
  singular: 'event',
  shortNames: ['ev'],
  namespaced: true,
  storedAs: 'events',
  strategy: { allowCreateOnUpdate: true, validate: validateEvent, validateUpdate: validateEventUpdate },
  selectableFields: {
    'involvedObject.kind': ({ involvedObject }) => involvedObject?.kind ?? '',
    'involvedObject.namespace': ({ involvedObject }) => involvedObject?.namespace ?? '',
    'involvedObject.name': ({ involvedObject }) => involvedObject?.name ?? '',
    'involvedObject.uid': ({ involvedObject }) => involvedObject?.uid ?? '',
    'involvedObject.apiVersion': ({ involvedObject }) => involvedObject?.apiVersion ?? '',
    'involvedObject.resourceVersion': ({ involvedObject }) => involvedObject?.resourceVersion ?? '',
    'involvedObject.fieldPath': ({ involvedObject }) => involvedObject?.fieldPath ?? '',
    reason: ({ reason }) => reason ?? '',
    reportingComponent: ({ reportingComponent }) => reportingComponent ?? '',
    source: ({ source, reportingComponent }) => source?.component || reportingComponent || '',
    type: ({ type }) => type ?? '',
  },
  columns: eventColumns,
});
