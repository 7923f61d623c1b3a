/** Constant defaults of the events kinds. */
import { type PropertyDefaults, qualify } from '../merge-rules.ts';

export const eventsDefaults: PropertyDefaults = qualify<unknown>('io.k8s.api.events.v1', {
  // Upstream's Go type holds a struct and no pointer: it is always there.
  Event: { regarding: {} },
});
