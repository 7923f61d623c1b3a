import { describe, expect, test } from 'vitest';
import { validatePod, validatePodTemplateSpec } from '../../../../../src/apis/core/validation/pod.ts';
import { path } from '../../../../../src/meta/field-error.ts';
import { pod, podSpec, rendered } from './pods.ts';

const faultsOf = (fields: Record<string, unknown>) => rendered(validatePod(pod(fields)));
const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

describe('a toleration', () => {
  test.each([
    [{ operator: 'Exists' }, []],
    [{ key: 'a', value: 'b', effect: 'NoSchedule' }, []],
    [{ key: 'a', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }, []],
    [
      { value: 'b' },
      [
        'operator: Invalid value: "": operator must be Exists when `key` is empty, which means "match all values and all keys"',
      ],
    ],
    [
      { key: 'a', operator: 'Exists', value: 'b' },
      ['operator: Invalid value: "b": value must be empty when `operator` is \'Exists\''],
    ],
    [
      { key: 'a', operator: 'Gt', value: '1' },
      ['operator: Unsupported value: "Gt": supported values: "Equal", "Exists"'],
    ],
    [
      { key: 'a', effect: 'Never' },
      ['effect: Unsupported value: "Never": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"'],
    ],
    [
      { key: 'a', tolerationSeconds: 1 },
      ['effect: Invalid value: "": effect must be \'NoExecute\' when `tolerationSeconds` is set'],
    ],
  ])('%j gives %j', (toleration, messages) => {
    expect(faultsOf({ tolerations: [toleration] })).toEqual(
      messages.map((message) => `spec.tolerations[0].${message}`),
    );
  });
});

describe('node affinity', () => {
  const terms = (...nodeSelectorTerms: object[]) =>
    faultsOf({ affinity: { nodeAffinity: { [REQUIRED]: { nodeSelectorTerms } } } });
  const at = `spec.affinity.nodeAffinity.${REQUIRED}.nodeSelectorTerms`;

  test('needs a term', () => {
    expect(terms()).toEqual([`${at}: Required value: must have at least one node selector term`]);
  });

  test.each([
    [{ key: 'a', operator: 'In', values: ['b'] }, []],
    [{ key: 'a', operator: 'In' }, ["values: Required value: must be specified when `operator` is 'In' or 'NotIn'"]],
    [
      { key: 'a', operator: 'Exists', values: ['b'] },
      ["values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'"],
    ],
    [
      { key: 'a', operator: 'Gt', values: ['1', '2'] },
      ["values: Required value: must be specified single value when `operator` is 'Lt' or 'Gt'"],
    ],
    [{ key: 'a', operator: 'Like' }, ['operator: Invalid value: "Like": not a valid selector operator']],
  ])('by %j gives %j', (expression, messages) => {
    expect(terms({ matchExpressions: [expression] })).toEqual(
      messages.map((message) => `${at}[0].matchExpressions[0].${message}`),
    );
  });

  test('by field knows the name alone', () => {
    const field = { operator: 'In', values: ['a'] };
    expect(terms({ matchFields: [{ ...field, key: 'metadata.name' }] })).toEqual([]);
    expect(terms({ matchFields: [{ ...field, key: 'metadata.uid' }] })).toEqual([
      `${at}[0].matchFields[0].key: Invalid value: "metadata.uid": not a valid field selector key`,
    ]);
  });

  test('weighs preferences from 1 to 100 and lets odd label values be', () => {
    const preference = { matchExpressions: [{ key: 'a', operator: 'In', values: ['-'] }] };
    const prefer = (weight: number) =>
      faultsOf({ affinity: { nodeAffinity: { [PREFERRED]: [{ weight, preference }] } } });
    expect(prefer(100)).toEqual([]);
    expect(prefer(101)).toEqual([
      `spec.affinity.nodeAffinity.${PREFERRED}[0].weight: Invalid value: 101: must be in the range 1-100`,
    ]);
  });
});

test('pod affinity needs a topology, and a selector for its label keys', () => {
  const at = `spec.affinity.podAntiAffinity.${REQUIRED}[0]`;
  const term = (fields: object) => faultsOf({ affinity: { podAntiAffinity: { [REQUIRED]: [fields] } } });
  expect(term({ topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { a: 'b' } } })).toEqual([]);
  expect(term({})[0]).toBe(`${at}.topologyKey: Required value: can not be empty`);
  expect(term({ topologyKey: 'zone', matchLabelKeys: ['a'] })).toEqual([
    `${at}.matchLabelKeys: Forbidden: must not be specified when labelSelector is not set`,
  ]);
  expect(term({ topologyKey: 'zone', matchLabelKeys: ['a'], mismatchLabelKeys: ['a'], labelSelector: {} })).toEqual([
    `${at}.matchLabelKeys[0]: Invalid value: "a": exists in both matchLabelKeys and mismatchLabelKeys`,
  ]);
});

describe('a spread constraint', () => {
  const at = 'spec.topologySpreadConstraints';
  const spread = (...constraints: object[]) =>
    faultsOf({
      topologySpreadConstraints: constraints.map((constraint) => ({
        maxSkew: 1,
        topologyKey: 'zone',
        whenUnsatisfiable: 'DoNotSchedule',
        ...constraint,
      })),
    });

  test.each([
    [{}, []],
    [{ maxSkew: 0 }, ['[0].maxSkew: Invalid value: 0: must be greater than zero']],
    [{ topologyKey: '' }, ['[0].topologyKey: Required value: can not be empty']],
    [
      { whenUnsatisfiable: 'Wait' },
      ['[0].whenUnsatisfiable: Unsupported value: "Wait": supported values: "DoNotSchedule", "ScheduleAnyway"'],
    ],
    [
      { whenUnsatisfiable: 'ScheduleAnyway', minDomains: 1 },
      [
        '[0].minDomains: Invalid value: 1: can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ScheduleAnyway',
      ],
    ],
    [
      { nodeTaintsPolicy: 'Maybe' },
      ['[0].nodeTaintsPolicy: Unsupported value: "Maybe": supported values: "Honor", "Ignore"'],
    ],
  ])('%j gives %j', (constraint, messages) => {
    expect(spread(constraint)).toEqual(messages.map((message) => at + message));
  });

  test('takes label keys that its selector does not have already', () => {
    const selecting = (...keys: string[]) => ({
      matchLabelKeys: ['hash'],
      labelSelector: { matchExpressions: keys.map((key) => ({ key, operator: 'In', values: ['1'] })) },
    });
    const message = '[0].matchLabelKeys[0]: Invalid value: "hash": exists in both matchLabelKeys and labelSelector';
    // In a pod the key has been merged into the selector once.
    expect(spread(selecting('app', 'hash'))).toEqual([]);
    expect(spread(selecting('hash', 'hash'))).toEqual([at + message]);
    expect(spread({ matchLabelKeys: ['hash'] })).toEqual([
      `${at}[0].matchLabelKeys: Forbidden: must not be specified when labelSelector is not set`,
    ]);
    const constraint = { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', ...selecting('hash') };
    const template = { spec: podSpec({ topologySpreadConstraints: [constraint] }) };
    expect(rendered(validatePodTemplateSpec(template, path('template')))).toEqual([`template.${at}${message}`]);
  });

  test('is given once for each topology and action', () => {
    expect(spread({}, {})).toEqual([
      `${at}[0].{topologyKey, whenUnsatisfiable}: Duplicate value: "{zone, DoNotSchedule}"`,
    ]);
  });
});
