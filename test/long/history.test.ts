import { it } from 'vitest';
import { expectSound } from '../support/history/expectations.ts';

it('five minutes of faults: no write is lost, doubled or seen wrongly by anybody, and controllers catch up', () =>
  expectSound({ seed: Date.now() % 1_000_000, seconds: 300, patience: 60, acknowledged: 500 }));
