import type { Filter, Rejection } from '../plugins.ts';

const REJECTION: Rejection = { reasons: ["node(s) didn't match the requested node name"] };

export const nodeName: Filter = ({ pod }, node) => {
  const wanted = pod.spec?.nodeName ?? '';
  return wanted === '' || wanted === node.name ? undefined : REJECTION;
};
