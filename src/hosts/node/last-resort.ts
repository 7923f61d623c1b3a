/**
 * What no guard caught: a library's own callback that threw, a promise that nobody waited for. Node would end the process,
 * and with it every tenant's cluster; it is counted and told instead, and only the work it belonged to is lost. Guards
 * (meta/guard.ts) come first: what arrives here names no handler.
 */
import { guarded, reportFault } from '../../meta/guard.ts';

const EVENTS = ['uncaughtException', 'unhandledRejection'] as const;

/** Returns what takes it away again. */
export function installLastResort(): () => void {
  const installed = EVENTS.map((name) => {
    const listener = guarded('last resort', (error: unknown) => reportFault(name, error));
    process.on(name, listener);
    return () => process.off(name, listener);
  });
  return () => {
    for (const remove of installed) remove();
  };
}
