import { quantityValue } from '../../src/meta/quantity.ts';
import type { RunCommand } from '../host/exec.ts';
import { kindOfPath, makeFolder, renameFolder, shareWithGroup } from '../host/files.ts';
import { isMountPoint, mountMemory } from '../host/mounts.ts';
import type { VolumePlugin } from './contract.ts';

/** Made once: what containers do to it afterwards, its mode included, is theirs. */
export function createEmptyDirs(run: RunCommand): VolumePlugin {
  return {
    async setUp(pod, { emptyDir }, target) {
      const group = pod.spec?.securityContext?.fsGroup;
      const share = async (folder: string) => {
        if (group !== undefined) await shareWithGroup(folder, group);
      };
      if ((await kindOfPath(target)) === 'absent') {
        // No volume's name has a dot. Complete before it has its name.
        const next = `${target}.new`;
        await makeFolder(next, 0o777);
        await share(next);
        await renameFolder(next, target);
      }
      if (emptyDir?.medium === 'Memory' && !(await isMountPoint(target))) {
        const { sizeLimit } = emptyDir;
        const size = sizeLimit === undefined ? [] : [`size=${quantityValue(sizeLimit)}`];
        await mountMemory(run, target, ['mode=0777', ...size]);
        await share(target);
      }
      return { path: target, readOnly: false };
    },
  };
}
