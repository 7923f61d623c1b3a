/** Logs of pods that are about to go. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openLogs } from '../../../agent/streams/logs.ts';
import { PODS, type Pod } from '../../../src/client/resources.ts';
import { StatusError } from '../../../src/meta/status-error.ts';
import type { LogRequest } from '../../../src/tunnel/contract.ts';
import { eventually } from '../../support/eventually.ts';
import { IMAGE, startTestNode, type TestNode } from './support.ts';

let node: TestNode;
beforeAll(async () => {
  node = await startTestNode('itlogs', 14);
});
afterAll(() => node?.close());

const never = new AbortController().signal;

async function talker(name: string): Promise<Pod> {
  const script = 'trap "echo bye; exit 0" TERM; echo hello; while true; do sleep 0.1; done';
  await node.run(name, {
    terminationGracePeriodSeconds: 2,
    containers: [{ name: 'c', image: IMAGE, command: ['sh', '-c', script] }],
  });
  return eventually(async () => {
    const pod = await node.pod(name);
    expect(pod?.status?.containerStatuses?.[0]?.state?.running).toBeDefined();
    return pod!;
  });
}

const asked = (pod: Pod, follow: boolean): LogRequest => ({
  kind: 'logs',
  namespace: 'default',
  pod: pod.metadata.name ?? '',
  uid: pod.metadata.uid ?? '',
  container: 'c',
  follow,
  previous: false,
  timestamps: false,
});

async function readAll(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of bytes) parts.push(part);
  return Buffer.concat(parts).toString();
}

it('followed while their pod is deleted end with its last words, and without an error', async () => {
  const pod = await talker('followed');
  const following = readAll(await openLogs(node.runtime, asked(pod, true), never));
  await node.client.delete(PODS, 'default', 'followed');
  expect(await following).toBe('hello\nbye\n');
});

it('asked for again and again while their pod goes are whole, or refused in the words of the kubelet', async () => {
  const pod = await talker('asked');
  await node.client.delete(PODS, 'default', 'asked');
  const refusals = new Set<string>();
  let whole = 0;
  while (refusals.size === 0 || (await node.pod('asked')) !== undefined) {
    try {
      expect(await readAll(await openLogs(node.runtime, asked(pod, false), never))).toMatch(/^hello\n(bye\n)?$/);
      whole++;
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      expect(error.code).toBe(400);
      refusals.add(error.message.replace(/docker:.*/, ''));
    }
  }
  expect(whole).toBeGreaterThan(0);
  const known = ['container "c" in pod "asked" is not available', 'unable to retrieve container logs for '];
  expect([...refusals].filter((each) => !known.includes(each))).toEqual([]);
});

it('of a container that goes between the look-up and the read are refused as by the kubelet', async () => {
  const pod = await talker('raced');
  const { runtime } = node;
  let id = '';
  const opening = openLogs(
    {
      list: (uid) => runtime.list(uid),
      async logs(container, options, signal) {
        id = container;
        await runtime.remove(container);
        return runtime.logs(container, options, signal);
      },
    },
    asked(pod, true),
    never,
  );
  await expect(opening).rejects.toMatchObject({
    code: 400,
    message: expect.stringMatching(/^unable to retrieve container logs for docker:\/\/[0-9a-f]{64}$/),
  });
  expect(id).not.toBe('');
});
