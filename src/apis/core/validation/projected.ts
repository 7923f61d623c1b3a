/** Projected volumes. */
import type { IClusterTrustBundleProjection } from 'kubernetes-models/v1/ClusterTrustBundleProjection';
import type { IPodCertificateProjection } from 'kubernetes-models/v1/PodCertificateProjection';
import type { IProjectedVolumeSource } from 'kubernetes-models/v1/ProjectedVolumeSource';
import type { IServiceAccountTokenProjection } from 'kubernetes-models/v1/ServiceAccountTokenProjection';
import type { IVolumeProjection } from 'kubernetes-models/v1/VolumeProjection';
import { type FieldError, type FieldPath, forbidden, invalid, required } from '../../../meta/field-error.ts';
import { validateLabelSelector } from '../../../meta/label-selector-validation.ts';
import { validateDns1123Subdomain } from '../../../meta/names.ts';
import { dns1123Subdomain, fileMode, localNonReservedPath, oneOf, present } from './checks.ts';
import { validateDownwardAPIFile, validateKeyToPath } from './volume-sources.ts';

const MIN_TOKEN_SECONDS = 10 * 60;
const KEY_TYPES = ['ECDSAP256', 'ECDSAP384', 'ECDSAP521', 'ED25519', 'RSA3072', 'RSA4096'];

export function validateProjected(at: FieldPath, { defaultMode, sources = [] }: IProjectedVolumeSource): FieldError[] {
  const errors = fileMode(at.child('defaultMode'), defaultMode);
  const paths = new Set<string>();
  /** Two sources must not write the same file; upstream reports that at the volume. */
  const claim = (path: string, shown: string): FieldError[] => {
    if (paths.has(path)) return [invalid(at, shown, 'conflicting duplicate paths')];
    paths.add(path);
    return [];
  };
  for (const [index, source] of sources.entries()) {
    const entry = at.child('sources').index(index);
    errors.push(...validateFiles(entry, source, claim));
    const { serviceAccountToken, clusterTrustBundle, podCertificate } = source;
    if (serviceAccountToken) errors.push(...validateToken(at, entry, serviceAccountToken));
    if (clusterTrustBundle) {
      errors.push(...validateTrustBundle(entry.child('clusterTrustBundle'), clusterTrustBundle));
      errors.push(...claim(clusterTrustBundle.path, clusterTrustBundle.path));
    }
    if (podCertificate) {
      errors.push(...validatePodCertificate(entry.child('podCertificate'), podCertificate, claim));
    }
    if (Object.values(source).filter((each) => each !== undefined).length > 1) {
      errors.push(forbidden(entry, 'may not specify more than 1 volume type per source'));
    }
  }
  return errors;
}

type Claim = (path: string, shown: string) => FieldError[];

function validateFiles(at: FieldPath, source: IVolumeProjection, claim: Claim): FieldError[] {
  const errors: FieldError[] = [];
  for (const name of ['secret', 'configMap'] as const) {
    const projection = source[name];
    if (projection === undefined) continue;
    errors.push(...present(at.child(name, 'name'), projection.name));
    for (const [index, item] of (projection.items ?? []).entries()) {
      errors.push(...validateKeyToPath(at.child(name, 'items').index(index), item));
      if (item.path) errors.push(...claim(item.path, projection.name ?? ''));
    }
  }
  for (const item of source.downwardAPI?.items ?? []) {
    errors.push(...validateDownwardAPIFile(at.child('downwardAPI'), item));
    if (item.path) errors.push(...claim(item.path, item.path));
  }
  return errors;
}

function validateToken(volume: FieldPath, at: FieldPath, token: IServiceAccountTokenProjection): FieldError[] {
  const { expirationSeconds = 0, path } = token;
  const seconds = at.child('serviceAccountToken', 'expirationSeconds');
  const errors: FieldError[] = [];
  if (expirationSeconds < MIN_TOKEN_SECONDS) {
    errors.push(invalid(seconds, expirationSeconds, 'may not specify a duration less than 10 minutes'));
  }
  if (expirationSeconds > 2 ** 32) {
    errors.push(invalid(seconds, expirationSeconds, 'may not specify a duration larger than 2^32 seconds'));
  }
  // The path's faults are reported at the volume, as upstream does.
  if (!path) return [...errors, required(volume.child('path'))];
  return [...errors, ...localNonReservedPath(volume.child('path'), path)];
}

function validateTrustBundle(at: FieldPath, bundle: IClusterTrustBundleProjection): FieldError[] {
  const { name, signerName, labelSelector, path = '' } = bundle;
  const errors: FieldError[] = [];
  if (name !== undefined && signerName !== undefined) {
    errors.push(invalid(at, bundle, 'only one of name and signerName may be used'));
  } else if (name !== undefined) {
    if (name === '') errors.push(required(at.child('name'), 'must be a valid object name'));
    const own = name.slice(name.lastIndexOf(':') + 1);
    for (const fault of validateDns1123Subdomain(own)) {
      errors.push(invalid(at.child('name'), name, `not a valid clustertrustbundlename: ${fault}`));
    }
    if (labelSelector !== undefined) {
      const detail = 'labelSelector must be unset if name is specified';
      errors.push(invalid(at.child('labelSelector'), labelSelector, detail));
    }
  } else if (signerName !== undefined) {
    errors.push(...validateSignerName(at.child('signerName'), signerName));
    errors.push(...validateLabelSelector(labelSelector, at.child('labelSelector')));
  } else {
    errors.push(required(at, 'either name or signerName must be specified'));
  }
  return [...errors, ...present(at.child('path'), path), ...localNonReservedPath(at.child('path'), path)];
}

/** `domain/path`, as certificates' signers are named. */
function validateSignerName(at: FieldPath, name: string): FieldError[] {
  if (name === '') return [required(at, 'must be a valid signer name')];
  const [domain = '', path, ...rest] = name.split('/');
  if (path === undefined || rest.length > 0) {
    return [invalid(at, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'")];
  }
  const errors = dns1123Subdomain(at, domain);
  if (!domain.includes('.'))
    errors.push(invalid(at, domain, 'should be a domain with at least two segments separated by dots'));
  return [...errors, ...dns1123Subdomain(at, path)];
}

function validatePodCertificate(at: FieldPath, projection: IPodCertificateProjection, claim: Claim): FieldError[] {
  const { signerName = '', keyType, maxExpirationSeconds } = projection;
  const errors = [
    ...validateSignerName(at.child('signerName'), signerName),
    ...oneOf(at.child('keyType'), keyType, KEY_TYPES),
  ];
  if (maxExpirationSeconds !== undefined && maxExpirationSeconds < 3600) {
    errors.push(
      invalid(
        at.child('maxExpirationSeconds'),
        maxExpirationSeconds,
        'if provided, maxExpirationSeconds must be >= 3600',
      ),
    );
  }
  const paths = (['credentialBundlePath', 'keyPath', 'certificateChainPath'] as const).filter(
    (name) => projection[name],
  );
  if (paths.length === 0) {
    errors.push(required(at, 'specify at least one of credentialBundlePath, keyPath, and certificateChainPath'));
  }
  for (const name of paths) {
    const path = projection[name] ?? '';
    errors.push(...localNonReservedPath(at.child(name), path), ...claim(path, path));
  }
  return errors;
}
