/**
 * What one body may cost. Requests with far larger bodies than honest ones go through the whole path; each took from
 * seconds to minutes once; `BOUND`, in milliseconds of the processor, is far above what they take now.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, type Reply, startApi } from '../../support/api.ts';
import { configMap, namespace, pod } from './objects.ts';

const BOUND = 2500;
const MAPS = '/api/v1/namespaces/work/configmaps';
const PODS = '/api/v1/namespaces/work/pods';

let api: Api;

beforeAll(async () => {
  api = await startApi();
  expect((await api.request('POST', '/api/v1/namespaces', { body: namespace('work') })).status).toBe(201);
  // Whatever is linked and compiled once is not the price of a request.
  await api.request('POST', `${PODS}?dryRun=All`, { body: pod('warm') });
});
afterAll(() => api?.close());

function list<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

function podOf(name: string, container: object) {
  return { metadata: { name }, spec: { containers: [{ name: 'c', image: 'i', ...container }] } };
}

/** The answer, which came in time and is no fault of the server's. */
async function quickly(method: string, path: string, body: unknown, type = 'application/json'): Promise<Reply> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const before = process.threadCpuUsage();
  const reply = await api.request(method, path, { body: text, headers: { 'content-type': type } });
  const { user, system } = process.threadCpuUsage(before);
  if (process.env.SHOW_TIMES) console.log(expect.getState().currentTestName?.slice(0, 60), (user + system) / 1000);
  expect((user + system) / 1000, `${method} ${path} took`).toBeLessThan(BOUND);
  expect(reply.status).toBeLessThan(500);
  return reply;
}

describe('error texts', () => {
  it('S4: 10,000 ownerReferences with controller: true are told in a short answer', async () => {
    const ownerReferences = list(10_000, (index) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      name: `p${index}`,
      uid: `u${index}`,
      controller: true,
    }));
    const body = { metadata: { name: 'owned', ownerReferences } };
    const { status, body: answer, text } = await quickly('POST', MAPS, body);
    expect(status).toBe(422);
    expect(answer.details.causes.length).toBeLessThanOrEqual(101);
    expect(answer.message).toContain('Only one reference can have Controller set to true');
    expect(answer.message).toMatch(/Too many errors: only \d+ are shown/);
    // 100 of them with a value of 1,024 characters each were 290 kB.
    expect(text.length).toBeLessThan(100_000);
  });

  it('S4: so are field managers of many bad characters', async () => {
    const manager = '\u0001'.repeat(200_000);
    const metadata = { name: 'managed', managedFields: [{ manager, operation: 'Update' }] };
    await api.request('POST', MAPS, { body: configMap('managed') });
    const { status } = await quickly('PUT', `${MAPS}/managed`, { metadata });
    // What clients send there is not kept, so that nothing is left to be refused.
    expect(status).toBe(200);
    const { status: options } = await quickly('POST', `${MAPS}?fieldManager=${'%01'.repeat(3000)}`, configMap('x'));
    expect(options).toBe(422);
  });

  it('S15: 110,000 bad labels are refused, not a stack overflow', async () => {
    const labels = Object.fromEntries(list(110_000, (index) => [`${index}!`, 'x']));
    const { status, body } = await quickly('POST', MAPS, { metadata: { name: 'labels', labels } });
    expect(status).toBe(422);
    expect(body.details.causes).toHaveLength(101);
  });

  it('S4: a long value is shown clipped', async () => {
    const { status, body, text } = await quickly('POST', MAPS, { metadata: { name: 'A'.repeat(1_000_000) } });
    expect(status).toBe(422);
    expect(text.length).toBeLessThan(20_000);
    expect(body.details.causes[0].message).toContain('more characters)');
  });

  it('tell all of what few errors an object has', async () => {
    const labels = { 'a!': 'x', 'b!': 'x', 'c!': 'x' };
    const { body } = await quickly('POST', MAPS, { metadata: { name: 'labels', labels } });
    expect(body.details.causes).toHaveLength(3);
  });

  it.each(['Strict', 'Warn'])('S4: 100,000 unknown fields below a long key are told clipped (%s)', async (mode) => {
    const unknown = Object.fromEntries(list(100_000, (index) => [`u${index}`, 1]));
    const body = { metadata: { name: 'unknown' }, [`${'x'.repeat(100_000)}`]: 1, ...unknown };
    const { status, text } = await quickly('POST', `${MAPS}?dryRun=All&fieldValidation=${mode}`, body);
    expect(status).toBe(mode === 'Strict' ? 400 : 201);
    expect(text.length).toBeLessThan(200_000);
  });
});

describe('quantities', () => {
  it('S5: a text of 700,000 digits is refused at once', async () => {
    const limits = { cpu: `${'0'.repeat(700_000)}!` };
    const body = podOf('q', { resources: { limits } });
    const { status, body: answer } = await quickly('POST', `${PODS}?dryRun=All`, body);
    expect(status).toBe(400);
    expect(answer.message).toContain('quantities must match the regular expression');
  });
});

describe('JSON', () => {
  it('S15: 1.5 MiB of open brackets are refused as too deep, more as too large', async () => {
    expect((await quickly('POST', MAPS, '['.repeat(3 * 1024 * 1024))).status).toBe(413);
    const { status, body } = await quickly('POST', MAPS, '['.repeat(1.5 * 1024 * 1024));
    expect(status).toBe(400);
    expect(body.message).toContain('exceeded max depth');
  });

  it('S6: 90,000 repetitions of one key below a long one are told once', async () => {
    const repeated = list(90_000, () => '"a":"b"').join(',');
    const text = `{"metadata":{"name":"twice"},"${'x'.repeat(100_000)}":{${repeated}}}`;
    const { status, text: answer } = await quickly('POST', `${MAPS}?fieldValidation=Strict`, text);
    expect(status).toBe(400);
    expect(answer).toContain('duplicate field');
    expect(answer.length).toBeLessThan(10_000);
  });
});

describe('patches', () => {
  const STRATEGIC = 'application/strategic-merge-patch+json';
  const JSON_PATCH = 'application/json-patch+json';

  it('S7: a strategic merge of 30,000 variables into 5,000', async () => {
    const env = (from: number, count: number) => list(count, (index) => ({ name: `V${from + index}`, value: 'x' }));
    const many = podOf('env', { env: env(0, 5000) });
    expect((await api.request('POST', PODS, { body: many })).status).toBe(201);
    const patch = { spec: { containers: [{ name: 'c', env: env(2500, 30_000) }] } };
    const { status } = await quickly('PATCH', `${PODS}/env?dryRun=All`, patch, STRATEGIC);
    expect(status).toBe(422); // containers may not change; the merge came first
  });

  it('S7: $setElementOrder of 30,000, and 100,000 deletions from 40,000 finalizers', async () => {
    const finalizers = list(40_000, (index) => `a.b/f${index}`);
    expect((await api.request('POST', MAPS, { body: { metadata: { name: 'f', finalizers } } })).status).toBe(201);
    const deletions = list(100_000, (index) => `a.b/f${index * 2}`);
    const patch = { metadata: { '$deleteFromPrimitiveList/finalizers': deletions } };
    const shorter = await quickly('PATCH', `${MAPS}/f?dryRun=All`, patch, STRATEGIC);
    expect(shorter.status).toBe(200);
    expect(shorter.body.metadata.finalizers).toHaveLength(20_000);
    expect(shorter.body.metadata.finalizers[0]).toBe('a.b/f1');
    const order = { metadata: { '$setElementOrder/finalizers': [...finalizers].reverse().slice(0, 30_000) } };
    const ordered = await quickly('PATCH', `${MAPS}/f?dryRun=All`, order, STRATEGIC);
    expect(ordered.body.metadata.finalizers).toHaveLength(40_000);
    expect(ordered.body.metadata.finalizers.slice(-2)).toEqual(['a.b/f10001', 'a.b/f10000']);
  });

  it('S7: one large map named 30,000 times is refused', async () => {
    const limits = Object.fromEntries(list(15_000, (index) => [`example.com/r${index}`, '1']));
    const body = podOf('limits', { resources: { limits, requests: limits } });
    expect((await api.request('POST', PODS, { body })).status).toBe(201);
    const again = list(30_000, () => ({ name: 'c', resources: { limits: { cpu: '1' } } }));
    const { status, body: answer } = await quickly(
      'PATCH',
      `${PODS}/limits`,
      { spec: { containers: again } },
      STRATEGIC,
    );
    expect(status).toBe(422);
    expect(answer.details.causes[0].message).toContain('too many times');
  });

  it('S7: 10,000 tests of a large map are refused, 10,000 small operations are not', async () => {
    const data = Object.fromEntries(list(40_000, (index) => [`k${index}`, '']));
    expect((await api.request('POST', MAPS, { body: configMap('wide', data) })).status).toBe(201);
    const tests = list(10_000, () => ({ op: 'test', path: '/data', value: {} }));
    expect((await quickly('PATCH', `${MAPS}/wide`, tests, JSON_PATCH)).status).toBe(422);
    const copies = [
      { op: 'test', path: '/data', value: data },
      ...list(100, () => ({ op: 'test', path: '/data/k1', value: '' })),
    ];
    expect((await quickly('PATCH', `${MAPS}/wide?dryRun=All`, copies, JSON_PATCH)).status).toBe(200);
    const adds = list(10_000, (index) => ({ op: 'replace', path: `/data/k${index}`, value: 'x' }));
    expect((await quickly('PATCH', `${MAPS}/wide?dryRun=All`, adds, JSON_PATCH)).status).toBe(200);
  });

  it('S15: a document nested by moves is refused, not a stack overflow', async () => {
    await api.request('POST', MAPS, { body: configMap('deep', { a: 'b' }) });
    const steps = [{ op: 'add', path: '/x', value: {} }].concat(
      list(4999, () => [
        { op: 'add', path: '/y', value: {} },
        { op: 'move', from: '/x', path: '/y/z' } as never,
        { op: 'move', from: '/y', path: '/x' } as never,
      ])
        .flat()
        .slice(0, 9999),
    );
    const { status, body } = await quickly('PATCH', `${MAPS}/deep`, steps, JSON_PATCH);
    expect(status).toBe(422);
    expect(body.details.causes[0].message).toContain('exceeded max depth');
    const copied = [...steps.slice(0, 9000), { op: 'copy', from: '/x', path: '/w' }];
    expect((await quickly('PATCH', `${MAPS}/deep`, copied, JSON_PATCH)).status).toBe(422);
  });
});

describe('YAML', () => {
  const YAML = 'application/yaml';
  const REVIEWS = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';

  it('S6: 3 MiB of a list to what everyone may ask are refused with 413', async () => {
    const { status, body } = await quickly('POST', REVIEWS, `a: [${'1,'.repeat(1_500_000)}1]`, YAML);
    expect(status).toBe(413);
    expect(body.message).toBe('Request entity too large: limit is 262144 for YAML, send the object as JSON');
  });

  it('S6: a large object is taken as JSON whatever the body is called', async () => {
    const map = configMap('as-json', { text: 'x'.repeat(500_000) });
    expect((await quickly('POST', `${MAPS}?dryRun=All`, map, YAML)).status).toBe(201);
  });

  it('S15: merges of what is no map are 400', async () => {
    expect((await quickly('POST', MAPS, 'metadata: {<<: [1,2]}', YAML)).status).toBe(400);
  });

  it('S6: a repeated key is told a hundred times at most', async () => {
    const text = `metadata: {name: twice}\n${'a: b\n'.repeat(20_000)}`;
    const { status, text: answer } = await quickly('POST', `${MAPS}?fieldValidation=Strict`, text, YAML);
    expect(status).toBe(400);
    expect(answer.length).toBeLessThan(20_000);
  });
});

describe('sizes', () => {
  it('S25: a ConfigMap of 200,000 keys is refused in time', async () => {
    const data = Object.fromEntries(list(200_000, (index) => [`key-${index}`, '']));
    const { status, body } = await quickly('POST', MAPS, { metadata: { name: 'keys' }, data });
    expect(status).toBe(413);
    expect(body).toMatchObject({ reason: 'RequestEntityTooLarge', message: 'etcdserver: request is too large' });
  });

  it('S25: no object is stored beyond 1.5 MiB, by whatever verb, in bytes', async () => {
    const annotations = (size: number) => ({ 'example.com/x': 'x'.repeat(size) });
    const event = (name: string, size: number) => ({
      metadata: { name, namespace: 'work' },
      involvedObject: { namespace: 'work' },
      reason: 'r',
      message: 'ä'.repeat(size),
    });
    const EVENTS = '/api/v1/namespaces/work/events';
    expect((await quickly('POST', EVENTS, event('small', 700_000))).status).toBe(201);
    expect((await quickly('POST', EVENTS, event('large', 800_000))).status).toBe(413);
    expect((await quickly('POST', `${EVENTS}?dryRun=All`, event('large', 800_000))).status).toBe(413);
    expect((await quickly('PUT', `${EVENTS}/small`, event('small', 800_000))).status).toBe(413);
    const patch = { message: 'x'.repeat(1_600_000) };
    expect((await quickly('PATCH', `${EVENTS}/small`, patch, 'application/merge-patch+json')).status).toBe(413);
    expect((await api.request('GET', `${EVENTS}/small`)).body.message).toHaveLength(700_000);
    expect((await api.request('GET', `${EVENTS}/large`)).status).toBe(404);
    const map = { metadata: { name: 'm', annotations: annotations(300_000) } };
    expect((await quickly('POST', MAPS, map)).body.message).toContain('Too long: may not be more than 262144 bytes');
  });

  it('S25: the values of a ConfigMap or Secret are at most 1 MiB together', async () => {
    const data = { a: 'x'.repeat(600_000), b: 'x'.repeat(600_000) };
    const map = await quickly('POST', MAPS, { metadata: { name: 'values' }, data });
    expect(map.body.message).toContain('Too long: may not be more than 1048576 bytes');
    const secret = { metadata: { name: 'values' }, stringData: data };
    const refused = await quickly('POST', '/api/v1/namespaces/work/secrets', secret);
    expect(refused.body.message).toContain('data: Too long: may not be more than 1048576 bytes');
  });
});

describe('lists that are compared with lists', () => {
  it('S28: a Service of 40,000 ports', async () => {
    const ports = list(40_000, (index) => ({ name: `p${index}`, port: index + 1, protocol: 'TCP' }));
    const path = '/api/v1/namespaces/work/services?dryRun=All';
    const headless = { metadata: { name: 'wide' }, spec: { clusterIP: 'None', ports } };
    expect((await quickly('POST', path, headless)).status).toBe(413);
    const some = { ...headless, spec: { clusterIP: 'None', ports: ports.slice(0, 8000) } };
    expect((await quickly('POST', path, some)).status).toBe(201);
  });

  it('S28: 30,000 definitions of one port are warned of a few times', async () => {
    const ports = list(30_000, () => ({ containerPort: 80 }));
    const { status, headers } = await quickly('POST', `${PODS}?dryRun=All`, podOf('ports', { ports }));
    expect(status).toBe(201);
    expect(headers.get('warning')).toContain('duplicate port definition');
  });

  it('S28: an Endpoints of 8,000 ports times 8,000 addresses is shown in a table', async () => {
    const subsets = [
      {
        addresses: list(8000, (index) => ({ ip: `10.0.${index >> 8}.${index & 255}` })),
        ports: list(8000, (index) => ({ name: `p${index}`, port: index + 1 })),
      },
    ];
    const path = '/api/v1/namespaces/work/endpoints';
    expect((await quickly('POST', path, { metadata: { name: 'many' }, subsets })).status).toBe(201);
    const accept = 'application/json;as=Table;g=meta.k8s.io;v=v1';
    const table = await api.request('GET', `${path}/many`, { headers: { accept } });
    expect(table.body.rows[0].cells[1]).toBe('10.0.0.0:1,10.0.0.1:1,10.0.0.2:1 + 63999997 more...');
  });

  it('S28: 15,000 tolerations are kept or not', async () => {
    const tolerations = list(15_000, (index) => ({ key: `k${index}`, operator: 'Exists', effect: 'NoExecute' }));
    const body = { metadata: { name: 'tolerant' }, spec: { ...podOf('x', {}).spec, tolerations } };
    expect((await quickly('POST', PODS, body)).status).toBe(201);
    const patch = (more: object[]) => ({ spec: { tolerations: more } });
    const seconds = tolerations.map((each) => ({ ...each, tolerationSeconds: 5 }));
    const merge = 'application/merge-patch+json';
    expect((await quickly('PATCH', `${PODS}/tolerant?dryRun=All`, patch(seconds), merge)).status).toBe(200);
    expect((await quickly('PATCH', `${PODS}/tolerant?dryRun=All`, patch(seconds.slice(1)), merge)).status).toBe(422);
  });
});

describe('what the fuzzer found', () => {
  const ROLES = '/apis/rbac.authorization.k8s.io/v1/namespaces/work/roles';

  it('a name that no request could ask for is refused', async () => {
    const role = (name: string) => ({ metadata: { name }, rules: [] });
    expect((await quickly('POST', ROLES, role('\\'.repeat(1024)))).status).toBe(201);
    expect((await quickly('GET', `${ROLES}/${'%5C'.repeat(1024)}`, undefined)).status).toBe(200);
    const { status, body } = await quickly('POST', ROLES, role('\\'.repeat(1025)));
    expect(status).toBe(422);
    expect(body.message).toContain('must be no more than 1024 bytes');
  });

  it.each([{ toString: 1 }, { toString: {} }, [], 1, false, 'x'])(
    'a patch directive %j that there is not is told',
    async (directive) => {
      await api.request('POST', MAPS, { body: configMap('directed') });
      const type = 'application/strategic-merge-patch+json';
      const { status, body } = await quickly('PATCH', `${MAPS}/directed`, { metadata: { $patch: directive } }, type);
      expect(status).toBe(422);
      const said = directive === 'x' ? 'x' : JSON.stringify(directive);
      expect(body.details.causes[0].message).toContain(`unknown patch type: ${said} in map`);
    },
  );

  it('a pod with resources of its own and no containers is invalid', async () => {
    const spec = { hostNetwork: true, resources: {} };
    const { status, body } = await quickly('POST', PODS, { metadata: { name: 'empty' }, spec });
    expect(status).toBe(422);
    expect(body.details.causes).toContainEqual(expect.objectContaining({ field: 'spec.containers' }));
  });
});
