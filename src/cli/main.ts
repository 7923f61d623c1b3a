/**
 * The `kedge` command. Each command is a file, loaded when it is called: `kedge kubectl` takes as long as kubectl, and
 * `kedge up`, which lives as long as the cluster, holds nothing that it does not use.
 */
import './compile-cache.js';
import { Command } from 'commander';
import { describeError } from './describe-error.ts';

const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  up: async () => (await import('./up/command.ts')).upCommand(),
  init: async () => (await import('./init.ts')).initCommand(),
  kubectl: async () => (await import('./kubectl.ts')).kubectlCommand(),
  tenant: async () => (await import('./tenant.ts')).tenantCommand(),
  token: async () => (await import('./token.ts')).tokenCommand(),
  version: async () => (await import('./version.ts')).versionCommand(),
};

const program = new Command('kedge')
  .description('A Kubernetes-compatible control plane with no servers of its own')
  .enablePositionalOptions();

try {
  const name = process.argv[2] ?? '';
  // Help, and what is no command, needs them all.
  const wanted = Object.hasOwn(COMMANDS, name) ? [COMMANDS[name]!] : Object.values(COMMANDS);
  for (const load of wanted) program.addCommand(await load());
  await program.parseAsync();
} catch (error) {
  console.error(`kedge: ${describeError(error)}`);
  process.exitCode = 1;
}
