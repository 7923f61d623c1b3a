/** The walk of a new user, line by line, with real kubectl, Docker and iptables. Its bad-input twin is refusals.test.ts. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Deployment, Event, Lease, Node, Pod, ReplicaSet, Service } from '../../src/client/resources.ts';
import { createCluster, run, type TestCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';

interface List<T> {
  items: T[];
}

let cluster: TestCluster;

beforeAll(async () => {
  cluster = await createCluster();
  await cluster.start();
});
afterAll(() => cluster?.remove());

const helloPods = () => cluster.get<List<Pod>>('pods', '-l', 'app=hello').then((list) => list.items);
const readyPods = async () =>
  (await helloPods()).filter(
    (pod) =>
      pod.metadata.deletionTimestamp === undefined &&
      pod.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True'),
  );

/** The names that answer when an address is asked often enough to meet every pod. */
async function answers(address: string): Promise<Set<string>> {
  const names = new Set<string>();
  for (let i = 0; i < 40; i++) {
    const { code, stdout, stderr } = await run('curl', ['-sS', '--max-time', '5', address]);
    if (code !== 0) throw new Error(`curl ${address}: ${stderr}`);
    names.add(stdout.trim().replace('Hello from ', ''));
  }
  return names;
}

describe('a new cluster', () => {
  test('lists this machine as a Ready node', async () => {
    const table = await cluster.kubectl('get', 'nodes', '-o', 'wide');
    expect(table).toMatch(
      /NAME +STATUS +ROLES +AGE +VERSION +INTERNAL-IP +EXTERNAL-IP +OS-IMAGE +KERNEL-VERSION +CONTAINER-RUNTIME/,
    );
    expect(table).toMatch(new RegExp(`${cluster.nodeName} +Ready +.*v1\\.35\\..*docker://`));
  });

  test('has the namespaces and service accounts every cluster has', async () => {
    expect(await cluster.kubectl('get', 'namespaces', '-o', 'name')).toBe(
      'namespace/default\nnamespace/kube-node-lease\nnamespace/kube-public\nnamespace/kube-system\n',
    );
    await eventually(async () => {
      await cluster.kubectl('get', 'serviceaccount', 'default', '-n', 'default');
      await cluster.kubectl('get', 'configmap', 'kube-root-ca.crt', '-n', 'default');
    });
  });
});

describe('an idle cluster', () => {
  test('appends nothing to its log while the node goes on sending heartbeats', async () => {
    const revision = async () =>
      (
        JSON.parse(await cluster.kubectl('get', '--raw', '/api/v1/namespaces?limit=1')) as {
          metadata: { resourceVersion: string };
        }
      ).metadata.resourceVersion;
    const renewed = async () =>
      (await cluster.get<Lease>('lease', '-n', 'kube-node-lease', cluster.nodeName)).spec!.renewTime;
    await eventually(async () => {
      const before = [await revision(), await renewed()];
      // Longer than two heartbeats.
      await new Promise((resolve) => setTimeout(resolve, 22_000));
      expect(await revision()).toBe(before[0]);
      expect(await renewed()).not.toBe(before[1]);
    }, 60);
  });
});

describe('a Deployment and a Service', () => {
  test('are applied and roll out', async () => {
    expect(await cluster.kubectl('apply', '-f', 'examples/hello.yaml')).toBe(
      'deployment.apps/hello created\nservice/hello created\n',
    );
    expect(await cluster.kubectl('rollout', 'status', 'deploy/hello', '--timeout=120s')).toContain(
      'deployment "hello" successfully rolled out',
    );
    expect(await cluster.kubectl('apply', '-f', 'examples/hello.yaml')).toBe(
      'deployment.apps/hello unchanged\nservice/hello unchanged\n',
    );
  });

  test('show as pods on this node with addresses of its podCIDR', async () => {
    const table = await cluster.kubectl('get', 'pods', '-o', 'wide');
    expect(
      table.match(new RegExp(`hello-\\S+ +1/1 +Running +0 +\\S+ +10\\.\\S+ +${cluster.nodeName} `, 'g')),
    ).toHaveLength(3);
    const containers = await run('docker', ['ps', '--format', '{{.Names}}']);
    const [pod] = await helloPods();
    expect(containers.stdout).toContain(pod!.metadata.name!);
  });

  test('are described with their events', async () => {
    const [pod] = await helloPods();
    const description = await cluster.kubectl('describe', 'pod', pod!.metadata.name!);
    expect(description).toMatch(/Status: +Running/);
    expect(description).toMatch(/Controlled By: +ReplicaSet\/hello-/);
    expect(description).toMatch(/Normal +Scheduled .*Successfully assigned default\/hello-/);
    expect(description).toMatch(/Normal +Started/);
    const events = await cluster.get<List<Event>>('events');
    const reasons = new Set(events.items.map((event) => event.reason));
    for (const reason of ['ScalingReplicaSet', 'SuccessfulCreate', 'Scheduled', 'Created', 'Started']) {
      expect(reasons).toContain(reason);
    }
  });

  test('answer through the ClusterIP and the nodePort, spread over the pods', async () => {
    const names = new Set((await helloPods()).map((pod) => pod.metadata.name!));
    const service = await cluster.get<Service>('service', 'hello');
    const node = await cluster.get<Node>('node', cluster.nodeName);
    const nodeIP = node.status!.addresses!.find((address) => address.type === 'InternalIP')!.address;
    await eventually(async () => {
      expect(await answers(`http://${service.spec!.clusterIP}`)).toEqual(names);
    }, 30);
    expect(await answers(`http://${nodeIP}:30080`)).toEqual(names);
    expect(await answers('http://127.0.0.1:30080')).toEqual(names);
  });

  test('are reached from inside a pod, by its own Service too', async () => {
    const service = await cluster.get<Service>('service', 'hello');
    const [pod] = await helloPods();
    const [container] = await cluster.containers('web', pod!.metadata.uid);
    for (let i = 0; i < 12; i++) {
      const get = `printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 5 ${service.spec!.clusterIP} 80 | tail -1`;
      const inside = await run('docker', ['exec', container!, 'sh', '-c', get]);
      expect(inside.stdout || inside.stderr).toMatch(/^Hello from hello-/);
    }
  });

  test('have logs, whole and followed', async () => {
    expect(await cluster.kubectl('logs', 'deploy/hello')).toMatch(/^hello-\S+ listens on port 8080\n/);
    const [pod] = await helloPods();
    const name = pod!.metadata.name!;
    const follow = cluster.follow('logs', '-f', '--tail=0', name);
    await eventually(async () => {
      // httpd -v logs each request; only what is written from now on is followed.
      await run('curl', ['-sS', '--max-time', '5', `http://${pod!.status!.podIP}:8080/`]);
      expect(follow.output()).toContain('response:200');
    });
    expect(follow.output()).not.toContain('listens on port 8080');
    const recent = await cluster.kubectl('logs', '--since=60s', '--timestamps', name);
    expect(recent).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z .*response:200$/m);
    await cluster.kubectl('delete', 'pod', name);
    expect(await follow.ended).toBe(0);
    await cluster.kubectl('rollout', 'status', 'deploy/hello', '--timeout=120s');
  });
});

describe('a running Deployment', () => {
  test('scales', async () => {
    await cluster.kubectl('scale', 'deploy', 'hello', '--replicas=5');
    await cluster.kubectl('rollout', 'status', 'deploy/hello', '--timeout=120s');
    expect(await readyPods()).toHaveLength(5);
    await cluster.kubectl('scale', 'deploy', 'hello', '--replicas=3');
    await eventually(async () => expect(await helloPods()).toHaveLength(3));
  });

  test('rolls to a new image without losing capacity, and back', async () => {
    await cluster.kubectl('set', 'image', 'deploy/hello', 'web=busybox:1.37');
    await cluster.kubectl('annotate', 'deploy/hello', 'kubernetes.io/change-cause=busybox 1.37');
    await cluster.kubectl('rollout', 'status', 'deploy/hello', '--timeout=120s');
    expect((await readyPods()).map((pod) => pod.spec!.containers[0]!.image)).toEqual(Array(3).fill('busybox:1.37'));
    const history = await cluster.kubectl('rollout', 'history', 'deploy/hello');
    expect(history).toMatch(/^1 +<none>$/m);
    expect(history).toMatch(/^2 +busybox 1\.37$/m);

    expect(await cluster.kubectl('rollout', 'undo', 'deploy/hello')).toBe('deployment.apps/hello rolled back\n');
    await cluster.kubectl('rollout', 'status', 'deploy/hello', '--timeout=120s');
    expect((await readyPods()).map((pod) => pod.spec!.containers[0]!.image)).toEqual(Array(3).fill('busybox:1.36'));
    const { items } = await cluster.get<List<ReplicaSet>>('rs', '-l', 'app=hello');
    expect(items).toHaveLength(2);
    expect(items.map((rs) => rs.metadata.annotations!['deployment.kubernetes.io/revision']).sort()).toEqual(['2', '3']);
  });

  test('pauses and resumes', async () => {
    await cluster.kubectl('rollout', 'pause', 'deploy/hello');
    await cluster.kubectl('set', 'env', 'deploy/hello', 'COLOUR=blue');
    const paused = await eventually(async () => {
      const deployment = await cluster.get<Deployment>('deploy', 'hello');
      expect(deployment.status!.observedGeneration).toBe(deployment.metadata.generation);
      return deployment;
    });
    expect(paused.status!.conditions!.find((each) => each.type === 'Progressing')!.reason).toBe('DeploymentPaused');
    expect(paused.status!.updatedReplicas ?? 0).toBe(0);
    await cluster.kubectl('rollout', 'resume', 'deploy/hello');
    await cluster.kubectl('rollout', 'status', 'deploy/hello', '--timeout=120s');
    for (const pod of await readyPods()) {
      expect(pod.spec!.containers[0]!.env).toEqual([{ name: 'COLOUR', value: 'blue' }]);
    }
  });

  test('has a killed container restarted, with back-off when it repeats', async () => {
    const [pod] = await readyPods();
    const name = pod!.metadata.name!;
    const killWeb = async () => {
      const [container] = await cluster.containers('web', pod!.metadata.uid);
      if (container === undefined) throw new Error('no running container');
      await run('docker', ['kill', container]);
    };
    await killWeb();
    await eventually(async () => {
      expect(await cluster.kubectl('get', 'pod', name)).toMatch(/1\/1 +Running +1 \(/);
    });
    await killWeb();
    await eventually(async () => {
      expect(await cluster.kubectl('get', 'pod', name)).toContain('CrashLoopBackOff');
    });
    const events = await cluster.get<List<Event>>(
      'events',
      '--field-selector',
      `involvedObject.name=${name},reason=BackOff`,
    );
    expect(events.items[0]!.message).toMatch(/^Back-off restarting failed container web in pod hello-/);
    await eventually(async () => {
      expect(await cluster.kubectl('get', 'pod', name)).toMatch(/1\/1 +Running +2 \(/);
    }, 60);
  });
});

describe('kubectl', () => {
  test('cordons and uncordons the node', async () => {
    await cluster.kubectl('cordon', cluster.nodeName);
    expect(await cluster.kubectl('get', 'nodes')).toMatch(/Ready,SchedulingDisabled/);
    await cluster.kubectl('scale', 'deploy', 'hello', '--replicas=4');
    await eventually(async () => {
      const pending = (await helloPods()).find((pod) => pod.status!.phase === 'Pending');
      const condition = pending?.status?.conditions?.find((each) => each.type === 'PodScheduled');
      expect(condition?.message).toMatch(/^0\/1 nodes are available: 1 node\(s\) were unschedulable\./);
    });
    await cluster.kubectl('uncordon', cluster.nodeName);
    await cluster.kubectl('rollout', 'status', 'deploy/hello', '--timeout=120s');
    expect(await readyPods()).toHaveLength(4);
  });

  test('labels, annotates, patches and edits', async () => {
    await cluster.kubectl('label', 'deploy', 'hello', 'team=blue');
    await cluster.kubectl('annotate', 'service', 'hello', 'note=seen');
    await cluster.kubectl('patch', 'deploy', 'hello', '-p', '{"spec":{"replicas":2}}');
    await cluster.kubectl(
      'patch',
      'deploy',
      'hello',
      '--type=json',
      '-p',
      '[{"op":"add","path":"/metadata/labels/tier","value":"web"}]',
    );
    const edited = await cluster.tryKubectl(['edit', 'deploy', 'hello'], undefined, {
      KUBE_EDITOR: 'sed -i s/progressDeadlineSeconds:.*/progressDeadlineSeconds:\\ 300/',
    });
    expect(edited.stdout).toBe('deployment.apps/hello edited\n');
    const deployment = await cluster.get<Deployment>('deploy', 'hello');
    expect(deployment.metadata.labels).toMatchObject({ team: 'blue', tier: 'web' });
    expect(deployment.spec!.replicas).toBe(2);
    expect(deployment.spec!.progressDeadlineSeconds).toBe(300);
  });

  test('explains fields and lists what is served', async () => {
    const explained = await cluster.kubectl('explain', 'pod.spec');
    expect(explained).toMatch(/KIND: +Pod/);
    expect(explained).toMatch(/containers\s+<\[\]Container> -required-/);
    expect(await cluster.kubectl('explain', 'deploy.spec.strategy.rollingUpdate.maxSurge')).toContain('<IntOrString>');
    const resources = await cluster.kubectl('api-resources');
    expect(resources).toMatch(/^deployments +deploy +apps\/v1 +true +Deployment$/m);
    expect(resources).toMatch(/^nodes +no +v1 +false +Node$/m);
  });

  test('deletes all of it', async () => {
    await cluster.kubectl('delete', '-f', 'examples/hello.yaml');
    await eventually(async () => {
      expect(await cluster.kubectl('get', 'pods,rs,endpoints', '-l', 'app=hello', '-o', 'name')).toBe('');
    });
    await eventually(async () => {
      expect(await cluster.containers()).toEqual([]);
    });
    const service = await run('curl', ['-sS', '--max-time', '2', 'http://127.0.0.1:30080']);
    expect(service.code).not.toBe(0);
  });
});
