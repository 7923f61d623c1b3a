/** A container's environment, resolved as the kubelet does. */
import type { Pod } from '../../src/client/resources.ts';
import type { KeyedObject, ObjectSource } from '../volumes/contract.ts';
import { fieldValue, type NodeFacts, resourceValue } from '../volumes/downward.ts';
import { expand } from './expand.ts';
import type { Container } from './types.ts';

/** The pod's configuration names something that is not there: CreateContainerConfigError. */
export class ConfigError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ConfigError';
  }
}

export interface EnvironmentContext {
  objects: ObjectSource;
  services: ReadonlyMap<string, string>;
  node: NodeFacts;
  podIp: string;
}

/** Later entries win; references see what stands before them. Throws ConfigError. */
export async function resolveEnvironment(
  pod: Pod,
  container: Container,
  { objects, services, node, podIp }: EnvironmentContext,
): Promise<Map<string, string>> {
  const namespace = pod.metadata.namespace ?? '';
  const env = new Map<string, string>();

  for (const { configMapRef, secretRef, prefix = '' } of container.envFrom ?? []) {
    const [kind, reference] = configMapRef ? (['configmap', configMapRef] as const) : (['secret', secretRef] as const);
    if (reference === undefined) continue;
    const name = reference.name ?? '';
    const object =
      kind === 'configmap' ? await objects.configMap(namespace, name) : await objects.secret(namespace, name);
    if (object === undefined) {
      if (reference.optional) continue;
      throw new ConfigError(`${kind} "${name}" not found`);
    }
    for (const [key, value] of object.data) env.set(prefix + key, Buffer.from(value).toString());
  }

  for (const { name, value, valueFrom } of container.env ?? []) {
    if (valueFrom?.fieldRef) {
      env.set(name, fieldValue(pod, valueFrom.fieldRef.fieldPath, { podIp, hostIp: node.hostIp }));
    } else if (valueFrom?.resourceFieldRef) {
      env.set(name, resourceValue(pod, valueFrom.resourceFieldRef, node, container));
    } else if (valueFrom?.configMapKeyRef) {
      const { name: from = '', key, optional } = valueFrom.configMapKeyRef;
      setFromKey(env, name, 'ConfigMap', namespace, from, key, optional, await objects.configMap(namespace, from));
    } else if (valueFrom?.secretKeyRef) {
      const { name: from = '', key, optional } = valueFrom.secretKeyRef;
      setFromKey(env, name, 'Secret', namespace, from, key, optional, await objects.secret(namespace, from));
    } else if (valueFrom !== undefined && Object.keys(valueFrom).length > 0) {
      throw new ConfigError(`env ${name}: ${Object.keys(valueFrom)[0]} is not supported by this node`);
    } else {
      env.set(
        name,
        expand(value ?? '', (other) => env.get(other) ?? services.get(other)),
      );
    }
  }
  for (const [name, value] of services) if (!env.has(name)) env.set(name, value);
  return env;
}

function setFromKey(
  env: Map<string, string>,
  name: string,
  kind: 'ConfigMap' | 'Secret',
  namespace: string,
  from: string,
  key: string,
  optional: boolean | undefined,
  object: KeyedObject | undefined,
): void {
  const value = object?.data.get(key);
  if (value !== undefined) env.set(name, Buffer.from(value).toString());
  else if (optional) return;
  else if (object === undefined) throw new ConfigError(`${kind.toLowerCase()} "${from}" not found`);
  else throw new ConfigError(`couldn't find key ${key} in ${kind} ${namespace}/${from}`);
}
