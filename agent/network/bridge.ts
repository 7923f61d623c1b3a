/** The bridge as the kernel has it: Docker makes it once and never looks again. */
import type { RunCommand } from '../host/exec.ts';
import { readTextFile } from '../host/files.ts';

/** True when it is there, up, and has an address in the podCIDR: only then does the kernel have the route to pods. */
export async function isBridgeInPlace(bridge: string, podCidr: string): Promise<boolean> {
  return hasRoute((await readTextFile('/proc/net/route')) ?? '', bridge, podCidr);
}

/** `routes`: /proc/net/route, whose addresses are hexadecimal and little-endian. */
export function hasRoute(routes: string, bridge: string, podCidr: string): boolean {
  const [network = '', length = ''] = podCidr.split('/');
  const mask = Number(length) === 0 ? 0 : (0xffffffff << (32 - Number(length))) >>> 0;
  const wanted = hexadecimal(bytesOf(network));
  const wantedMask = hexadecimal([mask >>> 24, (mask >>> 16) & 255, (mask >>> 8) & 255, mask & 255]);
  return routes.split('\n').some((line) => {
    const fields = line.split('\t');
    return fields[0] === bridge && fields[1] === wanted && fields[7] === wantedMask;
  });
}

/** Brings up a bridge that was taken down, and gives it back its address; pods do not notice. Errors do not matter. */
export async function mendBridge(run: RunCommand, bridge: string, podCidr: string): Promise<void> {
  const [network = '', length = ''] = podCidr.split('/');
  const [a = 0, b = 0, c = 0, d = 0] = bytesOf(network);
  // The first address is the gateway's, as Docker gives it.
  const gateway = `${a}.${b}.${c}.${d + 1}/${length}`;
  await run('ip', ['link', 'set', bridge, 'up']).catch(() => {});
  await run('ip', ['addr', 'replace', gateway, 'brd', '+', 'dev', bridge]).catch(() => {});
}

function bytesOf(address: string): number[] {
  return address.split('.').map(Number);
}

function hexadecimal(bytes: readonly number[]): string {
  return [...bytes]
    .reverse()
    .map((byte) => byte.toString(16).padStart(2, '0').toUpperCase())
    .join('');
}
