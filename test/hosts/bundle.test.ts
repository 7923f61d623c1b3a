import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { expect, inject, it } from 'vitest';

it('fits a deployment with room to spare: under 1 MB compressed', async () => {
  const bundle = await readFile(inject('kedgeBundle').file);
  // The free plan takes 3 MB; what counts before that is the time a cold start takes.
  expect(gzipSync(bundle).byteLength).toBeLessThan(1_000_000);
});
