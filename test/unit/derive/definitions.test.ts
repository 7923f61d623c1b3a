import { describe, expect, it } from 'vitest';
import { derivedDefinitions } from '../../../src/apis/generated/definitions.js';
import type { Schema } from '../../../src/meta/schema/types.ts';

const CORE = 'io.k8s.api.core.v1';
const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';

function definition(name: string): Schema {
  const found = derivedDefinitions[name];
  if (found === undefined) throw new Error(`${name} is not derived`);
  return found;
}

function property(name: string, field: string): Schema {
  const found = definition(name).properties?.[field];
  if (found === undefined) throw new Error(`${name} has no ${field}`);
  return found;
}

describe('derived definitions', () => {
  it.each([
    [`${CORE}.PodSpec`, ['containers']],
    [`${CORE}.Container`, ['name']],
    [`${CORE}.ContainerPort`, ['containerPort']],
    [`${CORE}.VolumeMount`, ['name', 'mountPath']],
    [`${CORE}.ServicePort`, ['port']],
    [`${CORE}.Event`, ['metadata', 'involvedObject']],
    ['io.k8s.api.apps.v1.DeploymentSpec', ['selector', 'template']],
    ['io.k8s.api.discovery.v1.Endpoint', ['addresses']],
    ['io.k8s.api.rbac.v1.RoleBinding', ['roleRef']],
    [`${META}.OwnerReference`, ['apiVersion', 'kind', 'name', 'uid']],
    [`${META}.Condition`, ['lastTransitionTime', 'message', 'reason', 'status', 'type']],
  ])('%s requires %j', (name, required) => {
    expect([...(definition(name).required ?? [])].sort()).toEqual([...required].sort());
  });

  it.each([
    [`${CORE}.PodSpec`, 'activeDeadlineSeconds', 'int64'],
    [`${CORE}.PodSpec`, 'priority', 'int32'],
    [`${CORE}.ContainerPort`, 'containerPort', 'int32'],
    [`${CORE}.Probe`, 'timeoutSeconds', 'int32'],
    [`${CORE}.SecretVolumeSource`, 'defaultMode', 'int32'],
    [`${CORE}.SecurityContext`, 'runAsUser', 'int64'],
    ['io.k8s.api.apps.v1.DeploymentSpec', 'replicas', 'int32'],
    ['io.k8s.api.apps.v1.DeploymentStatus', 'observedGeneration', 'int64'],
    ['io.k8s.api.coordination.v1.LeaseSpec', 'leaseDurationSeconds', 'int32'],
    ['io.k8s.api.apps.v1.ControllerRevision', 'revision', 'int64'],
    [`${META}.ObjectMeta`, 'generation', 'int64'],
  ])('%s.%s is an integer of format %s', (name, field, format) => {
    expect(property(name, field)).toMatchObject({ type: 'integer', format });
  });

  it('finds formats inside of lists and maps', () => {
    expect(property(`${CORE}.PodSecurityContext`, 'supplementalGroups').items).toMatchObject({
      type: 'integer',
      format: 'int64',
    });
    expect(property(`${CORE}.Secret`, 'data').additionalProperties).toMatchObject({ type: 'string', format: 'byte' });
    expect(property(`${CORE}.ConfigMap`, 'data').additionalProperties).toEqual({ type: 'string' });
  });

  it.each([
    [`${CORE}.PodSpec`, 'restartPolicy', ['Always', 'Never', 'OnFailure']],
    [`${CORE}.ServiceSpec`, 'type', ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']],
    [`${CORE}.ContainerPort`, 'protocol', ['SCTP', 'TCP', 'UDP']],
    [`${CORE}.Toleration`, 'effect', ['NoExecute', 'NoSchedule', 'PreferNoSchedule']],
    ['io.k8s.api.apps.v1.DeploymentStrategy', 'type', ['Recreate', 'RollingUpdate']],
    ['io.k8s.api.discovery.v1.EndpointSlice', 'addressType', ['FQDN', 'IPv4', 'IPv6']],
  ])('%s.%s takes %j', (name, field, values) => {
    expect([...(property(name, field).enum ?? [])].sort()).toEqual(values);
  });

  it('refers to other definitions by their upstream names', () => {
    expect(property(`${CORE}.Pod`, 'spec').$ref).toBe(`${CORE}.PodSpec`);
    expect(property(`${CORE}.Pod`, 'metadata').$ref).toBe(`${META}.ObjectMeta`);
    expect(property(`${CORE}.PodSpec`, 'containers').items).toEqual({ $ref: `${CORE}.Container` });
    expect(property(`${CORE}.ResourceRequirements`, 'limits').additionalProperties).toEqual({
      $ref: 'io.k8s.apimachinery.pkg.api.resource.Quantity',
    });
  });

  it('holds everything that it refers to', () => {
    const missing = [...JSON.stringify(derivedDefinitions).matchAll(/"\$ref":"([^"]+)"/g)]
      .map(([, name]) => name as string)
      .filter((name) => derivedDefinitions[name] === undefined);
    expect(missing).toEqual([]);
  });

  it('gives whole kinds their group, version and kind', () => {
    const of = (name: string) => definition(name)['x-kubernetes-group-version-kind'];
    expect(of(`${CORE}.Pod`)).toEqual([{ group: '', version: 'v1', kind: 'Pod' }]);
    expect(of('io.k8s.api.rbac.v1.ClusterRole')).toEqual([
      { group: 'rbac.authorization.k8s.io', version: 'v1', kind: 'ClusterRole' },
    ]);
    expect(of(`${CORE}.PodList`)).toEqual([{ group: '', version: 'v1', kind: 'PodList' }]);
    expect(of(`${CORE}.PodSpec`)).toBeUndefined();
  });

  it('describes definitions and properties, with their line breaks', () => {
    expect(definition(`${CORE}.ContainerPort`).description).toBe(
      'ContainerPort represents a network port in a single container.',
    );
    expect(property(`${CORE}.ContainerPort`, 'protocol').description).toContain(
      'Defaults to "TCP".\n\nPossible enum values:\n - `"SCTP"` is the SCTP protocol.',
    );
    expect(property(`${CORE}.Pod`, 'apiVersion').description).toContain('APIVersion defines the versioned schema');
    const described = Object.entries(derivedDefinitions).filter(([name]) => !/JSONSchemaProps|ExternalDoc/.test(name));
    const bare = described.flatMap(([name, { properties = {} }]) =>
      Object.entries(properties)
        .filter(([, { description }]) => !description)
        .map(([field]) => `${name}.${field}`),
    );
    // Upstream says nothing of these either, nor of those left out above.
    expect(bare).toEqual([
      'io.k8s.api.certificates.v1.CertificateSigningRequest.metadata',
      'io.k8s.api.certificates.v1.CertificateSigningRequestList.metadata',
      'io.k8s.api.networking.v1.IngressRule.http',
      `${META}.WatchEvent.type`,
    ]);
  });

  it('knows the scalars that have a form of their own', () => {
    expect(definition(`${META}.Time`)).toMatchObject({ type: 'string', format: 'date-time' });
    expect(definition(`${META}.MicroTime`)).toMatchObject({ type: 'string', format: 'date-time' });
    expect(definition('io.k8s.apimachinery.pkg.util.intstr.IntOrString')['x-kubernetes-int-or-string']).toBe(true);
    expect(definition(`${META}.FieldsV1`)['x-kubernetes-preserve-unknown-fields']).toBe(true);
    expect(definition('io.k8s.apimachinery.pkg.runtime.RawExtension')).toMatchObject({
      type: 'object',
      'x-kubernetes-preserve-unknown-fields': true,
    });
  });

  it('leaves out what v1.35 does not have', () => {
    expect(definition(`${CORE}.PodStatus`).properties).not.toHaveProperty('nodeAllocatableResourceClaimStatuses');
    expect(definition(`${CORE}.PodSpec`).properties).not.toHaveProperty('schedulingGroup');
    expect(derivedDefinitions).not.toHaveProperty([`${CORE}.PodSchedulingGroup`]);
  });

  it('leaves no number without a format', () => {
    const bare: string[] = [];
    const walk = (schema: Schema, at: string): void => {
      if ((schema.type === 'number' || schema.type === 'integer') && schema.format === undefined) bare.push(at);
      for (const [name, each] of Object.entries(schema.properties ?? {})) walk(each, `${at}.${name}`);
      if (schema.items !== undefined) walk(schema.items, `${at}[]`);
      if (typeof schema.additionalProperties === 'object') walk(schema.additionalProperties, `${at}{}`);
    };
    for (const [name, schema] of Object.entries(derivedDefinitions)) walk(schema, name);
    expect(bare).toEqual([]);
  });
});
