import { expect, test } from 'vitest';
import {
  validateEvent,
  validateEventCreate,
  validateEventUpdate,
} from '../../../../../src/apis/events/validation/event.ts';
import { rendered } from '../../core/validation/pods.ts';

type Event = Parameters<typeof validateEvent>[0];

const event = (fields: object = {}) =>
  ({
    metadata: { name: 'a', namespace: 'default' },
    eventTime: '2026-01-01T00:00:00.000000Z',
    regarding: { namespace: 'default' },
    reportingController: 'example.com/x',
    reportingInstance: 'x-1',
    action: 'Act',
    reason: 'Because',
    type: 'Normal',
    ...fields,
  }) as Event;

test('an event that says who reports what is valid', () => {
  expect(rendered([...validateEvent(event()), ...validateEventCreate(event())])).toEqual([]);
});

test.each([
  [{ eventTime: undefined }, ['eventTime: Required value']],
  [{ type: 'Odd' }, ['type: Invalid value: "": has invalid value: Odd']],
  [{ deprecatedCount: 2 }, ['count: Invalid value: "": needs to be unset']],
  [
    { series: { count: 1 } },
    ['series.count: Invalid value: "": should be at least 2', 'series.lastObservedTime: Required value'],
  ],
])('a new event with %j gives %j', (fields, messages) => {
  expect(rendered(validateEventCreate(event(fields)))).toEqual(messages);
});

test('faults of fields are reported under the names of core/v1', () => {
  expect(rendered(validateEvent(event({ note: 'x'.repeat(1025), reportingInstance: '' })))).toEqual([
    'reportingInstance: Required value',
    'message: Invalid value: "": can have at most 1024 characters',
  ]);
});

test('only the series of an event grows', () => {
  const series = { count: 2, lastObservedTime: '2026-01-01T00:00:01.000000Z' };
  expect(rendered(validateEventUpdate(event({ series }), event()))).toEqual([]);
  expect(rendered(validateEventUpdate(event({ note: 'new' }), event()))).toEqual([
    'message: Invalid value: "new": field is immutable',
  ]);
});
