/** Registry credentials from a pod's imagePullSecrets, found and ordered as upstream's pkg/credentialprovider does. */
import type { Pod } from '../../src/client/resources.ts';
import type { RegistryCredentials } from '../runtime/contract.ts';
import type { ObjectSource } from '../volumes/contract.ts';

type Auths = Record<string, { username?: string; password?: string; auth?: string } | null>;

/**
 * All credentials for the image, the most specific first: each is to be tried. None: to pull without any. Secrets that are
 * not there are passed over.
 */
export async function findCredentials(pod: Pod, image: string, objects: ObjectSource): Promise<RegistryCredentials[]> {
  const found: { server: string; credentials: RegistryCredentials }[] = [];
  for (const { name } of pod.spec?.imagePullSecrets ?? []) {
    const secret = await objects.secret(pod.metadata.namespace ?? '', name ?? '');
    for (const [server, entry] of Object.entries(authsOf(secret?.data))) {
      if (entry === null || !matches(server, image)) continue;
      const [user = '', ...rest] = Buffer.from(entry.auth ?? '', 'base64')
        .toString()
        .split(':');
      const { username = user, password = rest.join(':') } = entry;
      found.push({ server: normal(server), credentials: { username, password, serveraddress: server } });
    }
  }
  // As upstream: in reverse order of the text, so that a longer path comes first. Secrets keep their order.
  found.sort((a, b) => (a.server === b.server ? 0 : a.server < b.server ? 1 : -1));
  return found.map(({ credentials }) => credentials);
}

function authsOf(data: ReadonlyMap<string, Uint8Array> | undefined): Auths {
  const json = data?.get('.dockerconfigjson');
  if (json !== undefined) return (JSON.parse(Buffer.from(json).toString()) as { auths?: Auths }).auths ?? {};
  const old = data?.get('.dockercfg');
  return old === undefined ? {} : (JSON.parse(Buffer.from(old).toString()) as Auths);
}

const DOCKER_HUB = 'docker.io';

/** Whether credentials for a server ("https://host:port/path", "*.host/path") are for the image. */
export function matches(server: string, image: string): boolean {
  const [host = '', ...path] = normal(server).split('/');
  const [wanted = '', ...repository] = repositoryOf(image).split('/');
  return matchesHost(host, wanted) && repository.join('/').startsWith(path.join('/'));
}

/** The registry's host (and port) and the repository of an image reference, without tag and digest. */
export function repositoryOf(image: string): string {
  const [name = ''] = image.split('@');
  const colon = name.lastIndexOf(':');
  const untagged = colon > name.lastIndexOf('/') ? name.slice(0, colon) : name;
  const [first = '', ...rest] = untagged.split('/');
  const isHost = rest.length > 0 && (first.includes('.') || first.includes(':') || first === 'localhost');
  return isHost ? untagged : `${DOCKER_HUB}/${untagged}`;
}

function normal(server: string): string {
  const bare = server.slice(server.startsWith('https://') ? 8 : server.startsWith('http://') ? 7 : 0);
  const [host = '', ...path] = bare.split('/');
  if (path[0] === 'v1' || path[0] === 'v2') path.shift();
  return [host === 'index.docker.io' ? DOCKER_HUB : host, ...path].join('/').replace(/\/$/, '');
}

/** Part by part, each of which may have stars; the port as it is. */
function matchesHost(pattern: string, host: string): boolean {
  const [name = '', port = ''] = pattern.split(':');
  const [wantedName = '', wantedPort = ''] = host.split(':');
  const parts = name.split('.');
  const wanted = wantedName.split('.');
  return (
    port === wantedPort && parts.length === wanted.length && parts.every((part, i) => matchesPart(part, wanted[i]!))
  );
}

function matchesPart(pattern: string, text: string): boolean {
  const pieces = pattern.split('*');
  const [start = ''] = pieces;
  if (pieces.length === 1) return pattern === text;
  const end = pieces.at(-1)!;
  if (text.length < start.length + end.length || !text.startsWith(start) || !text.endsWith(end)) return false;
  let from = start.length;
  for (const piece of pieces.slice(1, -1)) {
    const at = text.indexOf(piece, from);
    if (at === -1) return false;
    from = at + piece.length;
  }
  return from <= text.length - end.length;
}
