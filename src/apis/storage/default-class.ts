const IS_DEFAULT = 'storageclass.kubernetes.io/is-default-class';
const IS_DEFAULT_BETA = 'storageclass.beta.kubernetes.io/is-default-class';

/** Of a StorageClass: claims that name no class get it. */
export function isDefaultClass(annotations: Readonly<Record<string, string>> | undefined): boolean {
  return annotations?.[IS_DEFAULT] === 'true' || annotations?.[IS_DEFAULT_BETA] === 'true';
}
