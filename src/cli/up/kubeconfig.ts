/** Bearer-token kubeconfigs with the cluster's CA pinned. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { parse, stringify } from 'yaml';
import type { NodeHost } from '../../hosts/node/start.ts';

export interface KubeconfigOptions {
  server: string;
  /** PEM */
  caCertificate: string;
  user: string;
  token: string;
  /** JSON is YAML too: the agent reads it without loading a YAML parser, 8 MB of the 80 it may take. */
  json?: boolean;
}

/** Writes it whole or not at all, mode 0600. */
export async function writeKubeconfig(file: string, options: KubeconfigOptions): Promise<void> {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'kedge',
        cluster: {
          server: options.server,
          'certificate-authority-data': Buffer.from(options.caCertificate).toString('base64'),
        },
      },
    ],
    users: [{ name: options.user, user: { token: options.token } }],
    contexts: [{ name: 'kedge', context: { cluster: 'kedge', user: options.user } }],
    'current-context': 'kedge',
  };
  const text = options.json === true ? JSON.stringify(config, null, 2) : stringify(config);
  // Nothing to write, and so nothing that a full disk could refuse.
  if ((await readFile(file, 'utf8').catch(() => '')) === text) return;
  const partial = `${file}.${process.pid}`;
  await writeFile(partial, text, { mode: 0o600 });
  await rename(partial, file);
}

/** The token in an existing kubeconfig while it is still good for the same user; else a new one. */
export async function keptToken(
  host: Pick<NodeHost, 'userOf' | 'createToken'>,
  kubeconfig: string,
  identity: { user: string; groups: string[]; description: string },
): Promise<string> {
  const text = await readFile(kubeconfig, 'utf8').catch(() => '');
  const existing = (parse(text) as { users?: { user?: { token?: string } }[] } | null)?.users?.[0]?.user?.token;
  if (existing !== undefined && (await host.userOf(existing)) === identity.user) return existing;
  return host.createToken(identity);
}
