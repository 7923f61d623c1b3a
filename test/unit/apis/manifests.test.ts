import { describe, expect, it } from 'vitest';
import { deployments } from '../../../src/apis/apps/deployment.ts';
import { pods } from '../../../src/apis/core/pod.ts';
import { groups } from '../../../src/apis/groups.ts';
import { bodyKinds, builtInResources, definitions } from '../../../src/apis/index.ts';
import { clusterRoleBindings } from '../../../src/apis/rbac/cluster-role-binding.ts';
import type { SubresourceKind } from '../../../src/apiserver/registry/contract.ts';
import { link } from '../../../src/meta/schema/link.ts';
import type { Schema } from '../../../src/meta/schema/types.ts';
import { validateSchema } from '../../../src/meta/schema/validate.ts';

import { cells, defaulted, prepared } from './support.ts';

describe('the manifests', () => {
  it('has every kind in the manifest of its own group', () => {
    for (const { group, resources = [], answered = [] } of groups) {
      for (const each of [...resources, ...answered]) expect(each.group, each.kind).toBe(group);
    }
  });

  it('answers, decodes and stores kinds that are derived', () => {
    for (const { schema } of [...builtInResources, ...bodyKinds]) expect(definitions).toHaveProperty([schema.$ref!]);
  });

  it('knows every subresource and other kind that it names in the definitions', () => {
    const kinds = new Set(
      Object.values(definitions).flatMap((schema) =>
        (schema['x-kubernetes-group-version-kind'] ?? []).map((each) => `${each.group}/${each.version}/${each.kind}`),
      ),
    );
    for (const { group, version, kind, subresources = {} } of builtInResources) {
      expect(kinds).toContain(`${group}/${version}/${kind}`);
      for (const each of Object.values(subresources)) {
        // Options of streams come in the query; upstream publishes no schema of them either.
        if (each.by === 'part' || (each.by === 'handler' && each.connect === true)) continue;
        const sub: SubresourceKind = each.kind;
        expect(kinds).toContain(`${sub.group ?? group}/${sub.version ?? version}/${sub.kind}`);
      }
    }
  });

  it('gives no two resources of a scope the same short name', () => {
    const names = builtInResources
      .filter(({ group }) => group !== 'events.k8s.io')
      // Versions of one kind share its names.
      .filter(
        (each, index, all) =>
          all.findIndex(({ group, resource }) => group === each.group && resource === each.resource) === index,
      )
      .flatMap(({ shortNames = [], singular, resource }) => [...shortNames, ...new Set([singular, resource])]);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });
});

function isZero(value: unknown): boolean {
  return !value || (typeof value === 'object' && Object.keys(value).length === 0);
}

describe('the overlay', () => {
  it('makes required scalars and structs present, as decoding into Go types does', () => {
    const role = defaulted(clusterRoleBindings, { metadata: {}, subjects: [{}] });
    expect(role).toMatchObject({ roleRef: { kind: '', name: '' }, subjects: [{ kind: '', name: '' }] });
    const pod = defaulted(pods, { metadata: {}, status: { containerStatuses: [{ name: 'c' }] } });
    expect(pod.status.containerStatuses).toEqual([
      { name: 'c', image: '', imageID: '', ready: false, restartCount: 0, state: {}, lastState: {} },
    ]);
    expect(pod.spec).toMatchObject({ restartPolicy: 'Always' });
    expect(defaulted(deployments, { metadata: {}, spec: {} }).spec).not.toHaveProperty('selector');
  });

  it('lets each kind judge the emptiest object without failing', () => {
    for (const definition of builtInResources) {
      const { strategy } = definition;
      const empty = prepared(definition, { metadata: { name: 'x', namespace: 'default' } });
      expect(() => [strategy.validate?.(empty), strategy.validateCreate?.(empty)]).not.toThrow();
      expect(() => cells(definition, empty)).not.toThrow();
    }
  });

  it('has only defaults that their own schema accepts', () => {
    const wrong: string[] = [];
    for (const [name, { properties = {} }] of Object.entries(definitions)) {
      for (const [field, schema] of Object.entries(properties)) {
        // Zero values stand for what is absent, which is for validation to judge.
        if (isZero(schema.default)) continue;
        const errors = validateSchema(link(schema, definitions), schema.default);
        wrong.push(...errors.map(({ message }) => `${name}.${field}: ${message}`));
      }
    }
    expect(wrong).toEqual([]);
  });

  it('names keys that the elements of merged lists have', () => {
    const wrong: string[] = [];
    const elements = (items: Schema | undefined): Schema =>
      items?.$ref === undefined ? (items ?? {}) : (definitions[items.$ref] ?? {});
    for (const [name, { properties = {} }] of Object.entries(definitions)) {
      for (const [field, schema] of Object.entries(properties)) {
        const keys = [
          ...(schema['x-kubernetes-list-map-keys'] ?? []),
          ...(schema['x-kubernetes-patch-merge-key'] ? [schema['x-kubernetes-patch-merge-key']] : []),
        ];
        for (const key of keys) {
          if (elements(schema.items).properties?.[key] === undefined) wrong.push(`${name}.${field}: ${key}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  it.each([
    ['io.k8s.api.core.v1.PodSpec', 'containers', 'merge', 'name', 'map', ['name']],
    ['io.k8s.api.core.v1.PodSpec', 'volumes', 'merge,retainKeys', 'name', 'map', ['name']],
    ['io.k8s.api.core.v1.PodSpec', 'hostAliases', 'merge', 'ip', 'map', ['ip']],
    [
      'io.k8s.api.core.v1.PodSpec',
      'topologySpreadConstraints',
      'merge',
      'topologyKey',
      'map',
      ['topologyKey', 'whenUnsatisfiable'],
    ],
    ['io.k8s.api.core.v1.PodSpec', 'tolerations', undefined, undefined, 'atomic', undefined],
    ['io.k8s.api.core.v1.Container', 'ports', 'merge', 'containerPort', 'map', ['containerPort', 'protocol']],
    ['io.k8s.api.core.v1.Container', 'env', 'merge', 'name', 'map', ['name']],
    ['io.k8s.api.core.v1.Container', 'volumeMounts', 'merge', 'mountPath', 'map', ['mountPath']],
    ['io.k8s.api.core.v1.Container', 'args', undefined, undefined, 'atomic', undefined],
    ['io.k8s.api.core.v1.ServiceSpec', 'ports', 'merge', 'port', 'map', ['port', 'protocol']],
    ['io.k8s.api.core.v1.ServiceAccount', 'secrets', 'merge', 'name', 'map', ['name']],
    ['io.k8s.api.core.v1.NodeSpec', 'podCIDRs', 'merge', undefined, 'set', undefined],
    ['io.k8s.api.core.v1.NodeStatus', 'addresses', 'merge', 'type', 'map', ['type']],
    ['io.k8s.api.core.v1.PodStatus', 'hostIPs', 'merge', 'ip', 'atomic', undefined],
    ['io.k8s.api.apps.v1.StatefulSetStatus', 'conditions', 'merge', 'type', 'map', ['type']],
    ['io.k8s.api.batch.v1.PodFailurePolicy', 'rules', undefined, undefined, 'atomic', undefined],
    ['io.k8s.api.core.v1.PodStatus', 'podIPs', 'merge', 'ip', 'map', ['ip']],
    ['io.k8s.api.apps.v1.DeploymentSpec', 'strategy', 'retainKeys', undefined, undefined, undefined],
    ['io.k8s.api.apps.v1.DeploymentStatus', 'conditions', 'merge', 'type', 'map', ['type']],
    ['io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta', 'finalizers', 'merge', undefined, 'set', undefined],
    ['io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta', 'ownerReferences', 'merge', 'uid', 'map', ['uid']],
  ] as const)('%s.%s merges as upstream', (name, field, strategy, mergeKey, listType, keys) => {
    const schema = definitions[name]?.properties?.[field] ?? {};
    expect(schema['x-kubernetes-patch-strategy']).toBe(strategy);
    expect(schema['x-kubernetes-patch-merge-key']).toBe(mergeKey);
    expect(schema['x-kubernetes-list-type']).toBe(listType);
    expect(schema['x-kubernetes-list-map-keys']).toEqual(keys);
  });

  it('marks structs and maps that server-side apply replaces as a whole', () => {
    expect(definitions['io.k8s.api.core.v1.ObjectReference']?.['x-kubernetes-map-type']).toBe('atomic');
    expect(definitions['io.k8s.api.core.v1.ServiceSpec']?.properties?.selector?.['x-kubernetes-map-type']).toBe(
      'atomic',
    );
  });
});
