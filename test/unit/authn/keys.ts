/** Signing keys in memory, made once a run because an RSA pair takes 100 ms. */
import {
  generateSigningKey,
  importSigningKey,
  type SigningKeyRecord,
  type SigningKeys,
} from '../../../src/apiserver/authn/signing-keys.ts';

export async function memoryKeys(): Promise<SigningKeys> {
  const records: SigningKeyRecord[] = [await generateSigningKey()];
  return {
    async current() {
      const newest = records[0]!;
      return { kid: newest.kid, key: await importSigningKey(newest.privateKey) };
    },
    async verifying(_tenant, kid) {
      const found = records.find((record) => record.kid === kid);
      return found && importSigningKey(found.publicKey);
    },
    published: async () => records.map(({ publicKey }) => publicKey),
    async rotate() {
      const added = await generateSigningKey();
      records.unshift(added);
      return added.kid;
    },
    async remove(_tenant, kid) {
      const index = records.findIndex((record) => record.kid === kid);
      records.splice(index, 1);
    },
  };
}
