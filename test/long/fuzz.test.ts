import { it } from 'vitest';
import { fuzz } from '../support/fuzz/run-test.ts';

const HOURS = 3600;

it(
  '100,000 seeded requests to two tenants are all answered, hurt nobody and leave nothing invalid',
  {
    timeout: 3 * HOURS * 1000,
  },
  () => fuzz(Date.now() % 1_000_000, 100_000, 2 * HOURS),
);
