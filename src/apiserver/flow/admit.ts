/** The step "admit to work": body first, then a seat, then the work, all before a deadline. */
import { StatusError } from '../../meta/status-error.ts';
import { labelsOf } from '../metrics/labels.ts';
import { declaredSize, holdBody } from '../request/body.ts';
import type { Room } from '../request/room.ts';
import type { ApiSurface } from '../surface/contract.ts';
import type { Ask } from './budget.ts';
import { type Classified, classify, isStream } from './classify.ts';
import type { Demand } from './contract.ts';
import { answerCost, costOf } from './costs.ts';
import type { Flow } from './flow.ts';
import type { Work } from './work.ts';

export interface Admitted extends Classified {
  raw: Request;
}

/** Longer bodies are uploads: what is decoded, checked and stored takes time in proportion. */
const UPLOAD_BYTES = 128 * 1024;
/** Its bytes are told when it has been made. */
const PIECE: Ask = { ms: 0.2, uploadBytes: 0, piece: true };
/** Lists on the way that may hold more than a page each: what is in memory is bounded by pages times lists. */
const FEW_ANSWERS = 4;

/**
 * Runs `work` when there is room for it. Throws 429 when there is none in time, and 504 when the request's time is up: what
 * is still being done then is told to stop by `Work.signal`.
 */
export async function admitToWork(
  flow: Flow,
  surface: Pick<ApiSurface, 'find'>,
  request: Admitted,
  run: (work: Work) => Promise<void>,
): Promise<void> {
  const demand = classify(request, flow.sizes);
  const running = new RunningWork(flow, surface, request, demand);
  const kind =
    request.info.verb === 'get' || request.info.verb === 'list' || request.info.verb === 'watch'
      ? 'readOnly'
      : 'mutating';
  flow.inFlight[kind]++;
  try {
    // As upstream a stream has no deadline: whom it goes to may think for as long as it likes.
    if (isStream(request.info)) await running.start(run);
    else await running.inTime(() => running.start(run));
  } finally {
    flow.inFlight[kind]--;
  }
}

class RunningWork implements Work {
  readonly #flow: Flow;
  readonly #surface: Pick<ApiSurface, 'find'>;
  readonly #request: Admitted;
  readonly #demand: Demand;
  readonly #key: string;
  #late: AbortController | undefined;
  #signal: AbortSignal | undefined;
  #timedOut = false;
  #kept = false;
  #release: (() => void) | undefined;

  constructor(flow: Flow, surface: Pick<ApiSurface, 'find'>, request: Admitted, demand: Demand) {
    this.#flow = flow;
    this.#surface = surface;
    this.#request = request;
    this.#demand = demand;
    this.#key = `${demand.tenant}\n${demand.flow}`;
  }

  async start(run: (work: Work) => Promise<void>): Promise<void> {
    const time = this.#time();
    if (time !== undefined) await time;
    const forget = this.#hasBody() ? await this.#body() : undefined;
    try {
      const admitted = this.#flow.admit(this.#demand, () => this.signal);
      const seat = admitted instanceof Promise ? await admitted : admitted;
      const done = this.#isSmall() ? this.#flow.turns.small() : undefined;
      let released = false;
      this.#release = () => {
        if (released) return;
        released = true;
        done?.();
        seat.release();
      };
      try {
        if (!this.#timedOut) await run(this);
      } finally {
        if (!this.#kept) this.#release();
      }
    } finally {
      forget?.();
    }
  }

  #hasBody(): boolean {
    const { raw, info } = this.#request;
    // A stream's body flows through.
    return info.isResourceRequest && raw.method !== 'GET' && raw.method !== 'HEAD' && !isStream(info);
  }

  /** Of the thread's time: waited for before the body is read, so that what waits is not in memory. */
  #time(): Promise<void> | undefined {
    const { budget } = this.#flow;
    const { level, seats } = this.#demand;
    if (level === 'exempt') budget.seen(this.#key);
    if (level === 'exempt' || seats === 0) return undefined;
    // Nodes and those that read much have time.
    if ((level === 'light' || level === 'workload') && !budget.isHeavy(this.#key)) budget.seen(this.#key);
    const { raw, info } = this.#request;
    const bytes = this.#hasBody() ? (declaredSize(raw) ?? 0) : 0;
    const ask = { ms: costOf(info, bytes), uploadBytes: bytes > UPLOAD_BYTES ? bytes : 0, piece: false };
    return budget
      .take(this.#key, ask, () => this.signal)
      ?.catch((error: unknown) => this.#flow.refusal(this.#demand, error));
  }

  #isSmall(): boolean {
    const { level } = this.#demand;
    return (level === 'light' || level === 'workload') && !this.#flow.budget.isHeavy(this.#key);
  }

  /** Reads the body; what is returned says that it is not needed any more. */
  async #body(): Promise<() => void> {
    const { raw } = this.#request;
    const demand = this.#demand;
    const releases: (() => void)[] = [];
    const forget = () => {
      for (const release of releases) release();
    };
    const reserve = async (bytes: number) => {
      try {
        releases.push(await this.#flow.bodies.take(this.#key, bytes, () => this.signal));
      } catch (error) {
        await this.#flow.refusal(demand, error);
      }
    };
    try {
      const size = await holdBody(raw, reserve);
      if (size > UPLOAD_BYTES && demand.level !== 'exempt') demand.level = 'uploads';
      return forget;
    } catch (error) {
      forget();
      if (error instanceof StatusError) throw error;
      throw StatusError.badRequest(`the request body did not come whole: ${String(error)}`);
    }
  }

  /** Rejects when `run` has not ended in time; it goes on until it notices. */
  inTime(run: () => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = this.#flow.deadlines.begin(() => {
        this.#timedOut = true;
        const error = StatusError.timeout('request did not complete within the allotted timeout');
        this.#late?.abort(error);
        reject(error);
      });
      run().then(
        () => {
          end();
          resolve();
        },
        (error: unknown) => {
          end();
          reject(error);
        },
      );
    });
  }

  /** Made when it is asked for: most requests are answered before anybody would look. */
  get signal(): AbortSignal {
    if (this.#signal === undefined) {
      this.#late = new AbortController();
      if (this.#timedOut) this.#late.abort();
      this.#signal = AbortSignal.any([this.#request.raw.signal, this.#late.signal]);
    }
    return this.#signal;
  }

  turn(signal: AbortSignal): Promise<() => void> {
    return this.#flow.turns.take(this.#key, signal);
  }

  get room(): Room {
    const { budget, turns, inFlight } = this.#flow;
    if (this.#demand.level !== 'exempt' && budget.isCrowded(this.#key)) return 'crowded';
    return turns.idle && inFlight.longAnswers <= FEW_ANSWERS ? 'idle' : 'shared';
  }

  async pace(signal: AbortSignal): Promise<void> {
    if (this.#demand.level !== 'exempt') {
      const time = this.#flow.budget.take(this.#key, PIECE, () => signal);
      if (time !== undefined) await time;
    }
    await this.#flow.pace();
  }

  answered(bytes: number): void {
    if (this.#demand.level !== 'exempt') this.#flow.budget.spend(this.#key, answerCost(bytes));
  }

  get stallMs(): number {
    return this.#flow.limits.stallMs;
  }

  keep(): () => void {
    this.#kept = true;
    const { inFlight } = this.#flow;
    inFlight.longAnswers++;
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      inFlight.longAnswers--;
      this.#release?.();
    };
  }

  longRunning(): () => void {
    const { longRunning } = this.#flow.inFlight;
    const labels = JSON.stringify(labelsOf(this.#request.info, this.#surface));
    longRunning.set(labels, (longRunning.get(labels) ?? 0) + 1);
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      const left = (longRunning.get(labels) ?? 1) - 1;
      if (left === 0) longRunning.delete(labels);
      else longRunning.set(labels, left);
    };
  }

  listed(count: number): void {
    this.#flow.sizes.seen(this.#demand.tenant, this.#request.info, count);
  }
}
