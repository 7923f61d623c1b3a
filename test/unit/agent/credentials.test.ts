import { describe, expect, it } from 'vitest';
import { findCredentials, matches } from '../../../agent/pods/credentials.ts';
import type { Pod } from '../../../src/client/resources.ts';

describe('credentials', () => {
  it.each<[string, string, boolean]>([
    ['https://index.docker.io/v1/', 'busybox', true],
    ['https://index.docker.io/v1/', 'library/busybox:1', true],
    ['docker.io', 'quay.io/busybox', false],
    ['registry.test', 'registry.test/a/b:1', true],
    ['https://registry.test/v2/', 'registry.test/a/b@sha256:00', true],
    ['registry.test:5000', 'registry.test/a', false],
    ['127.0.0.1:5000', '127.0.0.1:5000/a', true],
    ['registry.test/a', 'registry.test/a/b:1', true],
    ['registry.test/a', 'registry.test/b/a', false],
    ['*.test', 'registry.test/a', true],
    ['*.test', 'deep.registry.test/a', false],
    ['reg*y.test', 'registry.test/a', true],
    ['r*r*y.test', 'ry.test/a', false],
    ['localhost', 'localhost/a', true],
  ])('of %s for the image %s: %s', (server, image, expected) => {
    expect(matches(server, image)).toBe(expected);
  });

  it('of all Secrets are given, the most specific first, of both types', async () => {
    const auths = (entries: object) => Buffer.from(JSON.stringify(entries));
    const secrets: Record<string, Map<string, Uint8Array>> = {
      a: new Map([['.dockerconfigjson', auths({ auths: { 'r.test': { auth: btoa('a:p:q') }, other: null } })]]),
      b: new Map([['.dockercfg', auths({ 'r.test/team': { username: 'b', password: 'x' } })]]),
      c: new Map([['.dockerconfigjson', auths({ auths: { 'https://r.test': { username: 'c', password: 'y' } } })]]),
    };
    const objects = { secret: async (_: string, name: string) => secrets[name] && { data: secrets[name] } } as never;
    const imagePullSecrets = ['a', 'none', 'b', 'c'].map((name) => ({ name }));
    const pod = { metadata: { namespace: 'n' }, spec: { containers: [], imagePullSecrets } } as unknown as Pod;
    const found = await findCredentials(pod, 'r.test/team/app:1', objects);
    expect(found.map(({ username, password }) => `${username}:${password}`)).toEqual(['b:x', 'a:p:q', 'c:y']);
    expect(await findCredentials(pod, 'else.test/app', objects)).toEqual([]);
  });
});
