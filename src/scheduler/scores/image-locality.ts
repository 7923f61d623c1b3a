import { MAX_SCORE, type Score } from '../plugins.ts';

const MB = 1024 * 1024;
/** Bytes: what is smaller is pulled in no time, what is greater counts no more (a container). */
const MIN_BYTES = 23 * MB;
const MAX_BYTES_PER_CONTAINER = 1000 * MB;

/**
 * Nodes that have the pod's images come first. An image counts in proportion to how many nodes have it, so that a first
 * node with it does not draw all the pods.
 */
export const imageLocality: Score = ({ pod }, nodes, snapshot) => {
  const containers = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
  const images = containers.map(({ image }) => withTag(image ?? ''));
  const spread = images.map((image) => snapshot.nodes.filter((node) => node.images.has(image)).length);
  if (spread.every((count) => count === 0)) return nodes.map(() => 0);
  const maxBytes = MAX_BYTES_PER_CONTAINER * containers.length;
  return nodes.map((node) => {
    const bytes = images.reduce(
      (sum, image, index) => sum + Math.floor(((node.images.get(image) ?? 0) * spread[index]!) / snapshot.nodes.length),
      0,
    );
    const counted = Math.min(Math.max(bytes, MIN_BYTES), maxBytes);
    return Math.floor((MAX_SCORE * (counted - MIN_BYTES)) / (maxBytes - MIN_BYTES));
  });
};

function withTag(image: string): string {
  return image.lastIndexOf(':') > image.lastIndexOf('/') ? image : `${image}:latest`;
}
