import { describe, expect, test } from 'vitest';
import type { AdmissionPlugin, AdmissionRequest } from '../../../../src/apiserver/admission/contract.ts';
import { defaultTolerationSeconds } from '../../../../src/apiserver/admission/default-toleration-seconds.ts';
import { namespaceLifecycle } from '../../../../src/apiserver/admission/namespace-lifecycle.ts';
import { nodeTaint } from '../../../../src/apiserver/admission/node-taint.ts';
import { priority } from '../../../../src/apiserver/admission/priority.ts';
import { runtimeClass } from '../../../../src/apiserver/admission/runtime-class.ts';
import { request, strictReaders } from './requests.ts';

/** Runs the plugin if it handles the request, as the chain does. */
async function run(plugin: AdmissionPlugin, each: AdmissionRequest): Promise<void> {
  if (plugin.handles(each)) await plugin.admit?.(each);
}

describe('NamespaceLifecycle', () => {
  test.each(['default', 'kube-system', 'kube-public', 'kube-node-lease'])('keeps %s', async (name) => {
    await expect(run(namespaceLifecycle(), request('DELETE', 'namespaces', { name }))).rejects.toMatchObject({
      status: { code: 403, message: `namespaces "${name}" is forbidden: this namespace may not be deleted` },
    });
  });

  test('lets other namespaces go, and changes of these through', async () => {
    await run(namespaceLifecycle(), request('DELETE', 'namespaces', { name: 'mine' }));
    await run(namespaceLifecycle(), request('UPDATE', 'namespaces', { name: 'default' }));
    await run(namespaceLifecycle(), request('DELETE', 'pods', { name: 'default' }));
  });
});

describe('DefaultTolerationSeconds', () => {
  const NOT_READY = 'node.kubernetes.io/not-ready';
  const UNREACHABLE = 'node.kubernetes.io/unreachable';
  const added = (key: string) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 });

  async function tolerations(own?: object[]) {
    const object = { metadata: {}, spec: { containers: [], ...(own ? { tolerations: own } : {}) } };
    await run(defaultTolerationSeconds(), request('CREATE', 'pods', { object }));
    return (object.spec as { tolerations?: object[] }).tolerations;
  }

  test('adds what the pod does not say', async () => {
    expect(await tolerations()).toEqual([added(NOT_READY), added(UNREACHABLE)]);
    const mine = { key: NOT_READY, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 };
    expect(await tolerations([mine])).toEqual([mine, added(UNREACHABLE)]);
    const other = { key: NOT_READY, operator: 'Exists', effect: 'NoSchedule' };
    expect(await tolerations([other])).toEqual([other, added(NOT_READY), added(UNREACHABLE)]);
  });

  test('leaves a pod alone that tolerates everything', async () => {
    expect(await tolerations([{ operator: 'Exists' }])).toEqual([{ operator: 'Exists' }]);
  });
});

describe('Priority', () => {
  const readerOf = strictReaders(
    { 'priorityclasses/gold': null, 'priorityclasses/constructor': null },
    { priorityclasses: [] },
  );
  async function admitted(spec: object) {
    const object = { metadata: { name: 'web' }, spec: { ...spec } };
    await run(priority({ readerOf }), request('CREATE', 'pods', { object }));
    return object.spec;
  }

  test.each([
    [{}, 0],
    [{ priorityClassName: 'system-node-critical' }, 2000001000],
    [{ priorityClassName: 'system-cluster-critical' }, 2000000000],
  ])('of %j is %d', async (spec, value) => {
    expect(await admitted(spec)).toEqual({ ...spec, priority: value, preemptionPolicy: 'PreemptLowerPriority' });
  });

  test.each([
    [{ priorityClassName: 'gold' }, 'no PriorityClass with name gold was found'],
    [{ priorityClassName: 'constructor' }, 'no PriorityClass with name constructor was found'],
    [
      { priority: 7 },
      'the integer value of priority (7) must not be provided in pod spec; priority admission controller computed 0 from the given PriorityClass name',
    ],
    [
      { preemptionPolicy: 'Never' },
      'the string value of PreemptionPolicy (Never) must not be provided in pod spec; priority admission controller computed PreemptLowerPriority from the given PriorityClass name',
    ],
  ])('of %j is refused', async (spec, reason) => {
    await expect(admitted(spec)).rejects.toThrow(`pods "web" is forbidden: ${reason}`);
  });

  test('is not lost when an update leaves it out', async () => {
    const object = { metadata: {}, spec: {} };
    const old = { metadata: {}, spec: { priority: 5, preemptionPolicy: 'Never' } };
    await run(priority({ readerOf: strictReaders({}) }), request('UPDATE', 'pods', { object, old }));
    expect(object.spec).toEqual(old.spec);
  });
});

describe('TaintNodesByCondition', () => {
  const notReady = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };

  test.each([
    [{ metadata: {} }, [notReady]],
    [
      { metadata: {}, spec: { taints: [{ key: 'a', effect: 'NoExecute' }] } },
      [{ key: 'a', effect: 'NoExecute' }, notReady],
    ],
    [{ metadata: {}, spec: { taints: [notReady] } }, [notReady]],
  ])('a new node %j has the taints %j', async (object, taints) => {
    await run(nodeTaint(), request('CREATE', 'nodes', { object }));
    expect(object).toMatchObject({ spec: { taints } });
  });

  test('a node that exists is left alone', async () => {
    const object = { metadata: {} };
    await run(nodeTaint(), request('UPDATE', 'nodes', { object }));
    expect(object).toEqual({ metadata: {} });
  });
});

describe('RuntimeClass', () => {
  const plugin = runtimeClass({
    readerOf: strictReaders({ 'runtimeclasses/there': {}, 'runtimeclasses/away': null }),
  });
  const ask = (runtimeClassName?: string, operation: AdmissionRequest['operation'] = 'CREATE') =>
    plugin.handles(request(operation, 'pods', {}))
      ? plugin.validate?.(request(operation, 'pods', { object: { metadata: {}, spec: { runtimeClassName } } }))
      : undefined;

  test('takes pods of a class that is there, and asks about no other', async () => {
    await ask('there');
    await ask();
    await ask('away', 'UPDATE');
    await expect(ask('away')).rejects.toMatchObject({
      status: { code: 403, message: 'pods "web" is forbidden: pod rejected: RuntimeClass "away" not found' },
    });
  });
});
