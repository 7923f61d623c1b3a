import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Prober } from '../../../agent/probes/prober.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const CONTAINER = {
  name: 'c',
  startupProbe: { tcpSocket: { port: 1 }, periodSeconds: 1 },
  readinessProbe: { tcpSocket: { port: 1 }, periodSeconds: 1, failureThreshold: 3 },
};

function setUp(reported?: { started: boolean; ready: boolean }) {
  const state = { healthy: true, probes: 0 };
  const prober = new Prober({
    run: async () => {
      state.probes++;
      return { healthy: state.healthy, output: '' };
    },
    onChange: () => {},
    onUnhealthy: () => {},
  });
  prober.sync([{ id: 'x', startedAt: Date.now(), container: CONTAINER, podIp: '', ...(reported && { reported }) }]);
  return { state, verdict: () => prober.verdicts().get('x'), stop: () => prober.stop() };
}

it('a container that has just begun is neither started nor ready before its probes say so', async () => {
  const { verdict, stop } = setUp();
  expect(verdict()).toEqual({ started: false, ready: false });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(verdict()).toEqual({ started: true, ready: true });
  stop();
});

it('one that was ready when the agent ended stays so until its probes fail often enough', async () => {
  const { state, verdict, stop } = setUp({ started: true, ready: true });
  expect(verdict()).toEqual({ started: true, ready: true });
  state.healthy = false;
  await vi.advanceTimersByTimeAsync(1_500);
  expect(state.probes).toBe(2);
  expect(verdict()?.ready).toBe(true);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(verdict()).toEqual({ started: true, ready: false });
  stop();
});

it('one that was not ready is not', () => {
  const { verdict, stop } = setUp({ started: true, ready: false });
  expect(verdict()).toEqual({ started: true, ready: false });
  stop();
});
