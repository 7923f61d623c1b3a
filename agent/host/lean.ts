/**
 * Keeps the process within its 80 MB. What must be set before Node starts needs a second start: the compile cache, without
 * which the TypeScript stripper alone takes 17 MB, and a small young generation. The process keeps its id.
 */
import { spawnSync } from 'node:child_process';
import { registerHooks } from 'node:module';
import path from 'node:path';

const FLAGS = [
  '--max-semi-space-size=1',
  '--v8-pool-size=1',
  // Interpreted only: the compilers' own pages are 10 MB, and there is nothing hot here to compile.
  '--no-opt',
  '--no-maglev',
  '--no-sparkplug',
  '--disable-warning=ExperimentalWarning',
];
const MARK = 'KEDGE_AGENT_LEAN';

/** Replaces this process by a lean one of the same program; returns only in that one. `cacheFolder` must be ours alone. */
export function relaunchLean(cacheFolder: string): void {
  // Before 23.11 there is no execve; the agent then works, and is larger.
  if (process.env[MARK] !== undefined || process.execve === undefined) return;
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    [MARK]: '1',
    NODE_COMPILE_CACHE: cacheFolder,
    MALLOC_ARENA_MAX: '1',
  };
  const program = [...process.execArgv, ...FLAGS, process.argv[1]!];
  // Cached code is written when a process ends; a start that ends at once fills the cache for the one that stays.
  spawnSync(process.execPath, [...program, '--help'], { env, stdio: 'ignore' });
  process.execve(process.execPath, [process.execPath, ...program, ...process.argv.slice(2)], env);
}

/** The agent's data folder, before its configuration can be read. */
export function cacheFolderOf(argv: readonly string[], dataDir: string | undefined, fallback: string): string {
  const at = argv.indexOf('--data-dir');
  const inline = argv.find((each) => each.startsWith('--data-dir='))?.slice('--data-dir='.length);
  return path.join(inline ?? (at < 0 ? undefined : argv[at + 1]) ?? dataDir ?? fallback, 'cache');
}

/** Parts of libraries that they load at import and that nothing here can reach, with what each took (measured). */
const UNUSED = [
  // dockerode's BuildKit (gRPC) and SSH clients: 12 MB.
  /^(ssh2|@grpc\/.*|protobufjs)$/,
  // zod's messages in 40 other languages: 9 MB.
  /locales\/index\.js$/,
];

/** From here on imports of UNUSED get an empty stand-in. */
export function leaveOutUnused(): void {
  registerHooks({
    resolve: (specifier, context, next) =>
      next(UNUSED.some((each) => each.test(specifier)) ? 'node:util' : specifier, context),
  });
}
