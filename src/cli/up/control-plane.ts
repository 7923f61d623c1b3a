/**
 * The process of the control plane: API, controllers and scheduler. `kedge up` starts it, starts it again when it ends,
 * and tells it by SIGTERM to stop. Without its parent it stops too.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseEncryptionKeys } from '../../hosts/config.ts';
import { isOutage } from '../../hosts/node/outage.ts';
import { machineNames, readAuthority } from '../../hosts/node/serving-certificate.ts';
import { type NodeHost, startNodeHost } from '../../hosts/node/start.ts';
import { guarded } from '../../meta/guard.ts';
import { describeError } from '../describe-error.ts';
import type { ControlPlaneOptions, Report, Request } from './control-plane-contract.ts';
import { keptToken, writeKubeconfig } from './kubeconfig.ts';

const FIRST_TRY_AGAIN_MS = 500;
const LAST_TRY_AGAIN_MS = 5_000;

/** Once it is sent; the parent may be gone, and then this process is about to end. */
const report = (message: Report) =>
  new Promise<void>((resolve) => {
    if (process.connected) process.send!(message, undefined, undefined, () => resolve());
    else resolve();
  });

let host: NodeHost | undefined;
let stopping: Promise<void> | undefined;
const stop = guarded('stop', () => {
  stopping ??= (host?.close() ?? Promise.resolve()).catch((error: unknown) => console.error(error));
  void stopping.then(() => process.exit(0));
});
process.on('SIGTERM', stop);
process.on('disconnect', stop);
process.once(
  'message',
  guarded('start', (options: ControlPlaneOptions) => {
    serve(options).catch((error: unknown) => {
      void report({ type: 'failed', message: describeError(error) }).then(() => process.exit(1));
    });
  }),
);

async function serve(options: ControlPlaneOptions): Promise<void> {
  const { data, listen, advertiseAddress } = options;
  const names = [
    ...machineNames(),
    ...(isWildcard(listen.host) ? [] : [listen.host]),
    ...(advertiseAddress === undefined ? [] : [advertiseAddress]),
  ];
  const authority = await readAuthority(data.pki);
  const running = await patiently(() =>
    startNodeHost({
      databaseUrl: options.databaseUrl,
      connections: options.connections,
      listen,
      names,
      authority,
      advertiseAddress,
      externalUrl: options.externalUrl,
      encryptionKeys: parseEncryptionKeys(options.encryptionKeys),
      cluster: { serviceCIDR: options.serviceCIDR, clusterCIDR: options.clusterCIDR },
      logFile: data.controlPlaneLog,
      logLevel: options.logLevel,
      maxTokenSeconds: options.maxTokenSeconds,
    }),
  );
  host = running;
  const { caCertificate } = running;
  const server = `https://${isWildcard(listen.host) ? '127.0.0.1' : bracketed(listen.host)}:${running.port}`;
  const admin = { user: 'admin', groups: ['system:masters'], description: 'kedge up' };
  const token = await patiently(() => keptToken(running, data.kubeconfig, admin));
  await writeKubeconfig(data.kubeconfig, { server, caCertificate, user: 'admin', token });

  async function answer(request: Request): Promise<void> {
    if (request.name === 'waitForNode') return running.waitForNode(request.nodeName, request.milliseconds);
    const user = `system:node:${request.nodeName}`;
    const identity = { user, groups: ['system:nodes'], description: `agent of ${request.nodeName}` };
    const token = await keptToken(running, data.agentKubeconfig, identity);
    await writeKubeconfig(data.agentKubeconfig, { server, caCertificate, user, token, json: true });
  }
  process.on(
    'message',
    guarded('request of kedge up', (request: Request) => {
      answer(request).then(
        () => void report({ type: 'answer', id: request.id }),
        (error: unknown) => void report({ type: 'answer', id: request.id, error: describeError(error) }),
      );
    }),
  );
  await report({ type: 'ready', port: running.port, server });
}

/** Waits for a database that is away, as long as it takes, and says so. */
async function patiently<T>(run: () => Promise<T>): Promise<T> {
  let delayMs = FIRST_TRY_AGAIN_MS;
  for (;;) {
    try {
      return await run();
    } catch (error) {
      if (!isOutage(error)) throw error;
      void report({ type: 'waiting', message: describeError(error) });
      await sleep(delayMs);
      delayMs = Math.min(2 * delayMs, LAST_TRY_AGAIN_MS);
    }
  }
}

function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
