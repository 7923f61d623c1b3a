/**
 * Whether two secret texts are equal, in a time that tells nothing of where they differ: their digests are compared, all
 * of them, and none can be chosen to begin as the other's does.
 */
export async function equalSecrets(a: string, b: string): Promise<boolean> {
  const [one, two] = await Promise.all([digest(a), digest(b)]);
  let difference = 0;
  for (let index = 0; index < one.length; index++) difference |= one[index]! ^ two[index]!;
  return difference === 0;
}

async function digest(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
}
