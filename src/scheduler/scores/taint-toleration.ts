import { normalize, type Score } from '../plugins.ts';
import { toleratesAny } from '../tolerations.ts';

/** Nodes with fewer PreferNoSchedule taints that the pod does not tolerate come first. */
export const preferUntainted: Score = ({ pod }, nodes) => {
  const tolerations = pod.spec?.tolerations;
  const untolerated = nodes.map(
    ({ taints }) =>
      taints.filter((taint) => taint.effect === 'PreferNoSchedule' && !toleratesAny(tolerations, taint)).length,
  );
  return normalize(untolerated, true);
};
