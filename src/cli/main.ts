/** The `kedge` command. Each command is a file; this one only names them. */
import { Command } from 'commander';
import { describeError } from './describe-error.ts';
import { initCommand } from './init.ts';
import { kubectlCommand } from './kubectl.ts';
import { tenantCommand } from './tenant.ts';
import { tokenCommand } from './token.ts';
import { upCommand } from './up/command.ts';
import { versionCommand } from './version.ts';

const program = new Command('kedge')
  .description('A Kubernetes-compatible control plane with no servers of its own')
  .enablePositionalOptions()
  .addCommand(upCommand())
  .addCommand(initCommand())
  .addCommand(kubectlCommand())
  .addCommand(tenantCommand())
  .addCommand(tokenCommand())
  .addCommand(versionCommand());

try {
  await program.parseAsync();
} catch (error) {
  console.error(`kedge: ${describeError(error)}`);
  process.exitCode = 1;
}
