import { describe, expect, it } from 'vitest';
import { controllerRevisions } from '../../../../src/apis/apps/controller-revision.ts';
import { deployments } from '../../../../src/apis/apps/deployment.ts';
import { replicaSets } from '../../../../src/apis/apps/replica-set.ts';
import { ago, cells, defaulted, type Manifest, prepared } from '../support.ts';

const metadata = { name: 'web', namespace: 'default', creationTimestamp: ago(3700) };
const template = {
  metadata: { labels: { app: 'web' } },
  spec: {
    containers: [
      { name: 'c', image: 'nginx:1.27' },
      { name: 'd', image: 'busybox' },
    ],
  },
};
const selector = {
  matchLabels: { app: 'web' },
  matchExpressions: [{ key: 'tier', operator: 'In', values: ['a', 'b'] }],
};

function workload(spec: object = {}, status: object = {}): Manifest {
  return { metadata, spec: { selector, template, ...spec }, status } as Manifest;
}

describe('defaults of a Deployment', () => {
  it('are upstream’s', () => {
    const { spec } = defaulted(deployments, workload());
    expect(spec).toMatchObject({
      replicas: 1,
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
    });
  });

  it('complete a strategy that is given in part', () => {
    const of = (strategy: object) => defaulted(deployments, workload({ strategy })).spec.strategy;
    expect(of({ rollingUpdate: { maxSurge: 1 } })).toEqual({
      type: 'RollingUpdate',
      rollingUpdate: { maxSurge: 1, maxUnavailable: '25%' },
    });
    expect(of({ type: 'Recreate' })).toEqual({ type: 'Recreate' });
  });

  it('reach into the template, save what only pods get', () => {
    const { spec } = defaulted(deployments, workload()).spec.template;
    expect(spec).toMatchObject({
      restartPolicy: 'Always',
      dnsPolicy: 'ClusterFirst',
      terminationGracePeriodSeconds: 30,
    });
    expect(spec.containers.map((each: { imagePullPolicy: string }) => each.imagePullPolicy)).toEqual([
      'IfNotPresent',
      'Always',
    ]);
    expect(spec).not.toHaveProperty('enableServiceLinks');
  });

  it('leave zero replicas alone', () => {
    expect(defaulted(deployments, workload({ replicas: 0 })).spec.replicas).toBe(0);
  });
});

describe('a ReplicaSet', () => {
  it('is one replica by default and starts with none', () => {
    expect(prepared(replicaSets, workload())).toMatchObject({ spec: { replicas: 1 }, status: { replicas: 0 } });
  });

  it('is printed with its counts', () => {
    expect(cells(replicaSets, workload({ replicas: 3 }, { replicas: 2, readyReplicas: 1 }))).toEqual({
      Desired: 3,
      Current: 2,
      Ready: 1,
      Age: '61m',
      Containers: 'c,d',
      Images: 'nginx:1.27,busybox',
      Selector: 'app=web,tier in (a,b)',
    });
  });
});

describe('a Deployment', () => {
  it('is printed with how far it is', () => {
    const status = { readyReplicas: 2, updatedReplicas: 3, availableReplicas: 1 };
    expect(cells(deployments, workload({ replicas: 4 }, status))).toMatchObject({
      Ready: '2/4',
      'Up-to-date': 3,
      Available: 1,
      Selector: 'app=web,tier in (a,b)',
    });
  });

  it('gives its selector to Scale as text', () => {
    const scale = deployments.subresources?.scale;
    expect(scale?.by === 'view' && scale.read(workload()).status).toMatchObject({ selector: 'app=web,tier in (a,b)' });
  });

  it('is warned of its template, and only when that is new', () => {
    const doubtful = workload({
      template: { ...template, spec: { ...template.spec, imagePullSecrets: [{ name: '' }] } },
    });
    expect(deployments.strategy.warnings?.(doubtful)).toEqual([
      'spec.template.spec.imagePullSecrets[0].name: invalid empty name ""',
    ]);
    expect(deployments.strategy.warnings?.(doubtful, structuredClone(doubtful))).toEqual([]);
    expect(deployments.strategy.warnings?.(doubtful, workload())).toHaveLength(1);
  });
});

describe('a ControllerRevision', () => {
  it('is printed with whom it belongs to', () => {
    const owner = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', uid: 'u', controller: true };
    const revision = { metadata: { ...metadata, ownerReferences: [owner] }, revision: 4 };
    expect(cells(controllerRevisions, revision)).toEqual({
      Controller: 'statefulset.apps/db',
      Revision: 4,
      Age: '61m',
    });
    expect(cells(controllerRevisions, { metadata, revision: 1 }).Controller).toBe('<none>');
  });
});
