/** What ties pods to their Job: labels that the API server sets on the template, and the selector of one of them. */
import type { IJobSpec } from 'kubernetes-models/batch/v1/JobSpec';
import type { ObjectMeta } from '../../meta/object.ts';

export const CONTROLLER_UID = 'batch.kubernetes.io/controller-uid';
export const JOB_NAME = 'batch.kubernetes.io/job-name';

/** With those that came before labels had Kubernetes' prefix. */
export function jobLabels({ name = '', uid = '' }: ObjectMeta): Record<string, string> {
  return { [CONTROLLER_UID]: uid, [JOB_NAME]: name, 'controller-uid': uid, 'job-name': name };
}

/** Sets what is missing; what a client has chosen otherwise is found by validation. */
export function generateSelector(metadata: ObjectMeta, spec: IJobSpec): void {
  const { template } = spec;
  template.metadata = { ...template.metadata };
  template.metadata.labels = { ...jobLabels(metadata), ...template.metadata.labels };
  const matchLabels = { [CONTROLLER_UID]: metadata.uid ?? '', ...spec.selector?.matchLabels };
  spec.selector = { ...spec.selector, matchLabels };
}
