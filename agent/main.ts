/**
 * The agent's process. `run` (the default) joins this machine to a cluster until SIGINT or SIGTERM, and leaves its pods
 * running; `cleanup` removes everything of the cluster from the machine.
 */
import { cacheFolderOf, leaveOutUnused, relaunchLean } from './host/lean.ts';

const DATA_DIR = '/var/lib/kedge/agent';
relaunchLean(cacheFolderOf(process.argv, process.env.KEDGE_AGENT_DATA_DIR, DATA_DIR));
leaveOutUnused();

// After the hooks, so that they apply.
const { runAgent } = await import('./agent.ts');
const { cleanUp } = await import('./cleanup.ts');
const { readConfig, USAGE } = await import('./config.ts');
const { readKubeconfig } = await import('./kubeconfig.ts');
const { createLog } = await import('./log.ts');
const { guarded, onFault, reportFault } = await import('../src/meta/guard.ts');

/** EX_CONFIG of sysexits.h: only another configuration helps, so that a supervisor need not try again soon. */
const PERMANENT_CODE = 78;

class PermanentError extends Error {}

/** What throws in here is the configuration's fault. */
function configured<T>(run: () => T): T {
  const blame = (error: unknown): never => {
    throw new PermanentError(error instanceof Error ? error.message : String(error), { cause: error });
  };
  try {
    const result = run();
    return (result instanceof Promise ? result.catch(blame) : result) as T;
  } catch (error) {
    return blame(error);
  }
}

async function main(): Promise<number> {
  if (process.argv.includes('--help')) {
    process.stdout.write(USAGE);
    return 0;
  }
  const config = configured(() => readConfig(process.argv.slice(2), process.env));
  if (config.command === 'cleanup') {
    await cleanUp(config);
    return 0;
  }
  const log = createLog(config.logLevel);
  onFault((where, error) => log.error({ where, err: String(error) }, 'a handler failed; the agent goes on'));
  for (const name of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(
      name,
      guarded('process', (error: unknown) => reportFault(name, error)),
    );
  }
  const access = await configured(() => readKubeconfig(config.kubeconfig!));
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(
      name,
      guarded('signal', () => stopping.abort()),
    );
  log.info({ node: config.nodeName, server: access.server }, 'the agent starts');
  await runAgent(config, access, log, stopping.signal);
  log.info({}, 'the agent has stopped; pods keep running');
  return 0;
}

main().then(
  (code) => process.exit(code),
  (error) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(error instanceof PermanentError ? PERMANENT_CODE : 1);
  },
);
