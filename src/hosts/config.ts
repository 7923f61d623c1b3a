/** The environment, read and checked once. README's configuration table says the same. */
import { z } from 'zod';

const cidr = z.string().regex(/^\d+\.\d+\.\d+\.\d+\/\d+$/, 'must be an IPv4 CIDR, e.g. 10.96.0.0/16');

const schema = z.object({
  /** postgres://user:password@host:port/database */
  KEDGE_DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  KEDGE_DATABASE_CONNECTIONS: z.coerce.number().int().min(2).max(500).default(20),
  /** HOST:PORT */
  KEDGE_LISTEN: z.string().default('0.0.0.0:6443'),
  /** Where other machines and pods reach this replica. */
  KEDGE_ADVERTISE_ADDRESS: z.union([z.ipv4(), z.ipv6()]).optional(),
  /** The API's URL as clients see it; issuer of ServiceAccount tokens. */
  KEDGE_EXTERNAL_URL: z.url({ protocol: /^https$/ }).optional(),
  /** Comma-separated ID:BASE64 of 32 bytes each; the first encrypts, all decrypt. */
  KEDGE_ENCRYPTION_KEYS: z.string().optional(),
  KEDGE_SERVICE_CIDR: cidr.optional(),
  KEDGE_CLUSTER_CIDR: cidr.optional(),
  /** On Workers, how long a watch stays open. */
  KEDGE_WATCH_SECONDS: z.coerce.number().int().min(5).max(3600).default(55),
  /** Longest life of a ServiceAccount token in seconds (upstream's --service-account-max-token-expiration). */
  KEDGE_SERVICE_ACCOUNT_MAX_TOKEN_EXPIRATION: z.coerce
    .number()
    .int()
    .min(3600)
    .max(2 ** 32)
    .optional(),
  KEDGE_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

export type Config = z.infer<typeof schema>;

/** Throws an Error that lists every fault. */
export function readConfig(environment: Record<string, unknown>): Config {
  const parsed = schema.safeParse(environment);
  if (!parsed.success) throw new Error(`configuration: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/** Splits HOST:PORT; IPv6 in brackets. */
export function parseListen(text: string): { host: string; port: number } {
  const match = /^(?:\[(?<six>[^\]]+)\]|(?<host>[^:]+)):(?<port>\d+)$/.exec(text);
  const port = Number(match?.groups?.port);
  const host = match?.groups?.six ?? match?.groups?.host;
  if (host === undefined || !(port >= 0 && port <= 65535)) {
    throw new Error(`"${text}" is not HOST:PORT, for example 0.0.0.0:6443`);
  }
  return { host, port };
}

export interface EncryptionKey {
  id: string;
  key: Uint8Array<ArrayBuffer>;
}

/** Parses KEDGE_ENCRYPTION_KEYS. */
export function parseEncryptionKeys(text: string): EncryptionKey[] {
  return text.split(',').map((part) => {
    const [id, base64] = part.trim().split(':');
    let key: Uint8Array<ArrayBuffer>;
    try {
      key = Uint8Array.from(atob(base64 ?? ''), (character) => character.charCodeAt(0));
    } catch {
      key = new Uint8Array();
    }
    if (id === undefined || !/^[A-Za-z0-9_-]{1,32}$/.test(id) || key.length !== 32) {
      throw new Error(
        'KEDGE_ENCRYPTION_KEYS: each key is ID:BASE64 with 32 bytes, for example k1:$(openssl rand -base64 32)',
      );
    }
    return { id, key };
  });
}
