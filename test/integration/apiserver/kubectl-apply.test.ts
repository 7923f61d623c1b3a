/** Server-side apply as the real kubectl and helm ask for it, without flags that avoid it. */
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type KubectlHost, startKubectlHost } from '../../support/kubectl-host.ts';

let host: KubectlHost;

beforeAll(async () => {
  host = await startKubectlHost();
});
afterAll(() => host?.stop());

const deployment = (name: string, replicas: number, image = 'a') =>
  JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'web', image, ports: [{ containerPort: 80 }] }] },
      },
    },
  });
const ssa = (input: string, ...flags: string[]) =>
  host.tryKubectl(['apply', '--server-side', '-f', '-', ...flags], input);
const replicas = (name: string) => host.kubectl('get', 'deployment', name, '-o', 'jsonpath={.spec.replicas}');
const managers = (kind: string, name: string) =>
  host.kubectl(
    'get',
    kind,
    name,
    '--show-managed-fields',
    '-o',
    'jsonpath={range .metadata.managedFields[*]}{.manager}/{.operation}/{.subresource} {end}',
  );

describe('kubectl apply --server-side', () => {
  test('creates, and shows conflicts with a scale until they are forced', async () => {
    expect(await ssa(deployment('web', 1))).toMatchObject({
      code: 0,
      stdout: 'deployment.apps/web serverside-applied\n',
    });
    await host.kubectl('scale', 'deployment', 'web', '--replicas=3');
    const refused = await ssa(deployment('web', 2));
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(
      'Apply failed with 1 conflict: conflict with "kubectl" with subresource "scale" using apps/v1: .spec.replicas',
    );
    expect(refused.stderr).toContain('--force-conflicts');
    expect((await ssa(deployment('web', 2), '--force-conflicts')).code).toBe(0);
    expect(await replicas('web')).toBe('2');
  });

  test('diff --server-side shows what would change, without changing it', async () => {
    await ssa(deployment('diff', 1));
    const diff = await host.tryKubectl(['diff', '--server-side', '-f', '-'], deployment('diff', 4));
    expect(diff.code).toBe(1);
    expect(diff.stdout).toMatch(/-\s+replicas: 1\n\+\s+replicas: 4/);
    expect(await replicas('diff')).toBe('1');
    expect((await host.tryKubectl(['diff', '--server-side', '-f', '-'], deployment('diff', 1))).code).toBe(0);
  });

  test('takes over what was applied from the client, and removes what is dropped then', async () => {
    const map = (data: Record<string, string>) =>
      JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'moved' }, data });
    expect((await host.tryKubectl(['apply', '-f', '-'], map({ a: '1', b: '1' }))).code).toBe(0);
    expect(await managers('configmap', 'moved')).toContain('kubectl-client-side-apply/Update/');
    const moved = await ssa(map({ a: '2' }));
    expect(moved.code, moved.stderr).toBe(0);
    expect(await host.kubectl('get', 'configmap', 'moved', '-o', 'jsonpath={.data}')).toBe('{"a":"2"}');
    expect(await managers('configmap', 'moved')).not.toContain('kubectl-client-side-apply');
  });

  test('edit and replace --force work on what was applied', async () => {
    await ssa(deployment('edited', 1, 'old'));
    const edited = await host.tryKubectl(['edit', 'deployment', 'edited'], undefined, {
      KUBE_EDITOR: 'sed -i s/old/new/',
    });
    expect(edited.code, edited.stderr).toBe(0);
    expect(await managers('deployment', 'edited')).toContain('kubectl-edit/Update/');
    const replaced = await host.tryKubectl(['replace', '--force', '-f', '-'], deployment('edited', 5));
    expect(replaced.code, replaced.stderr).toBe(0);
    expect(await replicas('edited')).toBe('5');
  });
});

describe('helm 4 without flags', () => {
  test('installs, upgrades, rolls back and uninstalls by server-side apply', async () => {
    const chart = path.join(host.folder, 'chart');
    await host.helm('create', chart);
    expect(await host.helm('install', 'rel', chart)).toContain('STATUS: deployed');
    expect(await managers('deployment', 'rel-chart')).toContain('helm/Apply/');
    expect(await host.helm('upgrade', 'rel', chart, '--set', 'replicaCount=3')).toContain('STATUS: deployed');
    expect(await replicas('rel-chart')).toBe('3');
    await host.helm('rollback', 'rel', '1');
    expect(await replicas('rel-chart')).toBe('1');
    await host.helm('uninstall', 'rel');
    expect((await host.tryKubectl(['get', 'deployment', 'rel-chart'])).stderr).toContain('NotFound');
  });
});
