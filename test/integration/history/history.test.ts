import { it } from 'vitest';
import { expectSound } from '../../support/history/expectations.ts';

const TITLE = '30 s of faults: no write is lost, doubled or seen wrongly by anybody, and controllers catch up';

it(TITLE, { timeout: 180_000 }, () => expectSound({ seed: 8, seconds: 30, patience: 45, acknowledged: 30 }));
