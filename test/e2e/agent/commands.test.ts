/** Commands in real containers: how they end, and that nothing stays of those whose client has gone. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { serveStream } from '../../../agent/streams/table.ts';
import type { CommandRequest, MessageSocket } from '../../../src/tunnel/contract.ts';
import { createInbox } from '../../../src/tunnel/socket.ts';
import { eventually } from '../../support/eventually.ts';
import { IMAGE, startTestNode, type TestNode } from './support.ts';

let node: TestNode;
let uid: string;
beforeAll(async () => {
  node = await startTestNode('itcmds', 15);
  await node.run('p', {
    containers: [{ name: 'c', image: IMAGE, command: ['sh', '-c', 'while true; do sleep 1; done'] }],
  });
  await eventually(async () => {
    const pod = await node.pod('p');
    expect(pod?.status?.containerStatuses?.[0]?.state?.running).toBeDefined();
    uid = pod!.metadata.uid!;
  });
});
afterAll(() => node?.close());

/** A command by v5.channel.k8s.io; `client` is its client's end. */
function start(command: string[], more: Partial<CommandRequest> = {}) {
  const inbox = createInbox();
  const gone = new AbortController();
  const output: Record<number, string> = {};
  let isAccepted = false;
  const socket: MessageSocket = {
    send(data) {
      const bytes = Buffer.from(data as Uint8Array);
      output[bytes[0]!] = (output[bytes[0]!] ?? '') + bytes.subarray(1).toString();
      return undefined;
    },
    close() {},
    onMessage: inbox.onMessage,
    onClose: inbox.onClose,
  };
  const request: CommandRequest = {
    kind: 'exec',
    namespace: 'default',
    pod: 'p',
    uid,
    container: 'c',
    command,
    stdin: true,
    stdout: true,
    stderr: true,
    tty: false,
    carrier: 'channels',
    protocol: 'v5.channel.k8s.io',
    ...more,
  };
  const accept = () => {
    isAccepted = true;
    return socket;
  };
  const log = { info() {}, warn() {} };
  const done = serveStream({ runtime: node.runtime, log, pods: () => [] }, request, { accept, signal: gone.signal });
  return { output, done, inbox, leave: () => gone.abort(), accepted: () => isAccepted };
}

const processes = async () => (await node.runtime.exec(await containerId(), ['ps'], 5_000)).output;
const containerId = async () => (await node.runtime.list(uid)).find(({ container }) => container === 'c')!.id;

it('tells output, errors and exit code apart', async () => {
  const { output, done } = start(['sh', '-c', 'echo out; echo err >&2; exit 3']);
  await done;
  expect([output[1], output[2]]).toEqual(['out\n', 'err\n']);
  expect(JSON.parse(output[3]!)).toMatchObject({ reason: 'NonZeroExitCode', details: { causes: [{ message: '3' }] } });
});

it('ends a reader of its input when that is closed', async () => {
  const { output, done, inbox, accepted } = start(['wc', '-c']);
  await eventually(() => expect(accepted()).toBe(true));
  inbox.push(Buffer.concat([Buffer.of(0), Buffer.alloc(100_000)]));
  inbox.push(Buffer.from([255, 0]));
  await done;
  expect(output[1]).toBe('100000\n');
});

it('tells of a command that there is not with the code 126 or 127, in the words of the runtime', async () => {
  const { output, done } = start(['no-such-command']);
  await done;
  expect(output[1]).toContain('executable file not found');
  expect(['126', '127']).toContain(JSON.parse(output[3]!).details.causes[0].message);
});

it.each([false, true])('leaves nothing of a command whose client has gone (terminal: %s)', async (tty) => {
  const { done, leave, accepted } = start(['sh', '-c', 'sleep 7654; echo never'], { tty });
  await eventually(() => expect(accepted()).toBe(true));
  await eventually(async () => expect(await processes()).toContain('sleep 7654'));
  leave();
  await done;
  await eventually(async () => expect(await processes()).not.toContain('sleep 7654'));
});

it('leaves nothing of a command that takes no hint', async () => {
  const { done, leave, accepted } = start(['sh', '-c', 'trap "" HUP; while true; do sleep 7653; done']);
  await eventually(() => expect(accepted()).toBe(true));
  await eventually(async () => expect(await processes()).toContain('sleep 7653'));
  leave();
  await done;
  await eventually(async () => expect(await processes()).not.toContain('sleep 7653'));
});

it('ends with the command although what it has started runs on', async () => {
  const { output, done } = start(['sh', '-c', 'sleep 30 & echo started']);
  await done;
  expect(output[1]).toBe('started\n');
});

it('is refused for a container that the pod has not, in the words of the kubelet', async () => {
  await expect(start(['true'], { container: 'other' }).done).rejects.toThrow('container not found ("other")');
});
