import type { IConfigMap } from 'kubernetes-models/v1/ConfigMap';
import { builtIn, type Stored } from '../built-in.ts';
import { age } from '../columns.ts';
import { validateConfigMap, validateConfigMapUpdate } from './validation/config-map.ts';

export type ConfigMap = Stored<IConfigMap>;

export const configMaps = builtIn<ConfigMap>('io.k8s.api.core.v1.ConfigMap', {
  resource: 'configmaps',
  singular: 'configmap',
  shortNames: ['cm'],
  namespaced: true,
  strategy: { validate: validateConfigMap, validateUpdate: validateConfigMapUpdate },
  columns: [
    {
      name: 'Data',
      type: 'string',
      description: 'Number of items stored in the config map.',
      cell: ({ data = {}, binaryData = {} }) => Object.keys(data).length + Object.keys(binaryData).length,
    },
    age,
  ],
});
