/** The seccomp profile of a container. */
import path from 'node:path';
import type { Pod } from '../../src/client/resources.ts';
import { readTextFile } from '../host/files.ts';
import type { ContainerSpec } from '../runtime/contract.ts';
import type { Container } from './types.ts';

/**
 * The runtime's profile unless the pod says otherwise, as a kubelet with --seccomp-default. `folder` holds the machine's own
 * profiles (type Localhost), as the kubelet's seccomp folder does. Throws for a profile that is not there.
 */
export async function seccompOf(pod: Pod, container: Container, folder: string): Promise<ContainerSpec['seccomp']> {
  const security = container.securityContext;
  // As upstream's runtimes: what may do everything is not held back from anything.
  if (security?.privileged) return 'unconfined';
  const { type, localhostProfile = '' } = security?.seccompProfile ?? pod.spec?.securityContext?.seccompProfile ?? {};
  if (type === 'Unconfined') return 'unconfined';
  if (type !== 'Localhost') return 'default';
  const file = path.join(folder, localhostProfile);
  // The API refuses such paths; the node does not rely on it.
  const isWithin = localhostProfile !== '' && file.startsWith(`${folder}/`);
  const profile = isWithin ? await readTextFile(file) : undefined;
  if (profile === undefined) {
    throw new Error(`cannot load seccomp profile ${JSON.stringify(file)}: no such file or directory`);
  }
  return { profile };
}
