import { describe, expect, it } from 'vitest';
import { path, renderFieldError } from '../../../src/meta/field-error.ts';
import { validateLabelSelector } from '../../../src/meta/label-selector-validation.ts';
import type { ObjectMeta } from '../../../src/meta/object.ts';
import { validateObjectMeta, validateObjectMetaUpdate } from '../../../src/meta/object-meta.ts';

const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'u' };

function created(meta: ObjectMeta, namespaced = true): string[] {
  return validateObjectMeta(meta, { namespaced }).map(renderFieldError);
}

function updated(change: Partial<ObjectMeta>, before: Partial<ObjectMeta> = {}): string[] {
  const old: ObjectMeta = { name: 'a', namespace: 'n', uid: 'u', resourceVersion: '1', generation: 2, ...before };
  return validateObjectMetaUpdate({ ...old, ...change }, old).map(renderFieldError);
}

describe('metadata on creation', () => {
  it('is fine with a name and a namespace', () => {
    expect(created({ name: 'web', namespace: 'default', labels: { a: 'b' }, ownerReferences: [owner] })).toEqual([]);
    expect(created({ name: 'node-1' }, false)).toEqual([]);
  });

  it.each([
    [{ namespace: 'n' }, 'metadata.name: Required value: name or generateName is required'],
    [{ name: 'a' }, 'metadata.namespace: Required value'],
    [{ name: 'a', namespace: 'a.b' }, 'metadata.namespace: Invalid value: "a.b": must not contain dots'],
    [{ name: 'A', namespace: 'n' }, 'metadata.name: Invalid value: "A": a lowercase RFC 1123 subdomain must'],
    [{ name: 'a', generateName: 'A_b-', namespace: 'n' }, 'metadata.generateName: Invalid value: "A_b-": a lowercase'],
    [
      { name: 'a', namespace: 'n', generation: -1 },
      'metadata.generation: Invalid value: -1: must be greater than or equal to 0',
    ],
    [
      { name: 'a', namespace: 'n', labels: { '-a': 'b' } },
      'metadata.labels: Invalid value: "-a": name part must consist of',
    ],
    [
      { name: 'a', namespace: 'n', labels: { a: 'b c' } },
      'metadata.labels: Invalid value: "b c": a valid label must be',
    ],
    [
      { name: 'a', namespace: 'n', annotations: { 'a b': '' } },
      'metadata.annotations: Invalid value: "a b": name part',
    ],
    [
      { name: 'a', namespace: 'n', annotations: { a: 'x'.repeat(256 * 1024) } },
      'metadata.annotations: Too long: may not be more than 262144 bytes',
    ],
    [
      { name: 'a', namespace: 'n', finalizers: ['-'] },
      'metadata.finalizers: Invalid value: "-": name part must consist',
    ],
    [
      { name: 'a', namespace: 'n', finalizers: ['orphan', 'foregroundDeletion'] },
      'metadata.finalizers: Invalid value: ["orphan","foregroundDeletion"]: finalizer orphan and foregroundDeletion cannot be both set',
    ],
    [
      { name: 'a', namespace: 'n', ownerReferences: [{ ...owner, uid: '' }] },
      'metadata.ownerReferences[0].uid: Required value: must not be empty',
    ],
    [
      { name: 'a', namespace: 'n', ownerReferences: [{ ...owner, apiVersion: 'a/b/c' }] },
      'metadata.ownerReferences[0].apiVersion: Invalid value: "a/b/c": must be <group>/<version> or <version>',
    ],
    [
      { name: 'a', namespace: 'n', ownerReferences: [{ ...owner, apiVersion: 'v1', kind: 'Event' }] },
      '/v1, Kind=Event is disallowed from being an owner',
    ],
    [
      { name: 'a', namespace: 'n', managedFields: [{ operation: 'Merge' }] },
      'metadata.managedFields[0].operation: Unsupported value: "Merge": supported values: "Apply", "Update"',
    ],
    [
      { name: 'a', namespace: 'n', managedFields: [{ operation: 'Apply', manager: 'a\nb' }] },
      'metadata.managedFields[0].manager: Invalid value: "a\\nb": invalid character U+000A (at position 1)',
    ],
  ] as [ObjectMeta, string][])('refuses %j', (meta, message) => {
    expect(created(meta)).toEqual([expect.stringContaining(message)]);
  });

  it('has no namespace where the kind has none', () => {
    expect(created({ name: 'a', namespace: 'n' }, false)).toEqual([
      'metadata.namespace: Forbidden: not allowed on this type',
    ]);
  });

  it('names one controller only', () => {
    const references = [
      { ...owner, controller: true },
      { ...owner, name: 'other', controller: true },
    ];
    expect(created({ name: 'a', namespace: 'n', ownerReferences: references })).toEqual([
      expect.stringContaining(
        'Only one reference can have Controller set to true. Found "true" in references for ReplicaSet/web and ReplicaSet/other',
      ),
    ]);
  });

  it('keeps to the kind’s own rule for names', () => {
    const errors = validateObjectMeta({ name: 'system:x' }, { namespaced: false, validateName: () => [] });
    expect(errors).toEqual([]);
  });
});

describe('metadata on update', () => {
  it('may change labels and annotations', () => {
    expect(updated({ labels: { a: 'b' }, annotations: { c: 'd' }, generation: 3 })).toEqual([]);
  });

  it.each([
    [{ name: 'b' }, 'metadata.name: Invalid value: "b": field is immutable'],
    [{ namespace: 'm' }, 'metadata.namespace: Invalid value: "m": field is immutable'],
    [{ uid: 'v' }, 'metadata.uid: Invalid value: "v": field is immutable'],
    [
      { creationTimestamp: '2020-01-01T00:00:00Z' },
      'metadata.creationTimestamp: Invalid value: "2020-01-01T00:00:00Z": field is immutable',
    ],
    [{ deletionGracePeriodSeconds: 1 }, 'metadata.deletionGracePeriodSeconds: Invalid value: 1: field is immutable'],
    [{ resourceVersion: '' }, 'metadata.resourceVersion: Invalid value: "": must be specified for an update'],
    [{ generation: 1 }, 'metadata.generation: Invalid value: 1: must not be decremented'],
    [{ labels: { a: '-' } }, 'metadata.labels: Invalid value: "-": a valid label must be'],
  ] as [Partial<ObjectMeta>, string][])('refuses %j', (change, message) => {
    expect(updated(change)).toEqual([expect.stringContaining(message)]);
  });

  it('adds no finalizers to what is being deleted', () => {
    const deleted = { deletionTimestamp: '2020-01-01T00:00:00Z', finalizers: ['a.com/x', 'a.com/y'] };
    expect(updated({ finalizers: ['a.com/x'] }, deleted)).toEqual([]);
    expect(updated({ finalizers: ['a.com/x', 'a.com/z'] }, deleted)).toEqual([
      'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"a.com/z"}',
    ]);
  });
});

describe('label selectors in specs', () => {
  it('are checked part by part', () => {
    const selector = {
      matchLabels: { a: 'b' },
      matchExpressions: [
        { key: 'a', operator: 'In' },
        { key: 'b', operator: 'Exists', values: ['x'] },
        { key: '-', operator: 'Near' },
        { key: 'c', operator: 'NotIn', values: ['ok', '-'] },
      ],
    };
    expect(validateLabelSelector(selector, path('spec.selector')).map(renderFieldError)).toEqual([
      "spec.selector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
      "spec.selector.matchExpressions[1].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
      'spec.selector.matchExpressions[2].operator: Invalid value: "Near": not a valid selector operator',
      expect.stringContaining('spec.selector.matchExpressions[2].key: Invalid value: "-": name part'),
      expect.stringContaining('spec.selector.matchExpressions[3].values[1]: Invalid value: "-": a valid label'),
    ]);
    expect(validateLabelSelector(undefined, path('spec.selector'))).toEqual([]);
  });
});
