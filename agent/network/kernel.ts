/** The kernel's settings that pod networking needs. */
import type { RunCommand } from '../host/exec.ts';
import { listFolder, readTextFile, writeKernelFile } from '../host/files.ts';

async function ensureSetting(name: string, value: string): Promise<boolean> {
  const file = `/proc/sys/${name.replaceAll('.', '/')}`;
  if ((await readTextFile(file))?.trim() === value) return true;
  return writeKernelFile(file, value).then(
    () => true,
    () => false,
  );
}

/** Throws when pods could not reach anything; says whether bridged packets pass iptables, which can be done without. */
export async function prepareKernel(run: RunCommand): Promise<{ bridgeFiltering: boolean }> {
  if (!(await ensureSetting('net.ipv4.ip_forward', '1'))) throw new Error('net.ipv4.ip_forward cannot be turned on');
  // For 127.0.0.1:nodePort; without it only that does not work.
  await ensureSetting('net.ipv4.conf.all.route_localnet', '1');
  // A built-in br_netfilter cannot be loaded, and need not be.
  await run('modprobe', ['br_netfilter']).catch(() => {});
  return { bridgeFiltering: await ensureSetting('net.bridge.bridge-nf-call-iptables', '1') };
}

/**
 * Lets a bridge send packets back out of the port that they came from: a pod that reaches itself through its service, when
 * bridged packets pass iptables. Idempotent; ports of other bridges are left alone.
 */
export async function enableHairpin(bridge: string): Promise<void> {
  for (const port of await listFolder(`/sys/class/net/${bridge}/brif`)) {
    const file = `/sys/class/net/${bridge}/brif/${port}/hairpin_mode`;
    // A port may go at any time.
    if ((await readTextFile(file).catch(() => undefined))?.trim() === '0')
      await writeKernelFile(file, '1').catch(() => {});
  }
}
