/** A small kind with what makes schemas hard: references, cycles, lists of maps, maps, free-form parts, scalars. */
import { link } from '../../../../src/meta/schema/link.ts';
import type { Definitions } from '../../../../src/meta/schema/types.ts';

const V1 = 'example.v1';

export const definitions: Definitions = {
  [`${V1}.Shop`]: {
    type: 'object',
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { $ref: 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' },
      spec: { $ref: `${V1}.ShopSpec`, description: 'What is wanted.' },
    },
  },
  [`${V1}.ShopSpec`]: {
    type: 'object',
    required: ['owner'],
    properties: {
      owner: { type: 'string' },
      replicas: { type: 'integer', format: 'int32', default: 1 },
      open: { type: 'boolean' },
      ratio: { type: 'number', format: 'double' },
      policy: { type: 'string', enum: ['Always', 'Never'] },
      port: { $ref: 'io.k8s.apimachinery.pkg.util.intstr.IntOrString' },
      secret: { type: 'string', format: 'byte' },
      since: { $ref: 'io.k8s.apimachinery.pkg.apis.meta.v1.Time' },
      until: { $ref: 'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime' },
      limits: { type: 'object', additionalProperties: { $ref: 'io.k8s.apimachinery.pkg.api.resource.Quantity' } },
      selector: { type: 'object', additionalProperties: { type: 'string' } },
      finalizers: { type: 'array', items: { type: 'string' }, 'x-kubernetes-patch-strategy': 'merge' },
      args: { type: 'array', items: { type: 'string' } },
      items: {
        type: 'array',
        items: { $ref: `${V1}.Item` },
        'x-kubernetes-patch-strategy': 'merge',
        'x-kubernetes-patch-merge-key': 'name',
      },
      routes: { type: 'array', items: { $ref: `${V1}.Item` } },
      strategy: { allOf: [{ $ref: `${V1}.Strategy` }], default: {}, 'x-kubernetes-patch-strategy': 'retainKeys' },
      replaced: { $ref: `${V1}.Strategy`, 'x-kubernetes-patch-strategy': 'replace' },
      raw: { $ref: 'io.k8s.apimachinery.pkg.runtime.RawExtension' },
      extra: {
        type: 'object',
        'x-kubernetes-preserve-unknown-fields': true,
        properties: { item: { $ref: `${V1}.Item` } },
      },
    },
  },
  [`${V1}.Item`]: {
    type: 'object',
    required: ['name'],
    properties: {
      name: { type: 'string' },
      value: { type: 'string' },
      protocol: { type: 'string', default: 'TCP' },
      /** Cyclic. */
      children: {
        type: 'array',
        items: { $ref: `${V1}.Item` },
        'x-kubernetes-patch-strategy': 'merge',
        'x-kubernetes-patch-merge-key': 'name',
      },
    },
  },
  [`${V1}.Strategy`]: {
    type: 'object',
    properties: {
      type: { type: 'string', default: 'Rolling' },
      rolling: { type: 'object', properties: { surge: { type: 'integer', default: 25 }, size: { type: 'integer' } } },
    },
  },
  'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta': {
    type: 'object',
    properties: {
      name: { type: 'string' },
      labels: { type: 'object', additionalProperties: { type: 'string' } },
      creationTimestamp: { $ref: 'io.k8s.apimachinery.pkg.apis.meta.v1.Time' },
    },
  },
  'io.k8s.apimachinery.pkg.apis.meta.v1.Time': { type: 'string', format: 'date-time' },
  'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime': { type: 'string', format: 'date-time' },
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': { 'x-kubernetes-int-or-string': true },
  'io.k8s.apimachinery.pkg.api.resource.Quantity': { type: 'string' },
  'io.k8s.apimachinery.pkg.runtime.RawExtension': { type: 'object' },
};

export const shop = link({ $ref: `${V1}.Shop` }, definitions);
