import { own } from '../../meta/own.ts';
import { HOSTNAME, type NodeInfo, ZONE } from '../infos.ts';
import { MAX_SCORE, type Score } from '../plugins.ts';

/** PodTopologySpread's system defaults, both ScheduleAnyway. */
const CONSTRAINTS = [
  { topologyKey: HOSTNAME, maxSkew: 3 },
  { topologyKey: ZONE, maxSkew: 5 },
] as const;

/** Spreads the pods of one owner or Service over hosts and zones. A host counts more the more hosts there are. */
export const defaultSpread: Score = (pod, nodes, snapshot) => {
  const group = snapshot.spreadGroup(pod);
  if (group === undefined) return nodes.map(() => 0);
  const raw = nodes.map(() => 0);
  for (const { topologyKey, maxSkew } of CONSTRAINTS) {
    const counts = countByDomain(snapshot.nodes, topologyKey, group);
    const domains = new Set(nodes.map((node) => own(node.labels, topologyKey)).filter((value) => value !== undefined));
    const weight = Math.log(domains.size + 2);
    nodes.forEach((node, index) => {
      const domain = own(node.labels, topologyKey);
      if (domain !== undefined) raw[index]! += (counts.get(domain) ?? 0) * weight + (maxSkew - 1);
    });
  }
  const rounded = raw.map(Math.round);
  const [min, max] = [Math.min(...rounded), Math.max(...rounded)];
  return rounded.map((score) => (max === 0 ? MAX_SCORE : Math.floor((MAX_SCORE * (max + min - score)) / max)));
};

function countByDomain(nodes: readonly NodeInfo[], topologyKey: string, group: ReadonlyMap<string, number>) {
  const counts = new Map<string, number>();
  for (const node of nodes) {
    const domain = own(node.labels, topologyKey);
    const count = group.get(node.name);
    if (domain !== undefined && count !== undefined) counts.set(domain, (counts.get(domain) ?? 0) + count);
  }
  return counts;
}
