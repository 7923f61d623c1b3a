/** Remote commands and proxies at the Node host over TLS, through a real link to an agent's streams; the runtime alone is the test's. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ConnectedProcess, ObservedContainer, Runtime } from '../../../agent/runtime/contract.ts';
import { serveStream } from '../../../agent/streams/table.ts';
import { runLink } from '../../../agent/tunnel/link.ts';
import type { Session } from '../../contract/api-session.ts';
import { KEYS } from '../../hosts/encryption.ts';
import { eventually } from '../../support/eventually.ts';
import { type RunningNodeHost, startTestNodeHost } from '../../support/node-host.ts';
import { type FreshDatabase, freshDatabase } from '../../support/postgres.ts';
import { expectSocket, openSocket } from '../../support/web-socket.ts';

const NODE = 'n1';
const PODS = '/api/v1/namespaces/default/pods';

let fresh: FreshDatabase;
let host: RunningNodeHost;
let api: Session;
let web: Server;
let link: Promise<void>;
const stopping = new AbortController();

/** `cat`, as a process: says again what it is told, and ends with its input, or when it is left. */
class Cat implements ConnectedProcess {
  static running = 0;
  static sizes: string[] = [];
  exit = 0;
  readonly #over = Promise.withResolvers<void>();
  readonly ended = this.#over.promise;
  #listener: Parameters<ConnectedProcess['onOutput']>[0] = () => undefined;
  #isOver = false;

  constructor() {
    Cat.running++;
  }

  write(data: Uint8Array): Promise<void> | undefined {
    return this.#listener(1, data);
  }

  endStdin(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    Cat.running--;
    this.#over.resolve();
  }

  onOutput(listener: Parameters<ConnectedProcess['onOutput']>[0]): void {
    this.#listener = listener;
  }

  async resize(width: number, height: number): Promise<void> {
    Cat.sizes.push(`${width}x${height}`);
  }

  async exitCode(): Promise<number> {
    return this.exit;
  }

  async leave(): Promise<void> {
    this.endStdin();
  }
}

function bound(process: Cat): ConnectedProcess {
  return {
    write: (data) => process.write(data),
    endStdin: () => process.endStdin(),
    onOutput: (listener) => process.onOutput(listener),
    resize: (width, height) => process.resize(width, height),
    ended: process.ended,
    exitCode: () => process.exitCode(),
    leave: () => process.leave(),
  };
}

function observed(kind: ObservedContainer['kind'], container: string): ObservedContainer {
  return {
    kind,
    podUid: 'u',
    podName: 'p',
    podNamespace: 'default',
    container,
    attempt: 0,
    hash: '',
    id: `id-${container}`,
    state: 'running',
    createdAt: '',
    oomKilled: false,
    image: 'i',
    imageId: 'i',
    ...(kind === 'sandbox' ? { ip: '127.0.0.1' } : {}),
  };
}

const runtime = {
  list: async () => [observed('sandbox', ''), observed('container', 'c')],
  async openExec(_id: string, command: string[]) {
    const process = new Cat();
    process.exit = Number(command[1] ?? 0);
    return bound(process);
  },
  processId: async () => undefined,
} as unknown as Runtime;

beforeAll(async () => {
  fresh = await freshDatabase();
  host = await startTestNodeHost({ databaseUrl: fresh.url, encryptionKeys: KEYS });
  api = host.session();
  const token = await host.tokenOf(`system:node:${NODE}`, ['system:nodes']);
  const opened = Promise.withResolvers<void>();
  const log = { info: () => opened.resolve(), warn() {} };
  link = runLink({
    server: host.url,
    token: () => token,
    ca: host.ca,
    nodeName: NODE,
    version: 'test',
    serve: (request, stream) => serveStream({ runtime, log, pods: () => [] }, request, stream),
    log,
    signal: stopping.signal,
  });
  await opened.promise;
  await api.expectOk('POST', PODS, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    spec: { nodeName: NODE, containers: [{ name: 'c', image: 'i' }] },
  });
  await api.request('PATCH', `${PODS}/p/status`, {
    body: { status: { podIP: '127.0.0.1', podIPs: [{ ip: '127.0.0.1' }] } },
    headers: { 'content-type': 'application/merge-patch+json' },
  });
  web = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const said = {
        method: request.method,
        url: request.url,
        headers: request.headers,
        body: Buffer.concat(parts).toString(),
      };
      if (request.url === '/away') response.writeHead(302, { location: '/there?x=1' }).end();
      else response.writeHead(203, { 'content-type': 'application/json', 'x-own': 'yes' }).end(JSON.stringify(said));
    });
  });
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  stopping.abort();
  await link;
  web?.close();
  await host?.stop();
  await fresh?.close();
});
beforeEach(() => {
  Cat.sizes = [];
});

const options = (protocols: string[], token = host.token) => ({ token, ca: host.ca, protocols });
const exec = (query: string) => `${host.url}${PODS}/p/exec?${query}`;
const CAT = 'command=cat&stdin=true&stdout=true&stderr=true';

describe('exec over WebSocket', () => {
  it.each(['v5.channel.k8s.io', 'v4.channel.k8s.io'])('%s carries input, output and a success', async (protocol) => {
    const socket = await expectSocket(exec(CAT), options([protocol]));
    expect(socket.protocol).toBe(protocol);
    expect(await socket.next()).toEqual({ text: '\u0001', isBinary: true });
    socket.socket.send(Buffer.from('\u0000hello'));
    expect(await socket.next()).toEqual({ text: '\u0001hello', isBinary: true });
    if (protocol.startsWith('v5')) {
      socket.socket.send(Buffer.from([255, 0]));
      const last = await socket.next();
      expect(last?.text[0]).toBe('\u0003');
      expect(JSON.parse(last!.text.slice(1))).toMatchObject({ status: 'Success' });
      expect(await socket.closed).toBe(1000);
    } else socket.socket.terminate();
    await eventually(() => expect(Cat.running).toBe(0));
  });

  it('tells an exit code as upstream does', async () => {
    const socket = await expectSocket(
      exec('command=exit&command=7&stdin=true&stdout=true'),
      options(['v5.channel.k8s.io']),
    );
    await socket.next();
    socket.socket.send(Buffer.from([255, 0]));
    const status = JSON.parse((await socket.next())!.text.slice(1));
    expect(status).toMatchObject({
      status: 'Failure',
      reason: 'NonZeroExitCode',
      message: 'command terminated with non-zero exit code: error executing command [exit 7], exit code 7',
      details: { causes: [{ reason: 'ExitCode', message: '7' }] },
    });
  });

  it('speaks base64 with those that can no bytes', async () => {
    const socket = await expectSocket(exec(CAT), options(['base64.channel.k8s.io']));
    expect(await socket.next()).toEqual({ text: '1', isBinary: false });
    socket.socket.send(`0${Buffer.from('hi').toString('base64')}`);
    expect(await socket.next()).toEqual({ text: `1${Buffer.from('hi').toString('base64')}`, isBinary: false });
    socket.socket.terminate();
  });

  it('resizes a terminal, and takes no size that is none', async () => {
    const socket = await expectSocket(exec(`${CAT}&tty=true`), options(['v5.channel.k8s.io']));
    await socket.next();
    for (const size of ['{"Width":-1,"Height":2}', 'x', '{"Width":80,"Height":24}'])
      socket.socket.send(`\u0004${size}`);
    await eventually(() => expect(Cat.sizes).toEqual(['80x24']));
    socket.socket.terminate();
  });

  it('ends what was started when its client is gone', async () => {
    for (let round = 0; round < 20; round++) {
      const socket = await expectSocket(exec(CAT), options(['v5.channel.k8s.io']));
      await socket.next();
      socket.socket.terminate();
    }
    await eventually(() => expect(Cat.running).toBe(0));
  });

  it('carries megabytes there and back, in order', async () => {
    const socket = await expectSocket(exec(CAT), options(['v5.channel.k8s.io']));
    await socket.next();
    const PART = 32 << 10;
    const COUNT = 256;
    for (let index = 0; index < COUNT; index++) {
      socket.socket.send(Buffer.concat([Buffer.of(0), Buffer.alloc(PART, 97 + (index % 26))]));
    }
    for (let index = 0; index < COUNT; index++) {
      const { text } = (await socket.next())!;
      expect([text.length, text[1], text.at(-1)]).toEqual([
        PART + 1,
        ...Array(2).fill(String.fromCharCode(97 + (index % 26))),
      ]);
    }
    socket.socket.terminate();
  });

  it.each([
    ['of a container that the pod has not', `${CAT}&container=zzz`, 400, 'container zzz is not valid for pod p'],
    ['without a command', 'stdin=true', 400, 'you must specify at least 1 command'],
    ['without streams', 'command=x', 400, 'you must specify at least 1 of stdin, stdout, stderr'],
  ])('%s is refused', async (_, query, status, message) => {
    const answer = await openSocket(exec(query), options(['v5.channel.k8s.io']));
    expect(answer).toMatchObject({ status, body: { kind: 'Status', message } });
  });

  it('is refused with protocols that there are not, and without an upgrade', async () => {
    expect(await openSocket(exec(CAT), options(['v9.unknown']))).toMatchObject({
      status: 403,
      body: { message: expect.stringContaining('unable to negotiate protocol') },
    });
    expect((await api.request('POST', `${PODS}/p/exec?${CAT}`)).body.message).toBe('Upgrade request required');
  });

  it('wants the right to create, by whatever method it comes', async () => {
    const token = await host.tokenOf('reader', []);
    const rules = [{ apiGroups: [''], resources: ['pods/exec'], verbs: ['get'] }];
    const RBAC = '/apis/rbac.authorization.k8s.io/v1/namespaces/default';
    await api.expectOk('POST', `${RBAC}/roles`, { metadata: { name: 'reader' }, rules });
    await api.expectOk('POST', `${RBAC}/rolebindings`, {
      metadata: { name: 'reader' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'reader' }],
    });
    const answer = await openSocket(exec(CAT), options(['v5.channel.k8s.io'], token));
    expect(answer).toMatchObject({
      status: 403,
      body: { message: expect.stringContaining('cannot create resource "pods/exec"') },
    });
  });
});

describe('the proxy of a pod', () => {
  const proxied = (rest: string) => `${PODS}/p:${(web.address() as AddressInfo).port}/proxy${rest}`;

  it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])('passes %s on, without the credential', async (method) => {
    const body = method === 'GET' ? {} : { body: { said: method } };
    const reply = await api.request(method, proxied('/a%2Fb/c?q=1&q=2'), body);
    expect(reply.status).toBe(203);
    expect(reply.body).toMatchObject({
      method,
      url: '/a%2Fb/c?q=1&q=2',
      body: method === 'GET' ? '' : JSON.stringify({ said: method }),
    });
    expect(reply.body.headers).not.toHaveProperty('authorization');
  });

  it('leads redirects through itself again', async () => {
    const reply = await api.request('GET', proxied('/away'));
    expect([reply.status, reply.headers.get('location')]).toEqual([302, proxied('/there?x=1')]);
  });

  it('leads who asks for the bare path to the one with a slash', async () => {
    const reply = await api.request('GET', proxied(''));
    expect([reply.status, reply.headers.get('location')]).toEqual([301, proxied('/')]);
  });

  it('tells that nobody listens', async () => {
    const reply = await api.request('GET', `${PODS}/p:1/proxy/`);
    expect([reply.status, reply.body.message]).toEqual([503, expect.stringContaining('connection refused')]);
  });
});

describe('what an agent refuses', () => {
  it('a node whose agent is away is told with what to do', async () => {
    await api.expectOk('POST', PODS, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'away' },
      spec: { nodeName: 'n2', containers: [{ name: 'c', image: 'i' }] },
    });
    const answer = await openSocket(`${host.url}${PODS}/away/exec?${CAT}`, options(['v5.channel.k8s.io']));
    expect(answer).toMatchObject({
      status: 503,
      body: { message: expect.stringContaining('is not connected: look at') },
    });
  });

  it("another node's credential does not open a node's tunnel", async () => {
    const token = await host.tokenOf('system:node:n2', ['system:nodes']);
    const path = `/apis/kedge.dev/v1/nodes/${NODE}/tunnel`;
    expect(await openSocket(host.url + path, options([], token))).toMatchObject({ status: 403 });
    expect(await openSocket(host.url + path, options([]))).toMatchObject({ status: 403 });
    const own = await expectSocket(`${host.url}/t/root/apis/kedge.dev/v1/nodes/n2/tunnel`, options([], token));
    own.socket.terminate();
  });
});

describe('a watch over WebSocket', () => {
  const watch = () => `${host.url}${PODS}?watch=true`;

  it('takes the one subprotocol that is offered, whatever it is', async () => {
    const socket = await expectSocket(watch(), options(['v1.unknown']));
    expect(socket.protocol).toBe('v1.unknown');
    socket.socket.terminate();
  });

  it('is refused with several, as upstream does not choose', async () => {
    expect(await openSocket(watch(), options(['a', 'b']))).toMatchObject({ status: 400, body: { kind: 'Status' } });
  });
});
