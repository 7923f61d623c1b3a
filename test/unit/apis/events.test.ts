import { describe, expect, it } from 'vitest';
import { events as coreEvents } from '../../../src/apis/core/event.ts';
import { events } from '../../../src/apis/events/event.ts';
import type { UnknownObject } from '../../../src/meta/object.ts';
import { ago, cells } from './support.ts';

const metadata = { name: 'web.1', namespace: 'default', creationTimestamp: ago(60) };
const stored = {
  metadata,
  involvedObject: { kind: 'Pod', name: 'web', namespace: 'default', fieldPath: 'spec.containers{c}' },
  reason: 'Pulled',
  message: 'Container image pulled\n',
  source: { component: 'kubelet', host: 'node-1' },
  firstTimestamp: ago(120),
  lastTimestamp: ago(30),
  count: 3,
  type: 'Normal',
  reportingComponent: 'kubelet',
  reportingInstance: 'node-1',
};

describe('the two kinds of events', () => {
  it('are one in the store', () => {
    expect(coreEvents.storedAs).toBe(events.storedAs);
    const shown = events.fromStored?.(stored);
    expect(shown).toEqual({
      metadata,
      regarding: stored.involvedObject,
      reason: 'Pulled',
      note: stored.message,
      deprecatedSource: stored.source,
      deprecatedFirstTimestamp: stored.firstTimestamp,
      deprecatedLastTimestamp: stored.lastTimestamp,
      deprecatedCount: 3,
      type: 'Normal',
      reportingController: 'kubelet',
      reportingInstance: 'node-1',
    });
    expect(events.toStored?.(shown!)).toEqual(stored);
  });

  it('are selected by the same things under their own names', () => {
    const of = (definition: typeof events, object: UnknownObject) =>
      Object.fromEntries(
        Object.entries(definition.selectableFields ?? {}).map(([field, value]) => [field, value(object)]),
      );
    expect(of(coreEvents, stored)).toMatchObject({
      'involvedObject.kind': 'Pod',
      'involvedObject.name': 'web',
      reason: 'Pulled',
      source: 'kubelet',
      type: 'Normal',
    });
    expect(of(events, events.fromStored!(stored))).toMatchObject({
      'regarding.kind': 'Pod',
      'regarding.name': 'web',
      reportingController: 'kubelet',
    });
  });

  it('are printed alike', () => {
    const shown = cells(coreEvents, stored);
    expect(shown).toEqual({
      'Last Seen': '30s',
      Type: 'Normal',
      Reason: 'Pulled',
      Object: 'pod/web',
      Subobject: 'spec.containers{c}',
      Source: 'kubelet, node-1',
      Message: 'Container image pulled',
      'First Seen': '2m',
      Count: 3,
      Name: 'web.1',
    });
    expect(cells(events, events.fromStored!(stored))).toEqual(shown);
  });

  it('are printed from their series and time where the old fields are empty', () => {
    const event = {
      metadata,
      regarding: { kind: 'Node', name: 'n' },
      eventTime: ago(600),
      series: { count: 7, lastObservedTime: ago(10) },
    };
    expect(cells(events, event)).toMatchObject({ 'Last Seen': '10s', 'First Seen': '10m', Count: 7, Object: 'node/n' });
    const { series: _, ...single } = event;
    expect(cells(events, single)).toMatchObject({ 'Last Seen': '10m', Count: 1 });
  });
});
