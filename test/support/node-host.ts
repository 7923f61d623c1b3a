/** The Node host as `kedge up` runs it, over real TLS on a port of its own, over a database of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createTransport } from '../../agent/host/transport.ts';
import { MASTERS } from '../../src/apiserver/request/user.ts';
import type { KeyPair } from '../../src/hosts/authority.ts';
import type { EncryptionKey } from '../../src/hosts/config.ts';
import { startNodeHost } from '../../src/hosts/node/start.ts';
import { createSession, type Session } from '../contract/api-session.ts';

export interface RunningNodeHost {
  /** https://127.0.0.1:<port> */
  url: string;
  /** PEM; clients must trust it. */
  ca: string;
  /** An administrator's. */
  token: string;
  /** What the host says, a JSON text a line; gone when it is stopped. */
  logFile: string;
  /** A new token of somebody else. */
  tokenOf(user: string, groups: readonly string[]): Promise<string>;
  /** The administrator over HTTP/1.1. */
  session(): Session;
  stop(): Promise<void>;
}

export async function startTestNodeHost(options: {
  databaseUrl: string;
  encryptionKeys: readonly EncryptionKey[];
  advertiseAddress?: string;
  authority?: KeyPair;
}): Promise<RunningNodeHost> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'kedge-host-'));
  const host = await startNodeHost({
    databaseUrl: options.databaseUrl,
    connections: 10,
    listen: { host: '127.0.0.1', port: 0 },
    names: ['127.0.0.1'],
    authority: options.authority,
    advertiseAddress: options.advertiseAddress ?? '192.0.2.10',
    externalUrl: 'https://127.0.0.1',
    encryptionKeys: options.encryptionKeys,
    cluster: { serviceCIDR: '10.96.0.0/16', clusterCIDR: '10.244.0.0/16' },
    logFile: path.join(folder, 'host.log'),
    logLevel: 'warn',
  });
  const token = await host.createToken({ user: 'admin', groups: [MASTERS], description: 'test' });
  const url = `https://127.0.0.1:${host.port}`;
  return {
    url,
    ca: host.caCertificate,
    token,
    logFile: path.join(folder, 'host.log'),
    tokenOf: (user, groups) => host.createToken({ user, groups, description: 'test' }),
    session: () => createSession(createTransport({ ca: host.caCertificate }), url, token),
    async stop() {
      await host.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
