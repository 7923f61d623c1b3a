/** Bearer-token kubeconfigs with the cluster's CA pinned. */
import { rename, writeFile } from 'node:fs/promises';
import { stringify } from 'yaml';

export interface KubeconfigOptions {
  server: string;
  /** PEM */
  caCertificate: string;
  user: string;
  token: string;
}

/** Writes it whole or not at all, mode 0600. */
export async function writeKubeconfig(file: string, options: KubeconfigOptions): Promise<void> {
  const text = stringify({
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
  });
  const partial = `${file}.${process.pid}`;
  await writeFile(partial, text, { mode: 0o600 });
  await rename(partial, file);
}
