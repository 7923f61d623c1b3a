import type { Client } from '../../client/contract.ts';
import { EVENTS, type Event } from '../../client/resources.ts';
import { type KubeObject, timestamp } from '../../meta/object.ts';
import { isStatus } from '../../meta/status-error.ts';
import type { EventRecorder } from '../contract.ts';
import { fnv1a } from '../hash.ts';
import type { Log } from '../log.ts';
import { createCorrelator } from './correlator.ts';

const MAX_NAME_LENGTH = 253;

/**
 * Makes recorders of core/v1 Events. An event's name is derived from what makes it equal to others, so that a repeated
 * event finds its predecessor by name and raises its count, whichever process wrote that.
 */
export function createEventRecorders(
  now: () => Date,
  log: Log,
): (tenant: string, client: Client, source: string) => EventRecorder {
  const correlator = createCorrelator();
  return (tenant, client, source) => ({
    async event(about, type, reason, message) {
      const subject = `${tenant}\n${source}\n${JSON.stringify(objectReference(about, false))}`;
      const keys = { spam: subject, similar: `${subject}\n${type}\n${reason}`, message };
      const at = now();
      const correlated = correlator.correlate(keys, at);
      if (correlated === undefined) return;
      try {
        await write(client, build(about, source, type, reason, correlated, at));
      } catch (error) {
        log.warn('an event could not be recorded', { tenant, source, reason, message, error });
      }
    },
  });
}

function build(
  about: KubeObject,
  source: string,
  type: string,
  reason: string,
  { identity, message }: { identity: string; message: string },
  at: Date,
): Event {
  const hash = [fnv1a(identity), fnv1a(identity, 0x9dc5811c)]
    .map((part) => part.toString(16).padStart(8, '0'))
    .join('');
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: {
      name: `${(about.metadata.name ?? '').slice(0, MAX_NAME_LENGTH - hash.length - 1)}.${hash}`,
      namespace: about.metadata.namespace || 'default',
    },
    involvedObject: objectReference(about, true),
    reason,
    message,
    source: { component: source },
    firstTimestamp: timestamp(at),
    lastTimestamp: timestamp(at),
    count: 1,
    type,
    reportingComponent: source,
    reportingInstance: '',
  };
}

async function write(client: Client, event: Event): Promise<void> {
  try {
    await client.create(EVENTS, event);
  } catch (error) {
    // Nobody will read events of a namespace that is going away.
    if (isStatus(error, 'Forbidden') || isStatus(error, 'NotFound')) return;
    if (!isStatus(error, 'AlreadyExists')) throw error;
    const { namespace = '', name = '' } = event.metadata;
    const known = await client.find(EVENTS, namespace, name);
    if (known === undefined) return;
    await client.patch(EVENTS, namespace, name, 'merge', {
      count: (known.count ?? 1) + 1,
      lastTimestamp: event.lastTimestamp,
      message: event.message,
    });
  }
}

function objectReference(about: KubeObject, withVersion: boolean): Event['involvedObject'] {
  const { name, namespace, uid, resourceVersion } = about.metadata;
  return {
    kind: about.kind,
    ...(namespace ? { namespace } : {}),
    name,
    uid,
    apiVersion: about.apiVersion,
    ...(withVersion && resourceVersion ? { resourceVersion } : {}),
  };
}
