import { termMatches } from '../node-selector.ts';
import { normalize, type Score } from '../plugins.ts';

/** The weights of the preferred node affinity terms that a node matches. */
export const preferredNodeAffinity: Score = ({ pod }, nodes) => {
  const preferred = pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  return normalize(
    nodes.map((node) =>
      preferred.reduce((sum, { weight, preference }) => (termMatches(preference, node) ? sum + weight : sum), 0),
    ),
  );
};
