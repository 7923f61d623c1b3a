import type { Filter, Rejection } from '../plugins.ts';
import { toleratesAny } from '../tolerations.ts';

const UNSCHEDULABLE = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' } as const;
const REJECTION: Rejection = { reasons: ['node(s) were unschedulable'] };

/** Cordoned nodes, unless the pod tolerates the taint that cordoning means. */
export const nodeUnschedulable: Filter = ({ pod }, { node }) =>
  node.spec?.unschedulable === true && !toleratesAny(pod.spec?.tolerations, UNSCHEDULABLE) ? REJECTION : undefined;
