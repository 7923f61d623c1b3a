import { formatLabelSelector, type LabelSelector, labelSelectorRequirements } from '../../meta/selectors.ts';
import { scaleView } from '../autoscaling/scale-view.ts';

/** The scale subresource of kinds with spec.replicas, status.replicas and a label selector. */
export const scale = scaleView({
  specReplicasPath: '.spec.replicas',
  statusReplicasPath: '.status.replicas',
  selector(object) {
    const { selector } = (object.spec ?? {}) as { selector?: LabelSelector };
    return selector === undefined ? '' : formatLabelSelector(labelSelectorRequirements(selector));
  },
});
