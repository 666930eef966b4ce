/** Failover: one target after the other, as long as the client has not had a byte. @module */
import { failure } from "../../shared/errors.ts";
import type { Attempt } from "../../shared/events/mod.ts";
import type { ProxyFailure } from "../errors.ts";
import type { HealthAttempt } from "../health/mod.ts";
import type { Watch } from "../limits/mod.ts";
import type { Route } from "../route/mod.ts";
import type { AnswerReader, CallRequest, TextCount } from "../dialects/mod.ts";
import type {
  ExchangeOptions,
  UpstreamErrorClass,
  UpstreamFailure,
  UpstreamTarget,
} from "../upstream/mod.ts";
import type { OpenStream, RelayDeps, WholeAnswer } from "./attempt.ts";
import { type Ended, startTry, type Try } from "./try.ts";

/** How often and when a call is tried beyond its candidates, each of them once. */
export interface AttemptPolicy {
  /** Times that the last candidate is tried again, 0 to 3. */
  readonly retries: number;
  /** Pause before the first retry, doubled for each further one; in milliseconds. */
  readonly retryDelayMs: number;
  /** Silence after which the next candidate is started beside the first; 0 for never. */
  readonly hedgeAfterMs: number;
}

/** What is to be sent, and where. */
export interface OpenOptions<Candidate extends Route<UpstreamTarget>> {
  readonly candidates: readonly Candidate[];
  readonly call: CallRequest;
  /** How much output is to be asked of the candidate. */
  readonly limits: (
    candidate: Candidate,
  ) => Pick<ExchangeOptions, "outputLimit" | "modelOutputLimit">;
  /** Asks whether the candidate may be tried now; null when it may not, as when it is unhealthy. */
  readonly enter: (candidate: Candidate) => HealthAttempt | null;
  /** What else is to be noted of an attempt. */
  readonly describe: (candidate: Candidate) => Partial<Attempt>;
  readonly policy: AttemptPolicy;
  /** When the call must be over, all attempts included. */
  readonly endsAtMs: number;
  /** Told of each exchange, so that the call can be ended from outside. */
  readonly onWatch: (watch: Watch) => void;
}

/** A target that answers, or the failure of the last one that was tried. */
export type Opened<Candidate extends Route<UpstreamTarget> = Route<UpstreamTarget>> =
  & { readonly attempts: readonly Attempt[] }
  & (
    | {
      readonly served: Candidate;
      readonly reader: AnswerReader;
      readonly answer: WholeAnswer | OpenStream;
      readonly firstByteMs: number;
      /** See Exchange. */
      readonly leftOut: readonly string[];
    }
    | { readonly failure: ProxyFailure; readonly begun: BegunAnswer<Candidate> | null }
  );

/** A whole answer that began and broke off: its provider has worked, and nothing was served. */
export interface BegunAnswer<Candidate extends Route<UpstreamTarget> = Route<UpstreamTarget>> {
  readonly served: Candidate;
  readonly text: TextCount;
}

/**
 * Tries the candidates in order until one answers, and records each try. When a candidate has not
 * answered for long, the next one is started beside it, once in a call; the first that answers serves,
 * and the other is cut off: it is never charged to anybody here. When all have failed, the last one
 * is tried again where waiting a moment may help, as often as the policy says.
 */
export async function openUpstream<Candidate extends Route<UpstreamTarget>>(
  deps: RelayDeps,
  options: OpenOptions<Candidate>,
): Promise<Opened<Candidate>> {
  return await new Opening(deps, options).run();
}

class Opening<Candidate extends Route<UpstreamTarget>> {
  readonly #attempts: Attempt[] = [];
  readonly #queue: Candidate[];
  readonly #startedAtMs: number;
  #started = 0;
  #retriesLeft: number;
  #mayHedge: boolean;
  #begun: BegunAnswer<Candidate> | null = null;
  #last: ProxyFailure = failure("no_provider_available", "No provider can take this call now.", {
    retryAfterMs: RETRY_AFTER_MS,
  });

  constructor(readonly deps: RelayDeps, readonly options: OpenOptions<Candidate>) {
    this.#queue = [...options.candidates];
    this.#startedAtMs = deps.effects.clock.nowMs();
    this.#retriesLeft = options.policy.retries;
    this.#mayHedge = options.policy.hedgeAfterMs > 0;
  }

  async run(): Promise<Opened<Candidate>> {
    for (let next = this.#next(false); next !== null; next = this.#next(false)) {
      const ended = await this.#ended(next);
      const { outcome, of } = ended;
      if (outcome.kind !== "failed") return this.#opened(of, outcome, ended.endedAtMs);
      if (!outcome.failure.tryNext) break;
      if (this.#queue.length === 0) await this.#maybeAgain(of.candidate, outcome.failure);
    }
    return { attempts: this.#attempts, failure: this.#last, begun: this.#begun };
  }

  /** Starts the next candidate that can be tried; null when none is left, or no time. */
  #next(hedged: boolean): Try<Candidate> | null {
    for (let candidate = this.#queue.shift(); candidate; candidate = this.#queue.shift()) {
      if (this.deps.effects.clock.nowMs() >= this.options.endsAtMs) return null;
      const started = startTry(this.deps, this.options, candidate, {
        attemptId: `${this.#started + 1}`,
        hedged,
      });
      if (started === null) continue;
      if ("failure" in started) {
        this.#last = started.failure;
        continue;
      }
      this.#started += 1;
      return started;
    }
    return null;
  }

  /** How a try ends; the one that was started beside it may end in its place. */
  async #ended(first: Try<Candidate>): Promise<Ended<Candidate>> {
    const running = new Set([first]);
    const hedge = this.#hedge();
    for (;;) {
      const ended = await Promise.race([...[...running].map(({ done }) => done), ...hedge.fired]);
      if (ended === null) {
        this.#mayHedge = false;
        const beside = this.#next(true);
        if (beside !== null) running.add(beside);
        hedge.cancel();
        continue;
      }
      running.delete(ended.of);
      this.#note(ended);
      if (ended.outcome.kind === "failed" && running.size > 0) continue;
      hedge.cancel();
      for (const loser of running) this.#attempts.push(loser.supersede());
      return ended;
    }
  }

  #hedge(): { fired: Promise<null>[]; cancel(): void } {
    if (!this.#mayHedge || this.#queue.length === 0) return { fired: [], cancel() {} };
    const { promise, resolve } = Promise.withResolvers<null>();
    const delayMs = this.options.policy.hedgeAfterMs;
    const timer = this.deps.effects.timers.after(delayMs, () => resolve(null));
    const hedge = {
      fired: [promise],
      cancel() {
        timer.cancel();
        hedge.fired = [];
      },
    };
    return hedge;
  }

  #note({ of, outcome, attempt }: Ended<Candidate>): void {
    this.#attempts.push(attempt);
    if (outcome.kind !== "failed") return;
    if (outcome.begun !== null) this.#begun = { served: of.candidate, text: outcome.begun };
    this.#last = outcome.failure.failure;
  }

  #opened(
    { candidate, exchange: { reader, leftOut } }: Try<Candidate>,
    answer: WholeAnswer | OpenStream,
    nowMs: number,
  ): Opened<Candidate> {
    // A clock may step back; a negative time would keep the call from ever being settled.
    const firstByteMs = Math.max(0, nowMs - this.#startedAtMs);
    const attempts = this.#attempts;
    return { attempts, served: candidate, reader, answer, firstByteMs, leftOut };
  }

  /** Puts the last candidate at the queue's end once more, after a pause that grows. */
  async #maybeAgain(candidate: Candidate, { errorClass, failure }: UpstreamFailure): Promise<void> {
    if (this.#retriesLeft === 0 || !RETRIED.has(errorClass)) return;
    const { retries, retryDelayMs } = this.options.policy;
    const delayMs = retryDelayMs * 2 ** (retries - this.#retriesLeft);
    const { clock, timers } = this.deps.effects;
    const waitMs = Math.max(delayMs, failure.retryAfterMs ?? 0);
    if (waitMs > LONGEST_WAIT_MS || clock.nowMs() + waitMs >= this.options.endsAtMs) return;
    this.#retriesLeft -= 1;
    await timers.sleep(waitMs);
    this.#queue.push(candidate);
  }
}

const RETRY_AFTER_MS = 1_000;
const LONGEST_WAIT_MS = 2_000;

/** What may pass in a moment, and came before the provider had begun to work. */
const RETRIED: ReadonlySet<UpstreamErrorClass> = new Set(["network", "overloaded", "rate_limit"]);
