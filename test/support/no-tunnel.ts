/** A tunnel that leads nowhere, for tests to give it what they look at. */
import { StatusError } from '../../src/meta/status-error.ts';
import type { TunnelRelay } from '../../src/tunnel/contract.ts';

const nowhere = () => Promise.reject(StatusError.serviceUnavailable('the test has no agent'));

export const NO_TUNNEL: TunnelRelay = { connect: nowhere, open: nowhere, fetch: nowhere };
