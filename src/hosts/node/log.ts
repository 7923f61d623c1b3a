/** The control plane's log: a file that may refuse, which must not end or hold up what is logged about. */
import pino, { type Logger } from 'pino';
import type { Family } from '../../apiserver/metrics/contract.ts';
import { guarded } from '../../meta/guard.ts';

export interface HostLog {
  log: Logger;
  /** For /metrics. */
  dropped: Family;
}

/** Lines that wait for a disk that refuses; what comes beyond is dropped and counted. */
const MAX_WAITING_BYTES = 1024 * 1024;

/** The file is for its owner alone: names of objects and of users are in it. */
export function createLog(file: string, level: string): HostLog {
  let lines = 0;
  const destination = pino.destination({
    dest: file,
    mkdir: true,
    mode: 0o600,
    sync: false,
    maxLength: MAX_WAITING_BYTES,
  });
  // A full disk, say. What could not be written stays queued, and is tried again with the next line.
  destination.on('error', () => {});
  destination.on(
    'drop',
    guarded('log', () => {
      lines++;
    }),
  );
  const { err } = pino.stdSerializers;
  return {
    log: pino({ level, serializers: { err, error: err } }, destination),
    dropped: {
      name: 'kedge_log_lines_dropped_total',
      help: 'Lines that the log did not take because the file could not be written.',
      type: 'counter',
      labels: [],
      collect: () => [{ labels: {}, value: lines }],
    },
  };
}
