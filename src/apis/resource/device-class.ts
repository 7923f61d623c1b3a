import type { IDeviceClass } from 'kubernetes-models/resource.k8s.io/v1/DeviceClass';
import { builtIn, type Stored } from '../built-in.ts';

export type DeviceClass = Stored<IDeviceClass>;

export const deviceClasses = builtIn<DeviceClass>('io.k8s.api.resource.v1.DeviceClass', {
  resource: 'deviceclasses',
  singular: 'deviceclass',
  namespaced: false,
  strategy: { generation: true },
});
