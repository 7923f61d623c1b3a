/** Constant defaults of the storage kinds (upstream's SetDefaults_* of storage/v1). */
import { type PropertyDefaults, qualify } from '../merge-rules.ts';

export const storageDefaults: PropertyDefaults = qualify<unknown>('io.k8s.api.storage.v1', {
  // Empty structs stand where upstream's Go types hold a struct and no pointer: they are always there.
  CSIDriver: { spec: {} },
  CSIDriverSpec: {
    attachRequired: true,
    podInfoOnMount: false,
    storageCapacity: false,
    fsGroupPolicy: 'ReadWriteOnceWithFSType',
    requiresRepublish: false,
    seLinuxMount: false,
  },
  CSINode: { spec: {} },
  StorageClass: { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' },
  VolumeAttachment: { spec: {}, status: {} },
  VolumeAttachmentSpec: { source: {} },
});
