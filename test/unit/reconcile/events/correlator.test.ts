import { expect, test } from 'vitest';
import { createCorrelator } from '../../../../src/reconcile/events/correlator.ts';

const START = Date.parse('2026-01-01T00:00:00Z');
const at = (seconds: number) => new Date(START + seconds * 1000);
const keys = (message: string, object = 'pod-a') => ({ spam: object, similar: `${object} BackOff`, message });

test('equal events share an identity, different messages do not', () => {
  const correlator = createCorrelator();
  const [a, b, again] = ['a', 'b', 'a'].map((message) => correlator.correlate(keys(message), at(0)));
  expect(again?.identity).toBe(a?.identity);
  expect(b?.identity).not.toBe(a?.identity);
});

test('the tenth message within ten minutes, and those after it, are combined into one event', () => {
  const correlator = createCorrelator();
  const messages = Array.from({ length: 12 }, (_, index) => correlator.correlate(keys(`m${index}`), at(index))!);
  expect(messages[8]?.message).toBe('m8');
  expect(messages[9]?.message).toBe('(combined from similar events): m9');
  expect(messages[11]?.identity).toBe(messages[9]?.identity);
  expect(correlator.correlate(keys('later'), at(700))?.message).toBe('later');
});

test('a source may write 25 events about an object at once, then one every five minutes', () => {
  const correlator = createCorrelator();
  const allowed = Array.from({ length: 30 }, () => correlator.correlate(keys('same'), at(0))).filter(Boolean);
  expect(allowed).toHaveLength(25);
  expect(correlator.correlate(keys('same', 'pod-b'), at(0))).toBeDefined();
  expect(correlator.correlate(keys('same'), at(299))).toBeUndefined();
  expect(correlator.correlate(keys('same'), at(301))).toBeDefined();
  expect(correlator.correlate(keys('same'), at(302))).toBeUndefined();
});
