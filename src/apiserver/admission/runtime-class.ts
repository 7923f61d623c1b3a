import type { Reader } from '../../client/contract.ts';
import { type Pod, RUNTIME_CLASSES } from '../../client/resources.ts';
import type { AdmissionPlugin } from './contract.ts';
import { forbid, isAbout } from './forbid.ts';

/**
 * Upstream's RuntimeClass: a pod that asks for a runtime which the cluster has not is refused, and never run by another.
 * While the kind is not served there are no classes, which is what the reader answers.
 */
export function runtimeClass({ readerOf }: { readerOf(tenant: string): Reader }): AdmissionPlugin {
  return {
    name: 'RuntimeClass',
    handles: (request) => request.operation === 'CREATE' && isAbout(request, '', 'pods'),
    async validate(request) {
      const name = (request.object as unknown as Pod).spec?.runtimeClassName ?? '';
      if (name === '') return;
      if ((await readerOf(request.tenant).find(RUNTIME_CLASSES, '', name)) !== undefined) return;
      throw forbid(request, `pod rejected: RuntimeClass ${JSON.stringify(name)} not found`);
    },
  };
}
