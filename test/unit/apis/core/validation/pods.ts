import type { IContainer } from 'kubernetes-models/v1/Container';
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';
import { type FieldError, renderFieldError } from '../../../../../src/meta/field-error.ts';
import type { ObjectMeta } from '../../../../../src/meta/object.ts';

/** A container as it is after defaulting. Values that the types do not allow are what validation is there to refuse. */
export function container(fields: Record<string, unknown> = {}): IContainer {
  return {
    name: 'app',
    image: 'nginx',
    imagePullPolicy: 'IfNotPresent',
    terminationMessagePolicy: 'File',
    ...fields,
  } as IContainer;
}

/** A valid, defaulted spec with `fields` over it. */
export function podSpec(fields: Record<string, unknown> = {}): IPodSpec {
  return {
    containers: [container()],
    restartPolicy: 'Always',
    dnsPolicy: 'ClusterFirst',
    terminationGracePeriodSeconds: 30,
    serviceAccountName: 'default',
    ...fields,
  } as IPodSpec;
}

export function pod(fields: Record<string, unknown> = {}, metadata: ObjectMeta = {}) {
  return { metadata: { name: 'web', namespace: 'default', ...metadata }, spec: podSpec(fields) };
}

/** The errors as users read them. */
export function rendered(errors: readonly FieldError[]): string[] {
  return errors.map(renderFieldError);
}
