/** `kedge up`: a whole cluster on this machine, in the foreground. */
import { Command } from 'commander';
import { DEFAULT_DATA_DIR } from '../data-dir.ts';
import { describeError } from '../describe-error.ts';
import { DEFAULT_SOCKET } from './docker-socket.ts';

interface Flags {
  listen?: string;
  advertiseAddress?: string;
  dataDir: string;
  databaseUrl?: string;
  install: boolean;
  agent: boolean;
  nodeName?: string;
  dockerSocket: string;
}

export function upCommand(): Command {
  return new Command('up')
    .description('start the control plane, its database and this machine’s agent')
    .option('--listen <host:port>', 'where the API listens (KEDGE_LISTEN, default 0.0.0.0:6443)')
    .option('--advertise-address <ip>', 'where other machines and pods reach it (KEDGE_ADVERTISE_ADDRESS)')
    .option('--data-dir <dir>', 'where the cluster keeps its files', process.env.KEDGE_DATA_DIR ?? DEFAULT_DATA_DIR)
    .option('--database-url <url>', 'a PostgreSQL of yours instead of the embedded one (KEDGE_DATABASE_URL)')
    .option('--no-install', 'do not install Docker when it is missing')
    .option('--no-agent', 'run no pods on this machine')
    .option('--node-name <name>', 'name of this machine’s Node (default: its host name)')
    .option('--docker-socket <path>', 'socket of the Docker Engine API', DEFAULT_SOCKET)
    .action(async (flags: Flags) => {
      try {
        const [{ readConfig }, { up }] = await Promise.all([import('../../hosts/config.ts'), import('./up.ts')]);
        const config = readConfig({
          ...process.env,
          ...(flags.listen === undefined ? {} : { KEDGE_LISTEN: flags.listen }),
          ...(flags.advertiseAddress === undefined ? {} : { KEDGE_ADVERTISE_ADDRESS: flags.advertiseAddress }),
          ...(flags.databaseUrl === undefined ? {} : { KEDGE_DATABASE_URL: flags.databaseUrl }),
        });
        await up({ config, ...flags });
      } catch (error) {
        console.error(`kedge: ${describeError(error)}`);
        process.exit(1);
      }
    });
}
