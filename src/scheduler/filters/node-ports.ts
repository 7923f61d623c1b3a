import { conflicts } from '../host-ports.ts';
import type { Filter, Rejection } from '../plugins.ts';

const REJECTION: Rejection = {
  reasons: ["node(s) didn't have free ports for the requested pod ports"],
};

export const nodePorts: Filter = (pod, node) =>
  pod.ports.some((wanted) => node.ports.some((taken) => conflicts(wanted, taken))) ? REJECTION : undefined;
