/**
 * `Always` for an image whose tag is `latest`, said or implied, else `IfNotPresent` (upstream's SetDefaults_Container).
 * A digest pins the image, so nothing is to be looked up again.
 */
export function defaultPullPolicy(image: string): 'Always' | 'IfNotPresent' {
  const [named = '', digest] = image.split('@', 2);
  // A colon before the last slash is a registry's port.
  const [, tag] = named.slice(named.lastIndexOf('/') + 1).split(':', 2);
  if (digest !== undefined && tag === undefined) return 'IfNotPresent';
  return tag === undefined || tag === 'latest' ? 'Always' : 'IfNotPresent';
}
