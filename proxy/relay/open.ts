/** Failover: one target after the other, as long as the client has not had a byte. @module */
import { failure } from "../../shared/errors.ts";
import type { Attempt } from "../../shared/events/mod.ts";
import type { ProxyFailure } from "../errors.ts";
import type { HealthAttempt } from "../health/mod.ts";
import type { Watch } from "../limits/mod.ts";
import type { Route } from "../route/mod.ts";
import type { AnswerReader, CallRequest, TextCount } from "../dialects/mod.ts";
import {
  ERROR_POLICIES,
  type ExchangeOptions,
  exchangeWith,
  type UpstreamFailure,
  type UpstreamTarget,
} from "../upstream/mod.ts";
import { attempt, type OpenStream, type RelayDeps, type WholeAnswer } from "./attempt.ts";

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

/** Tries the candidates in order until one answers, and records each try. */
export async function openUpstream<Candidate extends Route<UpstreamTarget>>(
  deps: RelayDeps,
  options: OpenOptions<Candidate>,
): Promise<Opened<Candidate>> {
  const { clock } = deps.effects;
  const startedAtMs = clock.nowMs();
  const attempts: Attempt[] = [];
  let begun: BegunAnswer<Candidate> | null = null;
  let last: ProxyFailure = failure("no_provider_available", "No provider can take this call now.", {
    retryAfterMs: RETRY_AFTER_MS,
  });
  for (const candidate of options.candidates) {
    const { target, upstreamModel } = candidate;
    const triedAtMs = clock.nowMs();
    if (triedAtMs >= options.endsAtMs) break;
    const exchange = exchangeWith(target, options.call, {
      upstreamModel,
      ...options.limits(candidate),
    });
    if ("failure" in exchange) {
      last = exchange.failure;
      continue;
    }
    const health = options.enter(candidate);
    if (health === null) continue;
    const outcome = await attempt(deps, exchange, options);
    const nowMs = clock.nowMs();
    const failed = outcome.kind === "failed" ? outcome.failure : null;
    attempts.push({
      provider: target.name,
      upstreamModel,
      status: outcome.status,
      errorCode: failed?.failure.code ?? null,
      durationMs: Math.max(0, nowMs - triedAtMs),
      attemptId: `${attempts.length + 1}`,
      ...(failed === null ? {} : { errorClass: failed.errorClass }),
      ...options.describe(candidate),
    });
    if (outcome.kind !== "failed") {
      // A clock may step back; a negative time would keep the call from ever being settled.
      const firstByteMs = Math.max(0, nowMs - startedAtMs);
      health.succeeded(Math.max(0, nowMs - triedAtMs));
      const { reader, leftOut } = exchange;
      return { attempts, served: candidate, reader, answer: outcome, firstByteMs, leftOut };
    }
    noteFailure(health, outcome.failure);
    if (outcome.begun !== null) begun = { served: candidate, text: outcome.begun };
    last = outcome.failure.failure;
    if (!outcome.failure.tryNext) break;
  }
  return { attempts, failure: last, begun };
}

const RETRY_AFTER_MS = 1_000;

/** A shutdown of our own, or a limit of the caller's, says nothing of the provider. */
function noteFailure(health: HealthAttempt, { failure, errorClass }: UpstreamFailure): void {
  if (failure.code === "shutting_down" || failure.code === "client_gone") return health.abandoned();
  const { marks, coolDownMs } = ERROR_POLICIES[errorClass];
  health.failed({ marks, coolDownMs, retryAfterMs: failure.retryAfterMs });
}
