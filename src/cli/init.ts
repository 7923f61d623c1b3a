/** `kedge init`: makes a database ready for a host that cannot do so itself (Workers), and prints an admin token. */
import { Command } from 'commander';
import { parseEncryptionKeys, readConfig } from '../hosts/config.ts';

export function initCommand(): Command {
  return new Command('init')
    .description('migrate a database, make what every cluster has, and print a new admin token')
    .option('--database-url <url>', 'PostgreSQL (KEDGE_DATABASE_URL)', process.env.KEDGE_DATABASE_URL)
    .action(async (flags: { databaseUrl?: string }) => {
      const config = readConfig({ ...process.env, KEDGE_DATABASE_URL: flags.databaseUrl });
      if (config.KEDGE_DATABASE_URL === undefined) throw new Error('give --database-url or set KEDGE_DATABASE_URL');
      if (config.KEDGE_ENCRYPTION_KEYS === undefined) throw new Error('set KEDGE_ENCRYPTION_KEYS, as for the Worker');
      const { initialise } = await import('../hosts/node/initialise.ts');
      const token = await initialise({
        databaseUrl: config.KEDGE_DATABASE_URL,
        encryptionKeys: parseEncryptionKeys(config.KEDGE_ENCRYPTION_KEYS),
        cluster: {
          ...(config.KEDGE_SERVICE_CIDR === undefined ? {} : { serviceCIDR: config.KEDGE_SERVICE_CIDR }),
          ...(config.KEDGE_CLUSTER_CIDR === undefined ? {} : { clusterCIDR: config.KEDGE_CLUSTER_CIDR }),
        },
      });
      console.log(token);
    });
}
