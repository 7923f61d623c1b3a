import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startWiredApi, type WiredApi } from '../../../support/wired-api.ts';
import { labels, podTemplate, rowOf, selector, testKind } from './kind-cases.ts';

let api: WiredApi;
beforeAll(async () => {
  api = await startWiredApi();
});
afterAll(() => api?.close());
const apps = (resource: string) => `/apis/apps/v1/namespaces/default/${resource}`;
const batch = (resource: string) => `/apis/batch/v1/namespaces/default/${resource}`;

describe('apps/v1', () => {
  testKind(() => api, 'StatefulSet', {
    path: apps('statefulsets'),
    manifest: {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'web' },
      spec: {
        selector,
        serviceName: 'nginx',
        replicas: 3,
        template: podTemplate(),
        volumeClaimTemplates: [
          {
            metadata: { name: 'www' },
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
          },
        ],
      },
    },
    stored: {
      metadata: { generation: 1 },
      spec: {
        podManagementPolicy: 'OrderedReady',
        revisionHistoryLimit: 10,
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
        persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
        volumeClaimTemplates: [
          {
            apiVersion: 'v1',
            kind: 'PersistentVolumeClaim',
            spec: { volumeMode: 'Filesystem' },
            status: { phase: 'Pending' },
          },
        ],
      },
      status: { replicas: 0 },
    },
    row: { Name: 'web', Ready: '0/3', Containers: 'c', Images: 'nginx:1.27' },
    status: { replicas: 3, readyReplicas: 2, collisionCount: 1, currentRevision: 'web-1' },
    frozen: [
      [
        ({ spec }) => {
          spec.serviceName = 'other';
        },
        "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
      ],
    ],
    twins: [
      [({ spec }) => delete spec.selector, 'spec.selector: Required value'],
      [
        ({ spec }) => {
          spec.selector = { matchLabels: { app: 'other' } };
        },
        'spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`',
      ],
      [
        ({ spec }) => {
          spec.selector = {};
        },
        'spec.selector: Invalid value: {}: empty selector is invalid for statefulset',
      ],
      [
        ({ spec }) => {
          spec.podManagementPolicy = 'Sometimes';
        },
        `spec.podManagementPolicy: Invalid value: "Sometimes": must be 'OrderedReady' or 'Parallel'`,
      ],
      [
        ({ spec }) => {
          spec.updateStrategy = { type: 'OnDelete', rollingUpdate: { partition: 1 } };
        },
        `spec.updateStrategy.rollingUpdate: Invalid value: {"partition":1}: only allowed for updateStrategy 'RollingUpdate'`,
      ],
      [
        ({ spec }) => {
          spec.persistentVolumeClaimRetentionPolicy = { whenDeleted: 'Keep' };
        },
        'spec.persistentVolumeClaimRetentionPolicy.whenDeleted: Unsupported value: "Keep": supported values: "Retain", "Delete"',
      ],
      [
        ({ spec }) => {
          spec.ordinals = { start: -1 };
        },
        'spec.ordinals.start: Invalid value: -1: must be greater than or equal to 0',
      ],
      [
        ({ spec }) => {
          spec.template.spec.restartPolicy = 'Never';
        },
        'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
      ],
      [
        ({ spec }) => {
          spec.template.spec.activeDeadlineSeconds = 5;
        },
        'spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in StatefulSet is not Supported',
      ],
    ],
  });

  testKind(() => api, 'DaemonSet', {
    path: apps('daemonsets'),
    manifest: {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: 'fluentd' },
      spec: { selector, template: podTemplate({ nodeSelector: { disk: 'ssd' } }) },
    },
    stored: {
      metadata: { generation: 1, annotations: { 'deprecated.daemonset.template.generation': '1' } },
      spec: {
        revisionHistoryLimit: 10,
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
      },
      status: { currentNumberScheduled: 0, desiredNumberScheduled: 0, numberMisscheduled: 0, numberReady: 0 },
    },
    row: {
      Desired: 0,
      Current: 0,
      Ready: 0,
      'Up-to-date': 0,
      Available: 0,
      'Node Selector': 'disk=ssd',
      Selector: 'app=web',
    },
    status: { desiredNumberScheduled: 2, currentNumberScheduled: 2, numberReady: 1 },
    frozen: [
      [
        ({ spec }) => {
          spec.selector = { matchLabels: { app: 'x' } };
          spec.template.metadata.labels = { app: 'x' };
        },
        'spec.selector: Invalid value: {"matchLabels":{"app":"x"}}: field is immutable',
      ],
    ],
    twins: [
      [
        ({ spec }) => {
          spec.selector = {};
        },
        'spec.selector: Invalid value: {}: empty selector is invalid for daemonset',
      ],
      [
        ({ spec }) => {
          spec.updateStrategy = { rollingUpdate: { maxUnavailable: 1, maxSurge: 1 } };
        },
        'spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero',
      ],
      [
        ({ spec }) => {
          spec.updateStrategy = { rollingUpdate: { maxUnavailable: 0 } };
        },
        'spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0',
      ],
      [
        ({ spec }) => {
          spec.updateStrategy = { rollingUpdate: { maxUnavailable: '150%' } };
        },
        'spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: "150%": must not be greater than 100%',
      ],
      [
        ({ spec }) => {
          spec.updateStrategy = { type: 'Never' };
        },
        'supported values: "RollingUpdate", "OnDelete"',
      ],
    ],
  });

  test('the template generation of a DaemonSet follows its template alone', async () => {
    const at = `${apps('daemonsets')}/counted`;
    const annotation = ({ metadata }: { metadata: { annotations: Record<string, string> } }) =>
      metadata.annotations['deprecated.daemonset.template.generation'];
    const manifest = { metadata: { name: 'counted' }, spec: { selector, template: podTemplate() } };
    await api.admin('POST', apps('daemonsets'), { body: manifest });
    const patch = async (body: object) =>
      (await api.admin('PATCH', at, { body, headers: { 'content-type': 'application/merge-patch+json' } })).body;
    expect(annotation(await patch({ spec: { minReadySeconds: 3 } }))).toBe('1');
    expect(annotation(await patch({ spec: { template: { spec: { nodeSelector: { a: 'b' } } } } }))).toBe('2');
    const forged = { metadata: { annotations: { 'deprecated.daemonset.template.generation': '9' } } };
    expect(annotation(await patch(forged))).toBe('2');
  });

  test('StatefulSets and ReplicationControllers are scaled by their subresource', async () => {
    for (const [path, spec, told] of [
      [apps('statefulsets'), { selector, template: podTemplate() }, 'app=web'],
      ['/api/v1/namespaces/default/replicationcontrollers', { template: podTemplate() }, 'app=web'],
    ] as const) {
      await api.admin('POST', path, { body: { metadata: { name: 'scaled' }, spec } });
      const scale = await api.admin('GET', `${path}/scaled/scale`);
      expect(scale.body).toMatchObject({ spec: { replicas: 1 }, status: { selector: told } });
      await api.admin('PUT', `${path}/scaled/scale`, { body: { ...scale.body, spec: { replicas: 4 } } });
      expect((await api.admin('GET', `${path}/scaled`)).body).toMatchObject({
        metadata: { generation: 2 },
        spec: { replicas: 4 },
      });
    }
  });

  test('a status that cannot be is refused', async () => {
    await api.admin('POST', apps('statefulsets'), {
      body: { metadata: { name: 'told' }, spec: { selector, template: podTemplate() } },
    });
    const put = (status: object) =>
      api.admin('PATCH', `${apps('statefulsets')}/told/status`, {
        body: { status },
        headers: { 'content-type': 'application/merge-patch+json' },
      });
    expect((await put({ replicas: 1, readyReplicas: 2 })).body.message).toContain(
      'status.readyReplicas: Invalid value: 2: cannot be greater than status.replicas',
    );
    expect((await put({ replicas: 1, collisionCount: 2 })).status).toBe(200);
    expect((await put({ collisionCount: 1 })).body.message).toContain(
      'status.collisionCount: Invalid value: 1: cannot be decremented',
    );
  });
});

describe('batch/v1', () => {
  const jobSpec = (spec: object = {}) => ({
    template: { spec: { containers: [{ name: 'pi', image: 'perl:5.34.0' }], restartPolicy: 'Never' } },
    ...spec,
  });
  testKind(() => api, 'Job', {
    path: batch('jobs'),
    manifest: { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'pi' }, spec: jobSpec({ backoffLimit: 4 }) },
    stored: {
      metadata: { generation: 1, labels: { 'job-name': 'pi', 'batch.kubernetes.io/job-name': 'pi' } },
      spec: {
        backoffLimit: 4,
        completions: 1,
        parallelism: 1,
        completionMode: 'NonIndexed',
        suspend: false,
        manualSelector: false,
        podReplacementPolicy: 'TerminatingOrFailed',
        selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': expect.any(String) } },
        template: { metadata: { labels: { 'job-name': 'pi', 'controller-uid': expect.any(String) } } },
      },
      status: {},
    },
    row: { Status: 'Running', Completions: '0/1', Duration: '', Containers: 'pi', Images: 'perl:5.34.0' },
    status: { active: 1, ready: 1, startTime: '2026-01-01T00:00:00Z' },
    frozen: [
      [
        ({ spec }) => {
          spec.completions = 2;
        },
        'spec.completions: Invalid value: 2: field is immutable',
      ],
      [
        ({ spec }) => {
          spec.template.spec.containers[0].image = 'perl:6';
        },
        'field is immutable',
      ],
    ],
    twins: [
      [
        ({ spec }) => delete spec.template.spec.restartPolicy,
        'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
      ],
      [
        ({ spec }) => {
          spec.template.metadata = { labels: { 'job-name': 'other' } };
        },
        'spec.template.metadata.labels[job-name]: Invalid value: ',
      ],
      [
        ({ spec }) => {
          spec.selector = { matchLabels: { 'batch.kubernetes.io/controller-uid': 'x' } };
        },
        '`selector` not auto-generated',
      ],
      [
        ({ spec }) => {
          spec.manualSelector = true;
        },
        'spec.selector: Required value',
      ],
      [
        ({ spec }) => {
          spec.completionMode = 'Indexed';
          spec.parallelism = 2;
        },
        'spec.completions: Required value: when completion mode is Indexed',
      ],
      [
        ({ spec }) => {
          spec.backoffLimitPerIndex = 1;
        },
        'spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode',
      ],
      [
        ({ spec }) => {
          spec.successPolicy = { rules: [{ succeededCount: 1 }] };
        },
        'spec.successPolicy: Invalid value: requires indexed completion mode',
      ],
      [
        ({ spec }) => {
          Object.assign(spec, { completionMode: 'Indexed', completions: 3 });
          spec.successPolicy = { rules: [{ succeededIndexes: '0,2-5' }] };
        },
        'spec.successPolicy.rules[0].succeededIndexes: Invalid value: "0,2-5": error parsing succeededIndexes: too large index: "5"',
      ],
      [
        ({ spec }) => {
          spec.podFailurePolicy = { rules: [{ action: 'FailJob' }] };
        },
        'spec.podFailurePolicy.rules[0]: Invalid value: specifying one of OnExitCodes and OnPodConditions is required',
      ],
      [
        ({ spec }) => {
          spec.podFailurePolicy = { rules: [{ action: 'Ignore', onExitCodes: { operator: 'In', values: [2, 1] } }] };
        },
        'spec.podFailurePolicy.rules[0].onExitCodes.values: Invalid value: [2,1]: must be ordered',
      ],
      [
        ({ spec }) => {
          spec.ttlSecondsAfterFinished = -1;
        },
        'spec.ttlSecondsAfterFinished: Invalid value: -1: must be greater than or equal to 0',
      ],
    ],
  });

  test('Jobs are found by their success, and by the labels of their pods', async () => {
    await api.admin('POST', batch('jobs'), { body: { metadata: { name: 'found' }, spec: jobSpec() } });
    await api.admin('PATCH', `${batch('jobs')}/found/status`, {
      body: {
        status: {
          succeeded: 1,
          startTime: '2026-01-01T00:00:00Z',
          completionTime: '2026-01-01T00:01:30Z',
          conditions: [{ type: 'Complete', status: 'True' }],
        },
      },
      headers: { 'content-type': 'application/merge-patch+json' },
    });
    for (const query of ['fieldSelector=status.successful%3D1', 'labelSelector=job-name%3Dfound']) {
      const { body } = await api.admin('GET', `${batch('jobs')}?${query}`);
      expect(body.items.map((each: { metadata: { name: string } }) => each.metadata.name)).toEqual(['found']);
    }
    expect(await rowOf(api, `${batch('jobs')}/found`)).toMatchObject({
      Status: 'Complete',
      Completions: '1/1',
      Duration: '90s',
    });
  });

  test('a suspended Job that never ran can be told where its pods may run', async () => {
    const at = `${batch('jobs')}/queued`;
    await api.admin('POST', batch('jobs'), {
      body: { metadata: { name: 'queued' }, spec: jobSpec({ suspend: true }) },
    });
    const place = { spec: { template: { spec: { nodeSelector: { zone: 'a' } } } } };
    const headers = { 'content-type': 'application/merge-patch+json' };
    expect((await api.admin('PATCH', at, { body: place, headers })).status).toBe(200);
    await api.admin('PATCH', at, { body: { spec: { suspend: false } }, headers });
    place.spec.template.spec.nodeSelector.zone = 'b';
    expect((await api.admin('PATCH', at, { body: place, headers })).status).toBe(422);
  });

  testKind(() => api, 'CronJob', {
    path: batch('cronjobs'),
    manifest: {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'hello' },
      spec: { schedule: '* * * * *', timeZone: 'Etc/UTC', jobTemplate: { spec: jobSpec() } },
    },
    stored: {
      spec: { concurrencyPolicy: 'Allow', suspend: false, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1 },
    },
    row: {
      Schedule: '* * * * *',
      Timezone: 'Etc/UTC',
      Suspend: 'False',
      Active: 0,
      'Last Schedule': '<none>',
      Selector: '<none>',
    },
    status: { lastScheduleTime: '2026-01-01T00:00:00Z' },
    twins: [
      [({ spec }) => delete spec.schedule, 'spec.schedule: Required value'],
      [
        ({ spec }) => {
          spec.schedule = 'every day';
        },
        'spec.schedule: Invalid value: "every day": expected exactly 5 fields, found 2: [every day]',
      ],
      [
        ({ spec }) => {
          spec.schedule = '61 * * * *';
        },
        'spec.schedule: Invalid value: "61 * * * *": end of range (61) above maximum (59): 61',
      ],
      [
        ({ spec }) => {
          spec.schedule = 'TZ=UTC 0 * * * *';
        },
        'cannot use both timeZone field and TZ or CRON_TZ in schedule',
      ],
      [
        ({ spec }) => {
          spec.timeZone = 'Mars/Olympus';
        },
        'spec.timeZone: Invalid value: "Mars/Olympus": unknown time zone Mars/Olympus',
      ],
      [
        ({ spec }) => {
          spec.concurrencyPolicy = 'Maybe';
        },
        'spec.concurrencyPolicy: Unsupported value: "Maybe": supported values: "Allow", "Forbid", "Replace"',
      ],
      [
        ({ spec }) => {
          spec.jobTemplate.spec.selector = selector;
        },
        'spec.jobTemplate.spec.selector: Invalid value: {"matchLabels":{"app":"web"}}: `selector` will be auto-generated',
      ],
      [
        ({ metadata }) => {
          metadata.name = 'x'.repeat(53);
        },
        'must be no more than 52 characters',
      ],
    ],
  });
});

describe('core/v1', () => {
  testKind(() => api, 'ReplicationController', {
    path: '/api/v1/namespaces/default/replicationcontrollers',
    manifest: {
      apiVersion: 'v1',
      kind: 'ReplicationController',
      metadata: { name: 'nginx' },
      spec: { replicas: 3, template: podTemplate() },
    },
    stored: { metadata: { labels, generation: 1 }, spec: { selector: labels }, status: { replicas: 0 } },
    row: { Desired: 3, Current: 0, Ready: 0, Containers: 'c', Selector: 'app=web' },
    status: { replicas: 3, readyReplicas: 1, fullyLabeledReplicas: 3 },
    twins: [
      [({ spec }) => delete spec.template, 'spec.template: Required value'],
      [
        ({ spec }) => {
          spec.selector = { app: 'other' };
        },
        'spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`',
      ],
      [({ spec }) => delete spec.template.metadata, 'spec.selector: Required value'],
    ],
  });

  testKind(() => api, 'PodTemplate', {
    path: '/api/v1/namespaces/default/podtemplates',
    manifest: { apiVersion: 'v1', kind: 'PodTemplate', metadata: { name: 'kept' }, template: podTemplate() },
    stored: { metadata: { generation: 1 }, template: { spec: { restartPolicy: 'Always', dnsPolicy: 'ClusterFirst' } } },
    row: { Containers: 'c', Images: 'nginx:1.27', 'Pod Labels': 'app=web' },
    twins: [
      [
        ({ template }) => {
          template.spec.containers = [];
        },
        'template.spec.containers: Required value',
      ],
    ],
  });
});
