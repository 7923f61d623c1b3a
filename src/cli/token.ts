/** `kedge token create|list|revoke`: personal bearer tokens, for whoever holds the database. */
import { Command } from 'commander';
import type { TokenDesk } from '../hosts/node/tokens.ts';
import { ROOT } from '../meta/tenant.ts';
import { DEFAULT_DATA_DIR, dataDirAt } from './data-dir.ts';

interface Flags {
  tenant: string;
  dataDir: string;
  databaseUrl?: string;
}

export function tokenCommand(): Command {
  const command = new Command('token').description('create, list and revoke bearer tokens');
  withDatabase(command.command('create <user>'))
    .description('print a new token; it is stored hashed and cannot be shown again')
    .option('--group <group...>', 'groups of the user, e.g. system:masters', [])
    .option('--description <text>', 'what it is for', '')
    .option('--expires-in <hours>', 'hours until it expires (default: never)', Number)
    .action(async (user: string, flags: Flags & { group: string[]; description: string; expiresIn?: number }) => {
      if (flags.expiresIn !== undefined && !(flags.expiresIn > 0)) throw new Error('--expires-in must be above 0');
      const { token } = await atDesk(flags, (desk) =>
        desk.create({
          tenant: flags.tenant,
          user: { name: user },
          groups: flags.group,
          description: flags.description,
          ...(flags.expiresIn === undefined ? {} : { expiresAt: new Date(Date.now() + flags.expiresIn * 3_600_000) }),
        }),
      );
      console.log(token);
    });
  withDatabase(command.command('list'))
    .description('list tokens, newest first')
    .action(async (flags: Flags) => {
      for (const token of await atDesk(flags, (desk) => desk.list(flags.tenant))) {
        const state =
          token.revokedAt !== undefined
            ? 'revoked'
            : token.expiresAt !== undefined && token.expiresAt.getTime() < Date.now()
              ? 'expired'
              : 'valid';
        console.log([token.id, state, token.user.name, token.groups.join(','), token.description].join('\t'));
      }
    });
  withDatabase(command.command('revoke <id>'))
    .description('end a token; it stops working within seconds')
    .action(async (id: string, flags: Flags) => {
      if (!(await atDesk(flags, (desk) => desk.revoke(flags.tenant, id))))
        throw new Error(`no valid token has the id "${id}"`);
    });
  return command;
}

function withDatabase(command: Command): Command {
  return command
    .option('--tenant <name>', 'whose tokens', ROOT)
    .option('--data-dir <dir>', 'data folder of the cluster', process.env.KEDGE_DATA_DIR ?? DEFAULT_DATA_DIR)
    .option('--database-url <url>', 'PostgreSQL of the cluster (KEDGE_DATABASE_URL)', process.env.KEDGE_DATABASE_URL);
}

async function atDesk<T>(flags: Flags, work: (desk: TokenDesk) => Promise<T>): Promise<T> {
  const [{ openTokenDesk }, { embeddedPostgresUrl }] = await Promise.all([
    import('../hosts/node/tokens.ts'),
    import('./up/postgres.ts'),
  ]);
  const desk = openTokenDesk(flags.databaseUrl ?? (await embeddedPostgresUrl(dataDirAt(flags.dataDir))));
  try {
    return await work(desk);
  } finally {
    await desk.close();
  }
}
