/** How the resource kinds merge, beyond the tags of Go's fields, and their constant defaults. */
import { inPackage, keyedBy, type MergeRules, type PropertyDefaults, qualify } from '../merge-rules.ts';

export const resourceMergeRules: MergeRules = inPackage('io.k8s.api.resource.v1', {
  ResourceClaimStatus: {
    devices: keyedBy('driver', 'device', 'pool'),
  },
});

export const resourceDefaults: PropertyDefaults = qualify<unknown>('io.k8s.api.resource.v1', {
  // Empty structs stand where upstream's Go types hold a struct and no pointer: they are always there.
  DeviceClass: { spec: {} },
  ResourceClaim: { spec: {}, status: {} },
  ResourceClaimSpec: { devices: {} },
  ResourceClaimTemplate: { spec: {} },
  ResourceClaimTemplateSpec: { spec: {} },
  ResourceSlice: { spec: {} },
  ResourceSliceSpec: { pool: {} },
  ExactDeviceRequest: { allocationMode: 'ExactCount' },
  DeviceSubRequest: { allocationMode: 'ExactCount' },
  DeviceToleration: { operator: 'Equal' },
});
