import { describe, expect, test } from 'vitest';
import { validatePodStatusUpdate } from '../../../../../src/apis/core/validation/pod-status.ts';
import { validatePodUpdate } from '../../../../../src/apis/core/validation/pod-update.ts';
import type { ObjectMeta } from '../../../../../src/meta/object.ts';
import { container, pod, rendered } from './pods.ts';

const update = (
  fields: Record<string, unknown>,
  old: Record<string, unknown> = {},
  meta?: ObjectMeta,
  oldMeta?: ObjectMeta,
) => rendered(validatePodUpdate(pod(fields, meta), pod(old, oldMeta)));
const FIXED =
  'spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

describe('a pod that exists', () => {
  test('may change images, shorten its life and gain tolerations', () => {
    const toleration = { key: 'a', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 };
    const fields = {
      containers: [container({ image: 'nginx:2' })],
      activeDeadlineSeconds: 10,
      tolerations: [{ ...toleration, tolerationSeconds: 9 }, { operator: 'Exists' }],
    };
    expect(update(fields, { activeDeadlineSeconds: 20, tolerations: [toleration] })).toEqual([]);
  });

  test('may end at once when its grace period was negative', () => {
    const negative = { terminationGracePeriodSeconds: -1 };
    expect(update({ terminationGracePeriodSeconds: 1 }, negative)).toEqual([]);
    expect(update({ terminationGracePeriodSeconds: 2 }, negative)).toEqual([FIXED]);
  });

  test.each([
    [{ restartPolicy: 'Never' }, {}, FIXED],
    [{ containers: [container({ command: ['sh'] })] }, {}, FIXED],
    [{ nodeSelector: { disk: 'ssd' } }, {}, FIXED],
    [
      { containers: [container(), container({ name: 'b' })] },
      {},
      'spec.containers: Forbidden: pod updates may not add or remove containers',
    ],
    [
      { activeDeadlineSeconds: 20 },
      { activeDeadlineSeconds: 10 },
      'spec.activeDeadlineSeconds: Invalid value: 20: must be less than or equal to previous value',
    ],
    [
      {},
      { activeDeadlineSeconds: 10 },
      'spec.activeDeadlineSeconds: Invalid value: "null": must not update from a positive integer to nil value',
    ],
    [
      {},
      { tolerations: [{ operator: 'Exists' }] },
      'spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds',
    ],
    [
      { schedulingGates: [{ name: 'b' }] },
      { schedulingGates: [{ name: 'a' }] },
      "spec.schedulingGates[0].name: Forbidden: only deletion is allowed, but found new scheduling gate 'b'",
    ],
  ])('may not become %j from %j', (fields, old, message) => {
    expect(update(fields, old)).toEqual([message]);
  });

  test('that is gated may be sent to fewer nodes, and not to more', () => {
    const gated = { schedulingGates: [{ name: 'wait' }] };
    const affinity = (...keys: string[]) => ({
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: keys.map((key) => ({ key, operator: 'Exists' })) }],
        },
      },
    });
    const old = { ...gated, nodeSelector: { disk: 'ssd' }, affinity: affinity('a') };
    expect(update({ ...old, nodeSelector: { disk: 'ssd', zone: 'b' }, affinity: affinity('a', 'b') }, old)).toEqual([]);
    expect(update({ ...gated, affinity: affinity('a') }, gated)).toEqual([]);
    expect(update({ ...old, nodeSelector: { zone: 'b' } }, old)).toEqual([
      'spec.nodeSelector: Invalid value: {"zone":"b"}: only additions to spec.nodeSelector are allowed (no mutations or deletions)',
    ]);
    expect(update({ ...old, affinity: affinity('b') }, old)).toEqual([
      'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0]: Invalid value: {"matchExpressions":[{"key":"b","operator":"Exists"}]}: only additions are allowed (no mutations or deletions)',
    ]);
  });

  test('keeps the mark of a mirror pod', () => {
    const annotations = { 'kubernetes.io/config.mirror': 'hash' };
    expect(update({}, {}, { annotations }, {})).toEqual([
      'metadata.annotations[kubernetes.io/config.mirror]: Forbidden: may not add mirror pod annotation',
    ]);
    expect(update({}, {}, {}, { annotations })).toEqual([
      'metadata.annotations[kubernetes.io/config.mirror]: Forbidden: may not remove or update mirror pod annotation',
    ]);
  });
});

describe('the status of a pod', () => {
  type Pod = Parameters<typeof validatePodStatusUpdate>[0];
  const faults = (status: object, old: object = {}, spec: Record<string, unknown> = {}) =>
    rendered(validatePodStatusUpdate({ ...pod(spec), status } as Pod, { ...pod(spec), status: old } as Pod));
  const running = [{ name: 'app', state: { running: {} } }];
  const ended = (exitCode: number) => [{ name: 'app', state: { terminated: { exitCode } } }];

  test('lets an ended container run again only when the pod restarts it', () => {
    const refused = ['status.containerStatuses[0].state: Forbidden: may not be transitioned to non-terminated state'];
    const go = (exitCode: number, restartPolicy: string) =>
      faults({ containerStatuses: running }, { containerStatuses: ended(exitCode) }, { restartPolicy });
    expect(go(0, 'Always')).toEqual([]);
    expect(go(1, 'OnFailure')).toEqual([]);
    expect(go(0, 'OnFailure')).toEqual(refused);
    expect(go(1, 'Never')).toEqual(refused);
  });

  test.each([
    [{ podIPs: [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }], podIP: '10.0.0.1' }, []],
    [
      { podIPs: [{ ip: 'here' }] },
      ['status.podIPs[0]: Invalid value: "here": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'],
    ],
    [
      { podIPs: [{ ip: '10.0.0.1' }, { ip: '10.0.0.2' }] },
      [
        'status.podIPs: Invalid value: [{"ip":"10.0.0.1"},{"ip":"10.0.0.2"}]: may specify no more than one IP for each IP family',
      ],
    ],
    [
      { hostIP: '10.0.0.1', hostIPs: [{ ip: '10.0.0.2' }] },
      ['status.hostIPs[0].ip: Invalid value: "10.0.0.2": must be equal to `hostIP`'],
    ],
    [{ qosClass: 'Guaranteed' }, ['status.qosClass: Invalid value: "Guaranteed": field is immutable']],
  ])('%j gives %j', (status, messages) => {
    expect(faults(status)).toEqual(messages);
  });
});
