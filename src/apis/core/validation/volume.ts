/** A pod's volumes: each has exactly one source. */
import type { IVolume } from 'kubernetes-models/v1/Volume';
import { duplicate, type FieldError, type FieldPath, invalid, required } from '../../../meta/field-error.ts';
import { validateDns1123Subdomain } from '../../../meta/names.ts';
import { dns1123Label, present, validateAlternatives } from './checks.ts';
import { validateProjected } from './projected.ts';
import { validateClaimTemplate } from './volume-claim.ts';
import {
  validateConfigMapVolume,
  validateCSIVolume,
  validateDownwardAPI,
  validateEmptyDir,
  validateHostPath,
  validateImageVolume,
  validateNFS,
  validateSecretVolume,
} from './volume-sources.ts';
import {
  validateAzureDisk,
  validateCephFS,
  validateCinder,
  validateDisk,
  validateFC,
  validateFlexVolume,
  validateFlocker,
  validateGitRepo,
  validateISCSI,
  validateQuobyte,
  validateRBD,
  validateRequired,
  validateStorageOS,
} from './volume-sources-other.ts';

/** The valid volumes by name, which mounts may refer to. */
export type Volumes = ReadonlyMap<string, IVolume>;

/**
 * `podName` is set for pods and absent for templates; generic ephemeral volumes make claims named after the pod.
 * `inPod` is false in templates.
 */
export function validateVolumes(
  at: FieldPath,
  list: readonly IVolume[],
  { podName, inPod }: { podName?: string; inPod: boolean },
): { volumes: Volumes; errors: FieldError[] } {
  const volumes = new Map<string, IVolume>();
  const errors: FieldError[] = [];
  const claims = new Set(podName ? list.filter((each) => each.ephemeral).map(({ name }) => `${podName}-${name}`) : []);
  for (const [index, volume] of list.entries()) {
    const entry = at.index(index);
    const { name, persistentVolumeClaim } = volume;
    const faults = validateSource(entry, volume, { podName, inPod });
    faults.push(...(name ? dns1123Label(entry.child('name'), name) : [required(entry.child('name'))]));
    if (volumes.has(name)) faults.push(duplicate(entry.child('name'), name));
    if (faults.length === 0) volumes.set(name, volume);
    errors.push(...faults);
    if (persistentVolumeClaim && claims.has(persistentVolumeClaim.claimName)) {
      const detail = 'must not reference a PVC that gets created for an ephemeral volume';
      const claim = entry.child('persistentVolumeClaim', 'claimName');
      errors.push(invalid(claim, persistentVolumeClaim.claimName, detail));
    }
  }
  return { volumes, errors };
}

type Context = { podName?: string; inPod: boolean };
type Validate<K extends keyof IVolume> = (
  at: FieldPath,
  source: NonNullable<IVolume[K]>,
  volume: IVolume,
  context: Context,
) => FieldError[];
type Sources = { readonly [K in Exclude<keyof IVolume, 'name'>]-?: { validate: Validate<K>; reportedAs?: string } };

/** In upstream's order: when several are set, the first is validated. `at` is the volume. */
const SOURCES: Sources = {
  emptyDir: { validate: (at, source) => validateEmptyDir(at.child('emptyDir'), source) },
  hostPath: { validate: (at, source) => validateHostPath(at.child('hostPath'), source) },
  gitRepo: { validate: (at, source) => validateGitRepo(at.child('gitRepo'), source) },
  gcePersistentDisk: {
    validate: (at, { pdName, partition }) => validateDisk(at.child('persistentDisk'), 'pdName', pdName, partition),
  },
  awsElasticBlockStore: {
    validate: (at, { volumeID, partition }) =>
      validateDisk(at.child('awsElasticBlockStore'), 'volumeID', volumeID, partition),
  },
  secret: { validate: (at, source) => validateSecretVolume(at.child('secret'), source) },
  nfs: { validate: (at, source) => validateNFS(at.child('nfs'), source) },
  iscsi: { validate: (at, source, { name }) => validateISCSI(at, source, name) },
  glusterfs: { validate: (at, source) => validateRequired(at.child('glusterfs'), source, 'endpoints', 'path') },
  flocker: { validate: (at, source) => validateFlocker(at.child('flocker'), source) },
  persistentVolumeClaim: {
    validate: (at, { claimName }) => present(at.child('persistentVolumeClaim', 'claimName'), claimName),
  },
  rbd: { validate: (at, source) => validateRBD(at.child('rbd'), source) },
  cinder: { validate: (at, source) => validateCinder(at.child('cinder'), source) },
  cephfs: { validate: (at, source) => validateCephFS(at.child('cephfs'), source), reportedAs: 'cephFS' },
  quobyte: { validate: (at, source) => validateQuobyte(at.child('quobyte'), source) },
  downwardAPI: {
    validate: (at, source) => validateDownwardAPI(at.child('downwardAPI'), source),
    reportedAs: 'downwarAPI',
  },
  fc: { validate: (at, source) => validateFC(at.child('fc'), source) },
  flexVolume: { validate: (at, source) => validateFlexVolume(at.child('flexVolume'), source) },
  configMap: { validate: (at, source) => validateConfigMapVolume(at.child('configMap'), source) },
  azureFile: { validate: (at, source) => validateRequired(at.child('azureFile'), source, 'secretName', 'shareName') },
  vsphereVolume: { validate: (at, source) => validateRequired(at.child('vsphereVolume'), source, 'volumePath') },
  photonPersistentDisk: {
    validate: (at, source) => validateRequired(at.child('photonPersistentDisk'), source, 'pdID'),
  },
  portworxVolume: { validate: (at, source) => validateRequired(at.child('portworxVolume'), source, 'volumeID') },
  azureDisk: { validate: (at, source) => validateAzureDisk(at.child('azureDisk'), source) },
  storageos: { validate: (at, source) => validateStorageOS(at.child('storageos'), source) },
  projected: { validate: (at, source) => validateProjected(at.child('projected'), source) },
  scaleIO: {
    validate: (at, source) => validateRequired(at.child('scaleIO'), source, 'gateway', 'system', 'volumeName'),
  },
  csi: { validate: (at, source) => validateCSIVolume(at.child('csi'), source) },
  ephemeral: {
    validate: (at, { volumeClaimTemplate }, { name }, { podName }) => {
      const template = at.child('ephemeral', 'volumeClaimTemplate');
      const errors = volumeClaimTemplate ? validateClaimTemplate(template, volumeClaimTemplate) : [required(template)];
      if (!podName || !name) return errors;
      const claim = `${podName}-${name}`;
      for (const fault of validateDns1123Subdomain(claim)) {
        errors.push(invalid(at.child('name'), name, `PVC name ${JSON.stringify(claim)}: ${fault}`));
      }
      return errors;
    },
  },
  image: { validate: (at, source, _volume, { inPod }) => validateImageVolume(at.child('image'), source, { inPod }) },
};

function validateSource(at: FieldPath, volume: IVolume, context: Context): FieldError[] {
  const errors: FieldError[] = [];
  const alternatives = (Object.keys(SOURCES) as (keyof Sources)[]).map((name) => {
    const { validate, reportedAs = name } = SOURCES[name] as { validate: Validate<'emptyDir'>; reportedAs?: string };
    const source = volume[name] as NonNullable<IVolume['emptyDir']> | undefined;
    return { at: at.child(reportedAs), value: source, validate: () => validate(at, source!, volume, context) };
  });
  const count = validateAlternatives(errors, alternatives, 'may not specify more than 1 volume type');
  if (count === 0) errors.push(required(at, 'must specify a volume type'));
  return errors;
}
