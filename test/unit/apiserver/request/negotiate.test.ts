import { describe, expect, test } from 'vitest';
import { bodyMediaType, negotiate, patchTypeOf, wantsPretty } from '../../../../src/apiserver/request/negotiate.ts';

describe('negotiate', () => {
  test.each([
    [null, { media: 'json' }],
    ['*/*', { media: 'json' }],
    ['application/json', { media: 'json' }],
    ['application/yaml', { media: 'yaml' }],
    ['application/vnd.kubernetes.protobuf,application/json', { media: 'json' }],
    ['application/json;q=0.1,application/yaml', { media: 'yaml' }],
    [
      'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json',
      { media: 'json', as: { kind: 'Table', version: 'v1' } },
    ],
    [
      'application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json',
      { media: 'json', as: { kind: 'PartialObjectMetadataList', version: 'v1' } },
    ],
    ['application/json;as=Table;v=v2;g=meta.k8s.io,application/json', { media: 'json' }],
  ])('%s', (accept, expected) => {
    expect(negotiate(accept, false)).toEqual({ pretty: false, ...expected });
  });

  test('protobuf alone is not acceptable', () => {
    expect(() => negotiate('application/vnd.kubernetes.protobuf', false)).toThrow(
      'only the following media types are accepted: application/json, application/yaml',
    );
  });

  test('a watch cannot be YAML', () => {
    expect(() => negotiate('application/yaml', false, true)).toThrow(/only the following media types/);
  });
});

test('people get indented JSON, programs do not', () => {
  expect(wantsPretty(null, 'curl/8.5.0')).toBe(true);
  expect(wantsPretty(null, 'kubectl/v1.35.0')).toBe(false);
  expect(wantsPretty('false', 'curl/8.5.0')).toBe(false);
  expect(wantsPretty('true', null)).toBe(true);
});

describe('bodies', () => {
  test('JSON is assumed; CBOR is refused with 415', () => {
    expect(bodyMediaType(null, true)).toBe('json');
    expect(bodyMediaType('application/yaml; charset=utf-8', true)).toBe('yaml');
    expect(() => bodyMediaType('application/cbor', true)).toThrow(
      'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf',
    );
  });

  test('protobuf is read where its messages are known, and refused with 415 elsewhere', () => {
    expect(bodyMediaType('application/vnd.kubernetes.protobuf', true)).toBe('protobuf');
    expect(() => bodyMediaType('application/vnd.kubernetes.protobuf', false)).toThrow(
      /accepted media types include: application\/json, application\/yaml$/,
    );
  });

  test('patch types come from the content type', () => {
    expect(patchTypeOf('application/merge-patch+json')).toBe('application/merge-patch+json');
    expect(() => patchTypeOf('application/json')).toThrow(/application\/strategic-merge-patch\+json/);
  });

  test('server-side apply is one, in YAML', () => {
    expect(patchTypeOf('application/apply-patch+yaml; charset=utf-8')).toBe('application/apply-patch+yaml');
    expect(() => patchTypeOf('application/apply-patch+cbor')).toThrow(/application\/apply-patch\+yaml$/);
  });
});
