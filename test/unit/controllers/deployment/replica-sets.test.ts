import { expect, test } from 'vitest';
import { maxRevision, withRevision } from '../../../../src/controllers/deployment/annotations.ts';
import { planCleanup } from '../../../../src/controllers/deployment/cleanup.ts';
import { buildReplicaSet, findNewReplicaSet } from '../../../../src/controllers/deployment/new-replica-set.ts';
import { templateHash } from '../../../../src/controllers/shared/template-hash.ts';
import { deployment, replicaSet } from '../factories.ts';

const REVISION = 'deployment.kubernetes.io/revision';
const HISTORY = 'deployment.kubernetes.io/revision-history';

test('the hash of a template does not depend on the order of its keys, but on everything else and on collisions', () => {
  const { template } = deployment().spec!;
  const reordered = { spec: template.spec!, metadata: { labels: { app: 'web' }, annotations: {} } };
  expect(templateHash(reordered, 0)).toBe(templateHash(template, 0));
  expect(templateHash({ ...template, metadata: { labels: { app: 'api' } } }, 0)).not.toBe(templateHash(template, 0));
  expect(templateHash(template, 1)).not.toBe(templateHash(template, 0));
  expect(templateHash(template, 0)).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{1,10}$/);
});

test('a ReplicaSet selects and labels its pods by the hash, and is owned by the Deployment', () => {
  const built = buildReplicaSet(deployment({ minReadySeconds: 5 }), 3n, 4);
  const hash = built.metadata.labels!['pod-template-hash']!;
  expect(built.metadata.name).toBe(`web-${hash}`);
  expect(built.spec?.selector.matchLabels).toEqual({ app: 'web', 'pod-template-hash': hash });
  expect(built.spec?.template?.metadata?.labels).toEqual({ app: 'web', 'pod-template-hash': hash });
  expect(built.spec).toMatchObject({ replicas: 4, minReadySeconds: 5 });
  expect(built.metadata.ownerReferences).toEqual([
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      name: 'web',
      uid: 'deployment-uid',
      controller: true,
      blockOwnerDeletion: true,
    },
  ]);
});

test('the ReplicaSet of the template is found whatever its hash label, and of several the oldest', () => {
  const sets = [
    replicaSet('other', { replicas: 1, image: 'web:2', age: 30 }),
    replicaSet('younger', { replicas: 1, age: 10 }),
    replicaSet('older', { replicas: 1, age: 20 }),
  ];
  expect(findNewReplicaSet(deployment(), sets)?.metadata.name).toBe('older');
  expect(findNewReplicaSet(deployment(), sets.slice(0, 1))).toBeUndefined();
});

test("a ReplicaSet takes over the Deployment's annotations but for kubectl's and the controller's own", () => {
  const annotated = deployment();
  annotated.metadata.annotations = {
    'kubernetes.io/change-cause': 'why',
    'kubectl.kubernetes.io/last-applied-configuration': '{}',
    [REVISION]: '7',
  };
  expect(withRevision({ own: 'x' }, annotated, 1n)).toEqual({
    own: 'x',
    'kubernetes.io/change-cause': 'why',
    [REVISION]: '1',
  });
});

test('a ReplicaSet that becomes the newest again remembers its former revisions', () => {
  expect(withRevision({ [REVISION]: '2', [HISTORY]: '1' }, deployment(), 5n)).toEqual({
    [REVISION]: '5',
    [HISTORY]: '1,2',
  });
  expect(withRevision({ [REVISION]: '5' }, deployment(), 5n)).toEqual({ [REVISION]: '5' });
});

test('the history of revisions drops the oldest beyond two thousand characters', () => {
  const long = Array.from({ length: 500 }, (_, index) => String(1000 + index)).join(',');
  const history = withRevision({ [REVISION]: '1500', [HISTORY]: long }, deployment(), 1501n)[HISTORY]!;
  expect(history.length).toBeLessThanOrEqual(2000);
  expect(history.endsWith(',1499,1500')).toBe(true);
});

test('cleaning up deletes the lowest revisions beyond the limit, never one with pods or an unseen change', () => {
  const old = (revision: number, replicas = 0) =>
    replicaSet(`rs-${revision}`, { replicas, annotations: { [REVISION]: String(revision) } });
  const unseen = old(2);
  unseen.metadata.generation = 2;
  const names = (limit: number | undefined) => {
    const limited = limit === undefined ? deployment() : deployment({ revisionHistoryLimit: limit });
    return planCleanup(limited, [old(4), old(10), unseen, old(3, 1), old(1)]).map(({ metadata }) => metadata.name);
  };
  expect(names(2)).toEqual(['rs-1']);
  expect(names(0)).toEqual(['rs-1', 'rs-4', 'rs-10']);
  expect(names(5)).toEqual([]);
  expect(names(undefined)).toEqual([]);
});

test('the revision after one beyond 2^53 keeps all digits', () => {
  const old = ['3546343826724305832', '7', 'none', '99999999999999999999'].map((revision) => {
    const set = buildReplicaSet(deployment(), 1n, 1);
    return { ...set, metadata: { ...set.metadata, annotations: { [REVISION]: revision } } };
  });
  const next = maxRevision(old) + 1n;
  expect(withRevision({}, deployment(), next)[REVISION]).toBe('3546343826724305833');
});
