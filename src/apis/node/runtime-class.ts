import type { IRuntimeClass } from 'kubernetes-models/node.k8s.io/v1/RuntimeClass';
import { type FieldError, invalid, path } from '../../meta/field-error.ts';
import { validateLabels } from '../../meta/object-meta.ts';
import { builtIn, type Stored } from '../built-in.ts';
import { age, described } from '../columns.ts';
import { dns1123Label, IMMUTABLE } from '../core/validation/checks.ts';
import { validateContainerResources } from '../core/validation/resources.ts';
import { validateTolerations } from '../core/validation/tolerations.ts';

export type RuntimeClass = Stored<IRuntimeClass>;

const NAME = 'io.k8s.api.node.v1.RuntimeClass';

export const runtimeClasses = builtIn<RuntimeClass>(NAME, {
  resource: 'runtimeclasses',
  singular: 'runtimeclass',
  namespaced: false,
  strategy: { validate: validateRuntimeClass, validateUpdate: validateRuntimeClassUpdate },
  columns: [
    { name: 'Handler', type: 'string', description: described(NAME, 'handler'), cell: ({ handler }) => handler },
    age,
  ],
});

function validateRuntimeClass({ handler, overhead, scheduling }: RuntimeClass): FieldError[] {
  const errors = dns1123Label(path('handler'), handler);
  if (overhead?.podFixed !== undefined) {
    const at = path('overhead').child('podFixed');
    errors.push(...validateContainerResources(at, { limits: overhead.podFixed }, new Set()));
  }
  if (scheduling === undefined) return errors;
  const at = path('scheduling');
  return [
    ...errors,
    ...validateLabels(scheduling.nodeSelector ?? {}, at.child('nodeSelector')),
    ...validateTolerations(at.child('tolerations'), scheduling.tolerations ?? []),
  ];
}

function validateRuntimeClassUpdate({ handler }: RuntimeClass, old: RuntimeClass): FieldError[] {
  return handler === old.handler ? [] : [invalid(path('handler'), handler, IMMUTABLE)];
}
