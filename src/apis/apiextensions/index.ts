import type { BuiltInGroup } from '../group.ts';
import { customResourceDefinitions } from './custom-resource-definition.ts';

export const apiextensions: BuiltInGroup = {
  group: 'apiextensions.k8s.io',
  resources: [customResourceDefinitions],
};
