import type { Pod } from '../../src/client/resources.ts';
import { quantityValue } from '../../src/meta/quantity.ts';
import type { RunCommand } from '../host/exec.ts';
import { makeFolder, shareWithGroup } from '../host/files.ts';
import { isMountPoint, mountMemory } from '../host/mounts.ts';
import type { VolumePlugin } from './contract.ts';

export function createEmptyDirs(run: RunCommand): VolumePlugin {
  return {
    async setUp(pod: Pod, { emptyDir }, target) {
      await makeFolder(target, 0o777);
      if (emptyDir?.medium === 'Memory' && !(await isMountPoint(target))) {
        const { sizeLimit } = emptyDir;
        await mountMemory(run, target, [
          'mode=0777',
          ...(sizeLimit === undefined ? [] : [`size=${quantityValue(sizeLimit)}`]),
        ]);
      }
      const group = pod.spec?.securityContext?.fsGroup;
      if (group !== undefined) await shareWithGroup(target, group);
      return { path: target, readOnly: false };
    },
  };
}
