/**
 * What requests cost the one thread, in milliseconds of a core of 2026, from profiles of the bench: encryption, decoding,
 * checks, the database's protocol and the answer. Only their proportions matter.
 */
import type { RequestInfo } from '../request/info.ts';

const WATCH_MS = 1;
const READ_MS = 0.25;
const WRITE_MS = 0.6;
/** A byte of a request's body passes decoding, checks, the database twice (written, and read by watchers) and the answer. */
const BODY_MS_A_MB = 22;
/** Bytes of answers are read from the database, put together and encrypted. */
const ANSWER_MS_A_MB = 7;
const MB = 1_000_000;

/** To begin a request; its answer's bytes come on top. */
export function costOf({ verb }: RequestInfo, bodyBytes: number): number {
  const base = verb === 'get' || verb === 'list' ? READ_MS : verb === 'watch' ? WATCH_MS : WRITE_MS;
  return base + (bodyBytes * BODY_MS_A_MB) / MB;
}

export function answerCost(bytes: number): number {
  return (bytes * ANSWER_MS_A_MB) / MB;
}
