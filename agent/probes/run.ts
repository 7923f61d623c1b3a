/** httpGet, tcpSocket and exec; the wording of their failures is the kubelet's. */

import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { guarded } from '../../src/meta/guard.ts';
import { setOwn } from '../../src/meta/own.ts';
import { ExecTimeout, type Runtime } from '../runtime/contract.ts';
import type { Probe, ProbeOutcome, ProbeTarget, RunProbe } from './contract.ts';

/** Bytes of a body or an output that are looked at. */
const MAX_BODY = 10 << 10;

export function createProbeRunner(runtime: Pick<Runtime, 'exec'>): RunProbe {
  return (probe, target) => {
    const timeoutMs = (probe.timeoutSeconds ?? 1) * 1000;
    if (probe.exec) return runExec(runtime, probe.exec.command ?? [], target, timeoutMs);
    if (probe.httpGet) return runHttp(probe.httpGet, target, timeoutMs);
    if (probe.tcpSocket) return runTcp(probe.tcpSocket, target, timeoutMs);
    return Promise.resolve({ healthy: false, output: 'unsupported probe' });
  };
}

async function runExec(
  runtime: Pick<Runtime, 'exec'>,
  command: string[],
  target: ProbeTarget,
  timeoutMs: number,
): Promise<ProbeOutcome> {
  try {
    const { exitCode, output } = await runtime.exec(target.containerId, command, timeoutMs);
    return { healthy: exitCode === 0, output };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const output = error instanceof ExecTimeout ? `command "${command.join(' ')}" timed out` : message;
    return { healthy: false, output };
  }
}

export function runHttp(
  get: NonNullable<Probe['httpGet']>,
  target: ProbeTarget,
  timeoutMs: number,
): Promise<ProbeOutcome> {
  const port = portOf(get.port, target);
  const secure = get.scheme === 'HTTPS';
  const url = `${secure ? 'https' : 'http'}://${get.host || target.podIp}:${port}${get.path ?? '/'}`;
  const headers: Record<string, string> = { 'user-agent': 'kube-probe/1.35', accept: '*/*', connection: 'close' };
  for (const { name, value } of get.httpHeaders ?? []) setOwn(headers, name.toLowerCase(), value);
  return new Promise((resolve) => {
    const options = { method: 'GET', headers, agent: false, signal: AbortSignal.timeout(timeoutMs) };
    // Probes do not verify certificates: they ask whether something answers.
    const request = secure ? https.request(url, { ...options, rejectUnauthorized: false }) : http.request(url, options);
    request.on(
      'error',
      guarded('probe error', (error: Error) => {
        const reason = options.signal.aborted
          ? 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)'
          : error.message;
        resolve({ healthy: false, output: `Get "${url}": ${reason}` });
      }),
    );
    request.on(
      'response',
      guarded('probe response', (response: http.IncomingMessage) => {
        let size = 0;
        response.on(
          'data',
          guarded('probe data', (chunk: Buffer) => {
            size += chunk.length;
            if (size > MAX_BODY) response.destroy();
          }),
        );
        response.on('error', () => {});
        const status = response.statusCode ?? 0;
        const healthy = status >= 200 && status < 400;
        resolve({ healthy, output: healthy ? '' : `HTTP probe failed with statuscode: ${status}` });
      }),
    );
    request.end();
  });
}

function runTcp(
  socket: NonNullable<Probe['tcpSocket']>,
  target: ProbeTarget,
  timeoutMs: number,
): Promise<ProbeOutcome> {
  const host = socket.host || target.podIp;
  const port = portOf(socket.port, target);
  return new Promise((resolve) => {
    const connection = net.connect({ host, port });
    const end = (outcome: ProbeOutcome) => {
      connection.destroy();
      resolve(outcome);
    };
    connection.setTimeout(
      timeoutMs,
      guarded('probe timeout', () => end({ healthy: false, output: `dial tcp ${host}:${port}: i/o timeout` })),
    );
    connection.on(
      'connect',
      guarded('probe connect', () => end({ healthy: true, output: '' })),
    );
    connection.on(
      'error',
      guarded('probe error', (error: Error) =>
        end({ healthy: false, output: `dial tcp ${host}:${port}: ${error.message}` }),
      ),
    );
  });
}

function portOf(port: string | number, target: ProbeTarget): number {
  return typeof port === 'number' ? port : (target.ports.get(port) ?? Number(port));
}
