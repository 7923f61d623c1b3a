/**
 * `npm run bench:lists`: many lists of 5,000 pods at once, of many users and of one, as JSON and as tables: how long until each
 * client has its list (asking again where it is refused), what a light client waits meanwhile, and the control plane's memory.
 */
import { fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { createApiClient } from './api-client.ts';
import { startControlPlane } from './control-plane.ts';
import { NAMESPACE, PODS, prepare, run, tokenOf } from './flood.ts';
import { percentile } from './load.ts';

interface Task {
  server: string;
  ca: string;
  /** One list each, all at once. */
  tokens: string[];
  accept: string;
}

interface Outcome {
  /** Milliseconds until each client had its list. */
  took: number[];
  bytes: number;
  /** Answers by status. */
  answers: Record<number, number>;
}

const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';
const USERS = 50;
/** Milliseconds between two tries of a client that is refused: Retry-After of the server's. */
const AGAIN_MS = 1000;
const SAMPLE_MS = 50;

if (process.send === undefined) await measure();
else
  process.once(
    'message',
    (task: Task) => void list(task).then((outcome) => process.send?.(outcome, () => process.exit(0))),
  );

async function measure(): Promise<void> {
  const plane = await startControlPlane(process.argv.slice(2));
  try {
    const admin = createApiClient(plane.server, plane.ca, plane.token);
    await prepare(admin);
    const tokens: string[] = [];
    for (let index = 0; index < USERS; index++) tokens.push(await tokenOf(admin, `lister-${index}`));
    const light = createApiClient(plane.server, plane.ca, await tokenOf(admin, 'light'));
    await run(light, 3, 'warm');
    const alone = await run(light, 5, 'alone');
    console.log(`light client alone: ${describe([...alone.get, ...alone.write])}`);
    const one = (count: number) => Array<string>(count).fill(tokens[0]!);
    await lists('50 clients, a user each', tokens, 'application/json');
    await lists('32 lists of one user', one(32), 'application/json');
    await lists('64 Tables of one user', one(64), TABLE);
    await lists('64 Tables, of 50 users', [...tokens, ...tokens.slice(0, 14)], TABLE);
    light.close();
    admin.close();

    async function lists(title: string, users: string[], accept: string): Promise<void> {
      await sleep(2000);
      const before = (await plane.usage()).controlPlane.memoryMiB;
      const child = fork(import.meta.filename);
      const outcome = new Promise<Outcome>((resolve, reject) => {
        child.once('message', (told) => resolve(told as Outcome));
        child.once('exit', (code) => reject(new Error(`the lists' client ended with ${code}`)));
      });
      child.send({ server: plane.server, ca: plane.ca, tokens: users, accept } satisfies Task);
      let over = false;
      let most = before;
      const sampling = (async () => {
        while (!over) {
          most = Math.max(most, (await plane.usage()).controlPlane.memoryMiB);
          await sleep(SAMPLE_MS);
        }
      })();
      const waited: number[] = [];
      const asking = (async () => {
        for (let round = 0; !over; round++) {
          const times = await run(light, 0.2, `${users.length}-${accept.length}-${title.length}-${round}`);
          waited.push(...times.get, ...times.write);
        }
      })();
      const { took, bytes, answers } = await outcome;
      over = true;
      await Promise.all([sampling, asking]);
      console.log(
        `${title} × ${PODS} pods (${(bytes / 1e6).toFixed(1)} MB each): all after ${(percentile(took, 1) / 1000).toFixed(1)} s, ` +
          `half after ${(percentile(took, 0.5) / 1000).toFixed(1)} s, answers ${JSON.stringify(answers)}; ` +
          `light client meanwhile ${describe(waited)}; ` +
          `control plane ${before.toFixed(0)} MiB, at most ${most.toFixed(0)} MiB`,
      );
    }
  } finally {
    await plane.stop();
  }
}

function describe(times: readonly number[]): string {
  const of = (at: number) => percentile(times, at).toFixed(1);
  return `p50 ${of(0.5)} p99 ${of(0.99)} max ${of(1)} ms (${times.length})`;
}

async function list({ server, ca, tokens, accept }: Task): Promise<Outcome> {
  const answers: Record<number, number> = {};
  let bytes = 0;
  const began = performance.now();
  const took = await Promise.all(
    tokens.map(async (token) => {
      const api = createApiClient(server, ca, token, accept);
      for (;;) {
        const { status, body } = await api.send('GET', `/api/v1/namespaces/${NAMESPACE}/pods`);
        answers[status] = (answers[status] ?? 0) + 1;
        if (status === 200) {
          bytes = body.length;
          api.close();
          return performance.now() - began;
        }
        await sleep(AGAIN_MS);
      }
    }),
  );
  return { took, bytes, answers };
}
