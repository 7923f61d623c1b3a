import { describe, expect, test } from 'vitest';
import {
  validateControllerRevision,
  validateControllerRevisionUpdate,
} from '../../../../../src/apis/apps/validation/controller-revision.ts';
import {
  validateDeployment,
  validateDeploymentStatusUpdate,
  validateDeploymentUpdate,
} from '../../../../../src/apis/apps/validation/deployment.ts';
import {
  validateReplicaSet,
  validateReplicaSetStatusUpdate,
} from '../../../../../src/apis/apps/validation/replica-set.ts';
import { podSpec, rendered } from '../../core/validation/pods.ts';

type Deployment = Parameters<typeof validateDeployment>[0];
type ReplicaSet = Parameters<typeof validateReplicaSet>[0];

const selector = { matchLabels: { app: 'web' } };
const template = { metadata: { labels: { app: 'web' } }, spec: podSpec() };
const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } };
/** A spec as it is after defaulting, with `fields` over it. */
const deployment = (fields: object = {}) =>
  ({ spec: { replicas: 1, selector, template, strategy, progressDeadlineSeconds: 600, ...fields } }) as Deployment;

describe('a Deployment', () => {
  test.each([
    [{}, []],
    [{ strategy: { type: 'Recreate' } }, []],
    [{ replicas: -1 }, ['spec.replicas: Invalid value: -1: must be greater than or equal to 0']],
    [{ selector: undefined }, ['spec.selector: Required value']],
    [{ selector: {} }, ['spec.selector: Invalid value: {}: empty selector is invalid for deployment']],
    [
      { selector: { matchLabels: { app: 'db' } } },
      ['spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`'],
    ],
    [
      { template: { ...template, spec: podSpec({ restartPolicy: 'Never' }) } },
      ['spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"'],
    ],
    [
      { template: { ...template, spec: podSpec({ activeDeadlineSeconds: 1 }) } },
      ['spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in ReplicaSet is not Supported'],
    ],
    [
      { strategy: { type: 'BlueGreen' } },
      ['spec.strategy.type: Unsupported value: "BlueGreen": supported values: "Recreate", "RollingUpdate"'],
    ],
    [
      { strategy: { ...strategy, type: 'Recreate' } },
      ["spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"],
    ],
    [
      { minReadySeconds: 600 },
      ['spec.progressDeadlineSeconds: Invalid value: 600: must be greater than minReadySeconds'],
    ],
  ])('with %j gives %j', (fields, messages) => {
    expect(rendered(validateDeployment(deployment(fields)))).toEqual(messages);
  });

  test.each([
    [0, 1, []],
    ['100%', 0, []],
    [0, '0%', ['maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0']],
    ['101%', 0, ['maxUnavailable: Invalid value: "101%": must not be greater than 100%']],
    [1, -1, ['maxSurge: Invalid value: -1: must be greater than or equal to 0']],
  ])('rolling with maxUnavailable %j and maxSurge %j gives %j', (maxUnavailable, maxSurge, messages) => {
    const rolling = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable, maxSurge } };
    expect(rendered(validateDeployment(deployment({ strategy: rolling })))).toEqual(
      messages.map((message) => `spec.strategy.rollingUpdate.${message}`),
    );
  });

  test('that rolls by an ill-written percentage is told how it is written', () => {
    const rolling = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 'half', maxSurge: 1 } };
    const [message, ...others] = rendered(validateDeployment(deployment({ strategy: rolling })));
    expect(message).toMatch(
      /^spec\.strategy\.rollingUpdate\.maxUnavailable: Invalid value: "half": a valid percent string/,
    );
    expect(others).toEqual([]);
  });

  test('keeps its selector', () => {
    const changed = deployment({ selector: { matchLabels: { app: 'web', tier: 'a' } } });
    expect(rendered(validateDeploymentUpdate(changed, deployment()))).toEqual([
      'spec.selector: Invalid value: {"matchLabels":{"app":"web","tier":"a"}}: field is immutable',
    ]);
  });

  test('counts no more ready replicas than there are, and no fewer collisions than there were', () => {
    const status = { replicas: 1, readyReplicas: 2, availableReplicas: 3, collisionCount: 1 };
    expect(rendered(validateDeploymentStatusUpdate({ status }, { status: { collisionCount: 2 } }))).toEqual([
      'status.readyReplicas: Invalid value: 2: cannot be greater than status.replicas',
      'status.availableReplicas: Invalid value: 3: cannot be greater than status.replicas',
      'status.availableReplicas: Invalid value: 3: cannot be greater than readyReplicas',
      'status.collisionCount: Invalid value: 1: cannot be decremented',
    ]);
  });
});

describe('a ReplicaSet', () => {
  const faults = (spec: object) => rendered(validateReplicaSet({ spec } as ReplicaSet));

  test('selects the pods of its template', () => {
    expect(faults({ replicas: 1, selector, template })).toEqual([]);
    expect(faults({ selector: {}, template })).toEqual([
      'spec.selector: Invalid value: {}: empty selector is invalid for replicaset',
    ]);
  });

  test('has no negative counts', () => {
    const status = { replicas: 1, fullyLabeledReplicas: 2, observedGeneration: -1 };
    expect(rendered(validateReplicaSetStatusUpdate({ status }))).toEqual([
      'status.observedGeneration: Invalid value: -1: must be greater than or equal to 0',
      'status.fullyLabeledReplicas: Invalid value: 2: cannot be greater than status.replicas',
    ]);
  });
});

test('a ControllerRevision holds data that never changes', () => {
  expect(rendered(validateControllerRevision({ revision: -1 }))).toEqual([
    'data: Required value: data is mandatory',
    'revision: Invalid value: -1: must be greater than or equal to 0',
  ]);
  const old = { revision: 1, data: { a: 1 } } as Parameters<typeof validateControllerRevision>[0];
  expect(rendered(validateControllerRevisionUpdate({ ...old, revision: 2 }, old))).toEqual([]);
  expect(rendered(validateControllerRevisionUpdate({ ...old, data: undefined }, old))).toEqual([
    'data: Invalid value: "null": field is immutable',
  ]);
});
