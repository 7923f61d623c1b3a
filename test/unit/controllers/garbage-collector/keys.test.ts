import { expect, test } from 'vitest';
import { parseTarget, targetKey, targetsOf } from '../../../../src/controllers/garbage-collector/keys.ts';
import type { KubeObject, ObjectMeta } from '../../../../src/meta/object.ts';
import type { ObservedChange } from '../../../../src/reconcile/contract.ts';

const OWNER = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'owner-uid' };
const OWNER_TARGET = {
  kind: 'owner',
  uid: 'owner-uid',
  apiVersion: 'apps/v1',
  ownerKind: 'ReplicaSet',
  namespace: 'shop',
  name: 'web',
};

function change(type: ObservedChange['type'], after: ObjectMeta, before?: ObjectMeta): ObservedChange {
  const object = (metadata: ObjectMeta): KubeObject => ({
    metadata: { name: 'a', namespace: 'shop', uid: 'a-uid', ...metadata },
  });
  const change: ObservedChange = { resource: 'pods', namespace: 'shop', name: 'a', type, object: object(after) };
  return before === undefined ? change : { ...change, previous: object(before) };
}

test('a new object asks whether its owners exist; a later change that leaves them alone asks nothing', () => {
  expect(targetsOf(change('ADDED', { ownerReferences: [OWNER] }))).toEqual([OWNER_TARGET]);
  expect(targetsOf(change('MODIFIED', { ownerReferences: [OWNER] }, { ownerReferences: [OWNER] }))).toEqual([]);
  expect(targetsOf(change('ADDED', {}))).toEqual([]);
});

test('a reference that is taken away may set its owner free', () => {
  expect(targetsOf(change('MODIFIED', {}, { ownerReferences: [OWNER] }))).toEqual([OWNER_TARGET]);
});

test('a deleted object leaves dependents, and owners that may have waited for it', () => {
  expect(targetsOf(change('DELETED', { ownerReferences: [OWNER] }))).toEqual([
    { kind: 'absent', uid: 'a-uid' },
    OWNER_TARGET,
  ]);
});

test("an object that is being deleted is looked at while it has the collector's finalizer", () => {
  const deleting = { deletionTimestamp: '2026-01-01T00:00:00Z' };
  const target = { kind: 'object', resource: 'pods', namespace: 'shop', name: 'a' };
  expect(targetsOf(change('MODIFIED', { ...deleting, finalizers: ['foregroundDeletion'] }, {}))).toEqual([target]);
  expect(targetsOf(change('MODIFIED', { ...deleting, finalizers: ['orphan'] }, {}))).toEqual([target]);
  expect(targetsOf(change('MODIFIED', { ...deleting, finalizers: ['example.com/hold'] }, {}))).toEqual([]);
  expect(targetsOf(change('MODIFIED', { finalizers: ['orphan'] }, {}))).toEqual([]);
});

test('targets survive being keys', () => {
  const targets = targetsOf(change('DELETED', { ownerReferences: [OWNER], finalizers: ['orphan'] }));
  expect(targets.map(targetKey).map(parseTarget)).toEqual(targets);
});
