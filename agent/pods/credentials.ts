/** Registry credentials from a pod's imagePullSecrets. */
import type { Pod } from '../../src/client/resources.ts';
import type { RegistryCredentials } from '../runtime/contract.ts';
import type { ObjectSource } from '../volumes/contract.ts';

interface DockerConfig {
  auths?: Record<string, { username?: string; password?: string; auth?: string }>;
}

/** The first credentials for the image's registry; undefined to pull without any. Secrets that are not there are passed over. */
export async function findCredentials(
  pod: Pod,
  image: string,
  objects: ObjectSource,
): Promise<RegistryCredentials | undefined> {
  const registry = registryOf(image);
  for (const { name } of pod.spec?.imagePullSecrets ?? []) {
    const secret = await objects.secret(pod.metadata.namespace ?? '', name ?? '');
    const json = secret?.data.get('.dockerconfigjson');
    if (json === undefined) continue;
    const { auths = {} } = JSON.parse(Buffer.from(json).toString()) as DockerConfig;
    for (const [server, { username, password, auth }] of Object.entries(auths)) {
      if (hostOf(server) !== registry) continue;
      const [user = '', ...secretParts] = Buffer.from(auth ?? '', 'base64')
        .toString()
        .split(':');
      return { username: username ?? user, password: password ?? secretParts.join(':'), serveraddress: server };
    }
  }
  return undefined;
}

const DOCKER_HUB = 'docker.io';

/** The registry's host (and port) of an image reference. */
export function registryOf(image: string): string {
  const [first = '', ...rest] = image.split('/');
  const isHost = rest.length > 0 && (first.includes('.') || first.includes(':') || first === 'localhost');
  return isHost ? first : DOCKER_HUB;
}

function hostOf(server: string): string {
  const host = server.replace(/^https?:\/\//, '').split('/')[0] ?? '';
  return host === 'index.docker.io' ? DOCKER_HUB : host;
}
