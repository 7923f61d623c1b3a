/**
 * A control plane in a process of its own, which can be killed: `node control-plane-process.ts <NodeHostOptions as JSON>`.
 * Prints a line of JSON (Serving) when it serves. Ends with its standard input, so that it does not outlive who started it.
 */
import { MASTERS } from '../../src/apiserver/request/user.ts';
import { type NodeHostOptions, startNodeHost } from '../../src/hosts/node/start.ts';
import { KEYS } from '../hosts/encryption.ts';

export interface Serving {
  /** Of an administrator of root. */
  token: string;
  /** PEM */
  ca: string;
}

process.stdin.resume().once('end', () => process.exit());
const options = JSON.parse(process.argv[2]!) as Omit<NodeHostOptions, 'encryptionKeys'>;
const host = await startNodeHost({ ...options, encryptionKeys: KEYS });
const token = await host.createToken({ user: 'admin', groups: [MASTERS], description: 'test' });
console.log(JSON.stringify({ token, ca: host.caCertificate } satisfies Serving));
