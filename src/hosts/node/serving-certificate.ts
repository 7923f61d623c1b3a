/**
 * The CA of a self-hosted cluster and the API server's certificates. The CA is in the database, so that every replica
 * issues its own certificate from the one that clients pin through their kubeconfig and pods through kube-root-ca.crt;
 * there are no client certificates, so nothing that a customer holds expires with these.
 */
import 'reflect-metadata';
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import * as x509 from '@peculiar/x509';
import { addressAt, formatIp, parseCidr } from '../../meta/ip.ts';
import type { KeyPair } from '../authority.ts';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
/**
 * For clients that tell no signature algorithms, as busybox's wget in a pod: what is left to them is the key exchange that
 * signs nothing. Whoever can do better gets the certificate above.
 */
const SIGNLESS = {
  name: 'RSASSA-PKCS1-v1_5',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
  hash: 'SHA-256',
};
const DAY = 24 * 3600 * 1000;
const CA_DAYS = 3650;
/** Each start issues a new one. */
const SERVER_DAYS = 365;

/** `<folder>/ca.{crt,key}`, where versions before the database's CA kept it; undefined when there is none. */
export async function readAuthority(folder: string): Promise<KeyPair | undefined> {
  try {
    const [certificate, key] = await Promise.all([
      readFile(path.join(folder, 'ca.crt'), 'utf8'),
      readFile(path.join(folder, 'ca.key'), 'utf8'),
    ]);
    return { certificate, key };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`cannot read ${path.join(folder, 'ca')}.{crt,key}`, { cause: error });
  }
}

export async function makeAuthority(now: Date): Promise<KeyPair> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: 'CN=kedge-ca',
    notBefore: new Date(now.getTime() - DAY),
    notAfter: new Date(now.getTime() + CA_DAYS * DAY),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return pairOf(certificate, keys.privateKey);
}

/** A server's certificates for every name and address in `names`: the best first. */
export async function issueServer(ca: KeyPair, names: readonly string[], now: Date): Promise<KeyPair[]> {
  const make = (algorithm: typeof ALGORITHM | typeof SIGNLESS) =>
    crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']) as Promise<CryptoKeyPair>;
  const keys = await Promise.all([make(ALGORITHM), make(SIGNLESS)]);
  return Promise.all(keys.map((pair) => issue(ca, pair, names, now)));
}

async function issue(ca: KeyPair, keys: CryptoKeyPair, names: readonly string[], now: Date): Promise<KeyPair> {
  const caKey = await crypto.subtle.importKey(
    'pkcs8',
    x509.PemConverter.decode(ca.key)[0] as ArrayBuffer,
    ALGORITHM,
    false,
    ['sign'],
  );
  const issuer = new x509.X509Certificate(ca.certificate);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: 'CN=kedge-apiserver',
    issuer: issuer.subject,
    notBefore: new Date(now.getTime() - DAY),
    notAfter: new Date(now.getTime() + SERVER_DAYS * DAY),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey: caKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        [...new Set(names)].map((value) => ({ type: isAddress(value) ? ('ip' as const) : ('dns' as const), value })),
      ),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    ],
  });
  return pairOf(certificate, keys.privateKey);
}

async function pairOf(certificate: x509.X509Certificate, key: CryptoKey): Promise<KeyPair> {
  const der = await crypto.subtle.exportKey('pkcs8', key);
  return { certificate: certificate.toString('pem'), key: x509.PemConverter.encode(der, 'PRIVATE KEY') };
}

/** Every name and address by which this machine may be called. */
export function machineNames(): string[] {
  const addresses = Object.values(os.networkInterfaces()).flatMap((each) => each ?? []);
  return [
    ...new Set(['localhost', '127.0.0.1', '::1', os.hostname(), ...addresses.map((each) => each.address)]),
  ].filter((name) => !name.includes('%') && !name.startsWith('fe80:'));
}

/** The names that pods call it by, through the Service `kubernetes`. */
export function inClusterNames(serviceCIDR: string): string[] {
  const names = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local'];
  return [...names, formatIp(addressAt(parseCidr(serviceCIDR)!, 1))];
}

function isAddress(name: string): boolean {
  return /^[\d.]+$/.test(name) || name.includes(':');
}

function serialNumber(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[0] = (bytes[0]! & 0x7f) | 0x40;
  return Buffer.from(bytes).toString('hex');
}
