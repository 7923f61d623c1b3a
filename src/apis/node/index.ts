import type { BuiltInGroup } from '../group.ts';
import { runtimeClasses } from './runtime-class.ts';

export const node: BuiltInGroup = { group: 'node.k8s.io', resources: [runtimeClasses] };
