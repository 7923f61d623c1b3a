import type { BuiltInGroup } from '../group.ts';
import { eventsDefaults } from './defaults.ts';
import { events as eventResources } from './event.ts';

export const events: BuiltInGroup = {
  group: 'events.k8s.io',
  resources: [eventResources],
  defaults: [eventsDefaults],
};
