import { describe, expect, it } from 'vitest';
import { generateToken, hashToken, tenantOfToken } from '../../../src/tenancy/tokens.ts';

describe('personal tokens', () => {
  it('names its tenant and carries 256 random bits', () => {
    const tokens = Array.from({ length: 50 }, () => generateToken('acme-2'));
    expect(new Set(tokens).size).toBe(50);
    for (const token of tokens) {
      expect(token).toMatch(/^kdg\.acme-2\.[A-Za-z0-9_-]{43}$/);
      expect(tenantOfToken(token)).toBe('acme-2');
    }
  });

  it('is not recognized in any other form', () => {
    const secret = 'a'.repeat(43);
    const wrong = [
      '',
      'kdg.acme',
      `kdg.Acme.${secret}`,
      `kdg.-acme.${secret}`,
      `kdg.acme.${secret}a`,
      `kdg.acme.${secret.slice(1)}`,
      `kdg.acme.${secret}\n`,
      `xkdg.acme.${secret}`,
      'eyJhbGciOiJSUzI1NiJ9.e30.c2ln',
    ];
    for (const text of wrong) expect(tenantOfToken(text), text).toBeUndefined();
  });

  it('hashes the tenant with the secret, so that a secret is worth nothing under another tenant', async () => {
    const token = generateToken('a');
    const moved = token.replace('kdg.a.', 'kdg.b.');
    expect(await hashToken(token)).toHaveLength(32);
    expect(await hashToken(token)).toEqual(await hashToken(token));
    expect(await hashToken(token)).not.toEqual(await hashToken(moved));
  });
});
