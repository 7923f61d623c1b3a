import type { Filter, Rejection } from '../plugins.ts';
import { toleratesAny } from '../tolerations.ts';

const REJECTION: Rejection = { reasons: ['node(s) had untolerated taint(s)'] };

/** Taints that keep pods out (NoSchedule) or drive them out (NoExecute). */
export const taintToleration: Filter = ({ pod }, node) =>
  node.taints.some(
    (taint) =>
      (taint.effect === 'NoSchedule' || taint.effect === 'NoExecute') && !toleratesAny(pod.spec?.tolerations, taint),
  )
    ? REJECTION
    : undefined;
