/** Classes that an object gets which names none. */
import type { Reader } from '../../client/contract.ts';
import {
  INGRESS_CLASSES,
  type Ingress,
  type IngressClass,
  type PersistentVolumeClaim,
  STORAGE_CLASSES,
  type StorageClass,
} from '../../client/resources.ts';
import type { ObjectMeta } from '../../meta/object.ts';
import { compareQuantity } from '../../meta/quantity.ts';
import type { AdmissionPlugin } from './contract.ts';
import { forbid, isAbout } from './forbid.ts';

interface Options {
  readerOf(tenant: string): Reader;
}

/** The newest that is marked; of those of one second the first by name, so that all servers choose the same. */
function newest<T extends { metadata: ObjectMeta }>(
  classes: readonly T[],
  isDefault: (each: T) => boolean,
): T | undefined {
  const time = ({ metadata }: T) => Date.parse(metadata.creationTimestamp ?? '') || 0;
  const byName = (a: T, b: T) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1);
  return classes.filter(isDefault).sort((a, b) => time(b) - time(a) || byName(a, b))[0];
}

const STORAGE_DEFAULT = 'storageclass.kubernetes.io/is-default-class';
const STORAGE_DEFAULT_BETA = 'storageclass.beta.kubernetes.io/is-default-class';
const STORAGE_CLASS_BETA = 'volume.beta.kubernetes.io/storage-class';

/** Upstream's DefaultStorageClass. */
export function defaultStorageClass({ readerOf }: Options): AdmissionPlugin {
  return {
    name: 'DefaultStorageClass',
    handles: (request) => request.operation === 'CREATE' && isAbout(request, '', 'persistentvolumeclaims'),
    async admit(request) {
      const { metadata, spec } = request.object as unknown as PersistentVolumeClaim;
      // An empty name asks for no class at all.
      if (spec === undefined || spec.storageClassName !== undefined) return;
      if (metadata.annotations?.[STORAGE_CLASS_BETA] !== undefined) return;
      const { items } = await readerOf(request.tenant).list(STORAGE_CLASSES);
      const found = newest<StorageClass>(
        items,
        ({ metadata: { annotations } }) =>
          annotations?.[STORAGE_DEFAULT] === 'true' || annotations?.[STORAGE_DEFAULT_BETA] === 'true',
      );
      if (found?.metadata.name !== undefined) spec.storageClassName = found.metadata.name;
    },
  };
}

const INGRESS_DEFAULT = 'ingressclass.kubernetes.io/is-default-class';
const INGRESS_CLASS_OLD = 'kubernetes.io/ingress.class';

/** Upstream's DefaultIngressClass. */
export function defaultIngressClass({ readerOf }: Options): AdmissionPlugin {
  return {
    name: 'DefaultIngressClass',
    handles: (request) => request.operation === 'CREATE' && isAbout(request, 'networking.k8s.io', 'ingresses'),
    async admit(request) {
      const { metadata, spec } = request.object as unknown as Ingress;
      if (spec === undefined || spec.ingressClassName !== undefined) return;
      if (metadata.annotations?.[INGRESS_CLASS_OLD] !== undefined) return;
      const { items } = await readerOf(request.tenant).list(INGRESS_CLASSES);
      const found = newest<IngressClass>(items, (each) => each.metadata.annotations?.[INGRESS_DEFAULT] === 'true');
      if (found?.metadata.name !== undefined) spec.ingressClassName = found.metadata.name;
    },
  };
}

/** Upstream's PersistentVolumeClaimResize: claims grow where their class says that volumes can. */
export function persistentVolumeClaimResize({ readerOf }: Options): AdmissionPlugin {
  return {
    name: 'PersistentVolumeClaimResize',
    handles: (request) => request.operation === 'UPDATE' && isAbout(request, '', 'persistentvolumeclaims'),
    async validate(request) {
      const [claim, old] = [request.object, request.old] as unknown as PersistentVolumeClaim[];
      const size = claim?.spec?.resources?.requests?.storage;
      const before = old?.spec?.resources?.requests?.storage;
      if (size === undefined || before === undefined || compareQuantity(size, before) <= 0) return;
      if (old?.status?.phase !== 'Bound') throw forbid(request, 'Only bound persistent volume claims can be expanded');
      const name = old.metadata.annotations?.[STORAGE_CLASS_BETA] ?? old.spec?.storageClassName ?? '';
      const found = name === '' ? undefined : await readerOf(request.tenant).find(STORAGE_CLASSES, '', name);
      if (found?.allowVolumeExpansion === true) return;
      const why =
        'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize';
      throw forbid(request, why);
    },
  };
}
