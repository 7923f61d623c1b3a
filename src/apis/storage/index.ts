import type { BuiltInGroup } from '../group.ts';
import { csiDrivers } from './csi-driver.ts';
import { csiNodes } from './csi-node.ts';
import { csiStorageCapacities } from './csi-storage-capacity.ts';
import { storageDefaults } from './defaults.ts';
import { storageMergeRules } from './merge.ts';
import { storageClasses } from './storage-class.ts';
import { volumeAttachments } from './volume-attachment.ts';
import { volumeAttributesClasses } from './volume-attributes-class.ts';

export const storage: BuiltInGroup = {
  group: 'storage.k8s.io',
  resources: [csiDrivers, csiNodes, csiStorageCapacities, storageClasses, volumeAttachments, volumeAttributesClasses],
  mergeRules: [storageMergeRules],
  defaults: [storageDefaults],
};
