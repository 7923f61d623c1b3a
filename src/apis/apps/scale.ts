import type { ScaleSubresource } from '../../apiserver/registry/contract.ts';
import { formatLabelSelector, type LabelSelector, labelSelectorRequirements } from '../../meta/selectors.ts';

/** The scale subresource of kinds with spec.replicas, status.replicas and a label selector. */
export const scale: ScaleSubresource = {
  specReplicasPath: '.spec.replicas',
  statusReplicasPath: '.status.replicas',
  selector(object) {
    const { selector } = (object.spec ?? {}) as { selector?: LabelSelector };
    return selector === undefined ? '' : formatLabelSelector(labelSelectorRequirements(selector));
  },
};
