/**
 * The CA of a self-hosted cluster and the API server's certificate. Clients pin the CA through their kubeconfig; there
 * are no client certificates, so nothing that a customer holds expires with these.
 */
import 'reflect-metadata';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import * as x509 from '@peculiar/x509';
import { addressAt, formatIp, parseCidr } from '../../meta/ip.ts';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY = 24 * 3600 * 1000;
const CA_DAYS = 3650;
const SERVER_DAYS = 365;
/** The server certificate is made anew at a start that finds less than this left. */
const RENEW_BEFORE_DAYS = 60;

export interface ServerIdentity {
  /** PEM */
  caCertificate: string;
  certificate: string;
  key: string;
}

/** Loads or makes `<pki>/ca.{crt,key}` and `<pki>/apiserver.{crt,key}`; the latter covers every name in `names`. */
export async function ensureServerIdentity(pki: string, names: readonly string[], now: Date): Promise<ServerIdentity> {
  await mkdir(pki, { recursive: true, mode: 0o700 });
  const ca = (await loadPair(pki, 'ca')) ?? (await makeCa(pki, now));
  const existing = await loadPair(pki, 'apiserver');
  const usable =
    existing !== undefined &&
    existing.certificate.notAfter.getTime() - now.getTime() > RENEW_BEFORE_DAYS * DAY &&
    existing.certificate.issuer === ca.certificate.subject &&
    names.every((name) => coveredNames(existing.certificate).has(name));
  const server = usable ? existing : await makeServer(pki, ca, names, now);
  return {
    caCertificate: ca.certificate.toString('pem'),
    certificate: server.certificate.toString('pem'),
    key: server.keyPem,
  };
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

interface Pair {
  certificate: x509.X509Certificate;
  keyPem: string;
}

async function loadPair(pki: string, name: string): Promise<Pair | undefined> {
  try {
    const [certificate, keyPem] = await Promise.all([
      readFile(path.join(pki, `${name}.crt`), 'utf8'),
      readFile(path.join(pki, `${name}.key`), 'utf8'),
    ]);
    return { certificate: new x509.X509Certificate(certificate), keyPem };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`cannot read ${path.join(pki, name)}.{crt,key}`, { cause: error });
  }
}

async function savePair(pki: string, name: string, certificate: x509.X509Certificate, key: CryptoKey): Promise<Pair> {
  const der = await crypto.subtle.exportKey('pkcs8', key);
  const keyPem = x509.PemConverter.encode(der, 'PRIVATE KEY');
  await writeFile(path.join(pki, `${name}.key`), keyPem, { mode: 0o600 });
  await writeFile(path.join(pki, `${name}.crt`), certificate.toString('pem'));
  return { certificate, keyPem };
}

async function makeCa(pki: string, now: Date): Promise<Pair> {
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
  return savePair(pki, 'ca', certificate, keys.privateKey);
}

async function makeServer(pki: string, ca: Pair, names: readonly string[], now: Date): Promise<Pair> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const caKey = await crypto.subtle.importKey(
    'pkcs8',
    x509.PemConverter.decode(ca.keyPem)[0] as ArrayBuffer,
    ALGORITHM,
    false,
    ['sign'],
  );
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: 'CN=kedge-apiserver',
    issuer: ca.certificate.subject,
    notBefore: new Date(now.getTime() - DAY),
    notAfter: new Date(now.getTime() + SERVER_DAYS * DAY),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey: caKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isAddress(value) ? ('ip' as const) : ('dns' as const), value })),
      ),
      await x509.AuthorityKeyIdentifierExtension.create(ca.certificate.publicKey),
    ],
  });
  return savePair(pki, 'apiserver', certificate, keys.privateKey);
}

function coveredNames(certificate: x509.X509Certificate): Set<string> {
  const names = certificate.getExtension(x509.SubjectAlternativeNameExtension)?.names.items ?? [];
  return new Set(names.map((name) => name.value));
}

function isAddress(name: string): boolean {
  return /^[\d.]+$/.test(name) || name.includes(':');
}

function serialNumber(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[0] = (bytes[0]! & 0x7f) | 0x40;
  return Buffer.from(bytes).toString('hex');
}
