import { describe, expect, it } from 'vitest';
import { encodeBody, parseBody, spliceBody } from '../../../../src/apiserver/storage/body.ts';

const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  spec: { nodeName: 'n' },
  metadata: { namespace: 'ns', resourceVersion: '7', labels: { a: 'b' }, name: 'web' },
};

describe('a stored body', () => {
  it('begins with the name and leaves out apiVersion, kind and resourceVersion', () => {
    expect(encodeBody(pod)).toBe(
      '{"metadata":{"name":"web","namespace":"ns","labels":{"a":"b"}},"spec":{"nodeName":"n"}}',
    );
  });

  it('is spliced into the text of a response', () => {
    const stored = { revision: 12, body: encodeBody(pod) };
    const text = spliceBody(stored, { apiVersion: 'v1', kind: 'Pod' });
    expect(text.startsWith('{"apiVersion":"v1","kind":"Pod","metadata":{"resourceVersion":"12","name":"web"')).toBe(
      true,
    );
    expect(JSON.parse(text)).toEqual({ ...pod, metadata: { ...pod.metadata, resourceVersion: '12' } });
  });

  it('is spliced without apiVersion and kind for the items of a list', () => {
    const text = spliceBody({ revision: 12, body: encodeBody({ metadata: { name: 'a' } }) }, undefined);
    expect(text).toBe('{"metadata":{"resourceVersion":"12","name":"a"}}');
  });

  it('parses to the object with its resourceVersion', () => {
    const { apiVersion: _apiVersion, kind: _kind, ...rest } = pod;
    expect(parseBody({ revision: 12, body: encodeBody(pod) })).toEqual({
      ...rest,
      metadata: { ...pod.metadata, resourceVersion: '12' },
    });
  });

  it('leaves the object that it was made of as it was', () => {
    const before = structuredClone(pod);
    encodeBody(pod);
    expect(pod).toEqual(before);
  });
});
