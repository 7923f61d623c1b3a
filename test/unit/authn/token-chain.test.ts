import { describe, expect, it } from 'vitest';
import { cachedAuthenticator, createTokenCache } from '../../../src/apiserver/authn/cached.ts';
import type { Authenticated, TokenAuthenticator } from '../../../src/apiserver/authn/contract.ts';
import { personalTokenAuthenticator } from '../../../src/apiserver/authn/personal-token.ts';
import { rejected } from '../../../src/apiserver/authn/rejected.ts';
import { reviewToken } from '../../../src/apiserver/authn/token-review.ts';
import { unionAuthenticator } from '../../../src/apiserver/authn/union.ts';

const ada: Authenticated = { tenant: 'root', user: { name: 'ada', groups: ['system:authenticated'] } };

/** Knows the tokens of a map; counts what it is asked. */
function table(known: Record<string, Authenticated>) {
  const authenticator = {
    known,
    asked: 0,
    async authenticate(token: string) {
      authenticator.asked++;
      return known[token];
    },
  };
  return authenticator satisfies TokenAuthenticator;
}

describe('personal tokens', () => {
  const authenticator = personalTokenAuthenticator(
    async (token) =>
      token === 'kdg.acme.good'
        ? { id: 'id-1', tenant: 'acme', user: { name: 'ada', uid: 'u1' }, groups: ['system:masters'] }
        : undefined,
    (tenant) => [`api of ${tenant}`],
  );

  it('are not accepted on behalf of a service that asks for tokens of its own', async () => {
    await expect(authenticator.authenticate('kdg.acme.good', ['vault'])).rejects.toMatchObject({ code: 401 });
    const found = await authenticator.authenticate('kdg.acme.good', ['vault', 'api of acme']);
    expect(found?.audiences).toEqual(['api of acme']);
  });

  it('make a user who is always in system:authenticated', async () => {
    expect(await authenticator.authenticate('kdg.acme.good')).toEqual({
      tenant: 'acme',
      user: {
        name: 'ada',
        uid: 'u1',
        groups: ['system:masters', 'system:authenticated'],
        extra: { 'authentication.kubernetes.io/credential-id': ['TOKEN=id-1'] },
      },
    });
  });

  it('are refused when unknown, and other texts are left to other authenticators', async () => {
    await expect(authenticator.authenticate('kdg.acme.bad')).rejects.toMatchObject({ code: 401 });
    expect(await authenticator.authenticate('eyJ.x.y')).toBeUndefined();
  });
});

describe('any text as a token', () => {
  const HOSTILE = [
    '\0',
    'kdg.\0.x',
    'kdg.acme.\uD800',
    '\n',
    '["good",["vault"],null]',
    `kdg.${'a'.repeat(100_000)}`,
    '=',
  ];

  it('is told from every other, whatever it contains', async () => {
    const inner: TokenAuthenticator = {
      authenticate: async (token, audiences, tenant) => ({
        ...ada,
        user: { ...ada.user, name: JSON.stringify([token, audiences, tenant]) },
      }),
    };
    const authenticator = cachedAuthenticator(inner);
    const asked: [string, string[]?, string?][] = [
      ['good', ['vault']],
      ['good\nvault'],
      ['good', ['vault', 'x']],
      ['good', ['vault\nx']],
      ['good', [], 'acme'],
      ['good', undefined, 'acme'],
      ...HOSTILE.map((token): [string] => [token]),
    ];
    for (let round = 0; round < 2; round++) {
      for (const each of asked) {
        const found = await authenticator.authenticate(...each);
        expect(found?.user.name).toBe(JSON.stringify([each[0], each[1], each[2]]));
      }
    }
  });

  it('is remembered only up to a length', async () => {
    const inner = table({ good: ada });
    const authenticator = cachedAuthenticator(inner);
    const audiences = Array.from({ length: 10_000 }, (_, index) => `audience-${index}`);
    for (let round = 0; round < 3; round++) await authenticator.authenticate('good', audiences);
    expect(inner.asked).toBe(3);
    for (let round = 0; round < 3; round++) await authenticator.authenticate('good');
    expect(inner.asked).toBe(4);
  });
});

describe('several authenticators', () => {
  it('decide in order, and together refuse what none knows', async () => {
    const refusing: TokenAuthenticator = {
      authenticate: async (token) => {
        if (token === 'bad') throw rejected('known to be bad');
        return undefined;
      },
    };
    const union = unionAuthenticator([refusing, table({ good: ada, bad: ada })]);
    expect(await union.authenticate('good')).toEqual(ada);
    await expect(union.authenticate('bad')).rejects.toMatchObject({ code: 401 });
    await expect(union.authenticate('unknown')).rejects.toMatchObject({ code: 401, message: 'Unauthorized' });
  });
});

describe('remembered authentications', () => {
  it('are asked for again after five seconds, so that a revoked token stops working', async () => {
    let now = 1_000_000;
    const inner = table({ good: ada });
    const cached = cachedAuthenticator(inner, { now: () => now });
    expect(await cached.authenticate('good')).toEqual(ada);
    delete inner.known.good;
    now += 4999;
    expect(await cached.authenticate('good')).toEqual(ada);
    now += 2;
    expect(await cached.authenticate('good')).toBeUndefined();
  });

  it('end with the token itself', async () => {
    let now = Date.parse('2026-01-01T00:00:00Z');
    const inner = table({ good: { ...ada, expiresAt: new Date(now + 1000) } });
    const cached = cachedAuthenticator(inner, { now: () => now });
    await cached.authenticate('good');
    delete inner.known.good;
    now += 1000;
    expect(await cached.authenticate('good')).toBeUndefined();
  });

  it('are shared by requests at the same time', async () => {
    const inner = table({ good: ada });
    const cached = cachedAuthenticator(inner);
    const found = await Promise.all(Array.from({ length: 20 }, () => cached.authenticate('good')));
    expect(found).toEqual(Array(20).fill(ada));
    expect(inner.asked).toBe(1);
  });

  it('never hold back a token that was refused a moment ago', async () => {
    const inner = table({});
    const cached = cachedAuthenticator(unionAuthenticator([inner]));
    await expect(cached.authenticate('new')).rejects.toMatchObject({ code: 401 });
    inner.known.new = ada;
    expect(await cached.authenticate('new')).toEqual(ada);
  });

  it('are kept apart by audience', async () => {
    const cached = cachedAuthenticator({
      authenticate: async (_token, audiences) => ({ ...ada, audiences: audiences ?? ['api'] }),
    });
    expect((await cached.authenticate('good'))?.audiences).toEqual(['api']);
    expect((await cached.authenticate('good', ['vault']))?.audiences).toEqual(['vault']);
  });

  it('outlive the authenticator when they are kept outside of it', async () => {
    let now = 1_000_000;
    const inner = table({ good: ada });
    const cache = createTokenCache({ now: () => now });
    const authenticate = () => cachedAuthenticator(inner, { cache, now: () => now }).authenticate('good');
    expect([await authenticate(), await authenticate()]).toEqual([ada, ada]);
    expect(inner.asked).toBe(1);
    now += 5001;
    await authenticate();
    expect(inner.asked).toBe(2);
  });

  it('are bounded in number', async () => {
    const inner = table({ a: ada, b: ada, c: ada });
    const cached = cachedAuthenticator(inner, { maxTokens: 2 });
    for (const token of ['a', 'b', 'c', 'a']) await cached.authenticate(token);
    expect(inner.asked).toBe(4);
  });
});

describe('TokenReview', () => {
  const authenticator = unionAuthenticator([
    table({ good: { ...ada, audiences: ['api'] }, foreign: { ...ada, tenant: 'acme' } }),
  ]);

  it('tells who a good token is', async () => {
    expect(await reviewToken(authenticator, 'root', { token: 'good' })).toEqual({
      authenticated: true,
      user: { username: 'ada', groups: ['system:authenticated'] },
      audiences: ['api'],
    });
  });

  it('tells why a bad token is refused', async () => {
    expect(await reviewToken(authenticator, 'root', { token: 'bad' })).toEqual({
      user: { username: '' },
      error: 'invalid bearer token',
    });
  });

  it('knows no tokens of other tenants', async () => {
    expect((await reviewToken(authenticator, 'root', { token: 'foreign' })).authenticated).toBe(false);
  });

  it('does not take an outage for a bad token', async () => {
    const broken: TokenAuthenticator = {
      authenticate: async () => {
        throw new Error('database is away');
      },
    };
    await expect(reviewToken(broken, 'root', { token: 'good' })).rejects.toThrow('database is away');
  });
});
