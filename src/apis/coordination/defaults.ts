/** Constant defaults of the coordination kinds. */
import { type PropertyDefaults, qualify } from '../merge-rules.ts';

export const coordinationDefaults: PropertyDefaults = qualify<unknown>('io.k8s.api.coordination.v1', {
  // Upstream's Go type holds a struct and no pointer: it is always there.
  Lease: { spec: {} },
});
