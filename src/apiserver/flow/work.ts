/** What a handler may say of the work that its request was admitted to. */
import type { Room } from '../request/room.ts';

export interface Work {
  /** Aborted when the client has gone, or the request's time is up before its answer has begun. */
  readonly signal: AbortSignal;
  /** Waits for a turn at a page of a long answer; call what is returned at its end. Rejects with the signal's reason. */
  turn(signal: AbortSignal): Promise<() => void>;
  readonly room: Room;
  /** Resolves when a piece of a long answer may be made. Rejects with the signal's reason. */
  pace(signal: AbortSignal): Promise<void>;
  /** So many bytes of an answer were made. */
  answered(bytes: number): void;
  /** A client that takes nothing of its answer for so long is cut off, in milliseconds. */
  readonly stallMs: number;
  /** The answer is still being made after its handler has returned: the seat is given back by what is returned. */
  keep(): () => void;
  /** The answer goes on for as long as the client likes; call what is returned at its end. */
  longRunning(): () => void;
  /** A whole list of what was asked for had so many objects. */
  listed(count: number): void;
}
