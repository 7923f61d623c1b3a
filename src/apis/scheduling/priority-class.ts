import type { IPriorityClass } from 'kubernetes-models/scheduling.k8s.io/v1/PriorityClass';
import { type FieldError, forbidden, invalid, path } from '../../meta/field-error.ts';
import { HIGHEST_USER_PRIORITY, SYSTEM_PREFIX, SYSTEM_PRIORITY_CLASSES } from '../../meta/system-priority-classes.ts';
import { builtIn, type Stored } from '../built-in.ts';
import { age, described } from '../columns.ts';
import { IMMUTABLE, optionalOneOf } from '../core/validation/checks.ts';

export type PriorityClass = Stored<IPriorityClass>;

const NAME = 'io.k8s.api.scheduling.v1.PriorityClass';

export const priorityClasses = builtIn<PriorityClass>(NAME, {
  resource: 'priorityclasses',
  singular: 'priorityclass',
  shortNames: ['pc'],
  namespaced: false,
  strategy: { generation: true, validate: validatePriorityClass, validateUpdate: validatePriorityClassUpdate },
  columns: [
    { name: 'Value', type: 'integer', description: described(NAME, 'value'), cell: ({ value = 0 }) => value },
    {
      name: 'Global-Default',
      type: 'boolean',
      description: described(NAME, 'globalDefault'),
      cell: ({ globalDefault }) => globalDefault ?? false,
    },
    age,
    {
      name: 'PreemptionPolicy',
      type: 'string',
      description: described(NAME, 'preemptionPolicy'),
      cell: ({ preemptionPolicy }) => preemptionPolicy ?? '',
    },
  ],
});

function validatePriorityClass(given: PriorityClass): FieldError[] {
  const { metadata, value = 0, preemptionPolicy } = given;
  const errors: FieldError[] = [];
  if (metadata.name?.startsWith(SYSTEM_PREFIX) === true) {
    const fault = systemFault(given);
    const detail = `priority class names with '${SYSTEM_PREFIX}' prefix are reserved for system use only. error: ${fault}`;
    if (fault !== undefined) errors.push(forbidden(path('metadata').child('name'), detail));
  } else if (value > HIGHEST_USER_PRIORITY) {
    const detail = `maximum allowed value of a user defined priority is ${HIGHEST_USER_PRIORITY}`;
    errors.push(forbidden(path('value'), detail));
  }
  const policies = ['PreemptLowerPriority', 'Never'];
  return [...errors, ...optionalOneOf(path('preemptionPolicy'), preemptionPolicy, policies)];
}

function systemFault({ metadata, value, globalDefault }: PriorityClass): string | undefined {
  const known = SYSTEM_PRIORITY_CLASSES.find(({ name }) => name === metadata.name);
  if (known === undefined) return `${metadata.name} is not a known system priority class`;
  if (value !== known.value) return `value of ${known.name} PriorityClass must be ${known.value}`;
  return globalDefault === true ? `globalDefault of ${known.name} PriorityClass must be false` : undefined;
}

function validatePriorityClassUpdate(now: PriorityClass, old: PriorityClass): FieldError[] {
  const errors = now.value === old.value ? [] : [forbidden(path('value'), 'may not be changed in an update.')];
  if (now.preemptionPolicy === old.preemptionPolicy) return errors;
  return [...errors, invalid(path('preemptionPolicy'), now.preemptionPolicy, IMMUTABLE)];
}
