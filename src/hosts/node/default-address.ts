/** The address at which others reach this machine. */
import { readFile } from 'node:fs/promises';
import os from 'node:os';

/**
 * The address to advertise for one that is listened on, as upstream resolves it: itself when others can reach it, else
 * this machine's on the default route. undefined on a machine that has none.
 */
export async function advertiseAddress(listenHost: string): Promise<string | undefined> {
  const isUnspecific = ['0.0.0.0', '::'].includes(listenHost) || isLoopback(listenHost);
  return isUnspecific ? defaultRouteAddress() : listenHost;
}

/** Whether only this machine itself reaches what listens there. */
export function isLoopback(listenHost: string): boolean {
  return ['localhost', '::1'].includes(listenHost) || listenHost.startsWith('127.');
}

async function defaultRouteAddress(): Promise<string | undefined> {
  const routes = await readFile('/proc/net/route', 'utf8').catch(() => '');
  const [first] = routes
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'))
    .filter((fields) => fields[1] === '00000000' && fields[7] === '00000000')
    .sort((a, b) => Number(a[6]) - Number(b[6]));
  const interfaces = os.networkInterfaces();
  // Without a default route, whatever has an address that others may reach.
  const candidates = [first?.[0] ?? '', ...Object.keys(interfaces)].flatMap((name) => interfaces[name] ?? []);
  return candidates.find((each) => each.family === 'IPv4' && !each.internal)?.address;
}
