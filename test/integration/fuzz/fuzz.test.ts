import { it } from 'vitest';
import { fuzz } from '../../support/fuzz/run-test.ts';

it(
  '5,000 seeded requests to two tenants are all answered, hurt nobody and leave nothing invalid',
  {
    timeout: 300_000,
  },
  () => fuzz(1, 5000, 240),
);
