/** One try of a candidate, from its pass to its record. @module */
import { type Failure, failure } from "../../shared/errors.ts";
import type { Attempt } from "../../shared/events/mod.ts";
import type { HealthAttempt } from "../health/mod.ts";
import type { Watch } from "../limits/mod.ts";
import { isEcho } from "../failures/mod.ts";
import type { Route } from "../route/mod.ts";
import {
  ERROR_POLICIES,
  type Exchange,
  exchangeWith,
  type UpstreamFailure,
  type UpstreamTarget,
} from "../upstream/mod.ts";
import { attempt, type AttemptOutcome, type RelayDeps } from "./attempt.ts";
import type { OpenOptions } from "./open.ts";

/** A try under way. */
export interface Try<Candidate extends Route<UpstreamTarget>> {
  readonly candidate: Candidate;
  readonly exchange: Exchange;
  /** Never rejects. */
  readonly done: Promise<Ended<Candidate>>;
  /** Cuts it off because another one served; what it would have cost is nobody's charge. */
  supersede(): Attempt;
}

/** A try that has ended. */
export interface Ended<Candidate extends Route<UpstreamTarget>> {
  readonly of: Try<Candidate>;
  readonly outcome: AttemptOutcome;
  readonly attempt: Attempt;
  readonly endedAtMs: number;
}

/** Starts a try; null when the candidate may not be tried now, a failure when it cannot take it. */
export function startTry<Candidate extends Route<UpstreamTarget>>(
  deps: RelayDeps,
  options: OpenOptions<Candidate>,
  candidate: Candidate,
  { attemptId, hedged }: { readonly attemptId: string; readonly hedged: boolean },
): Try<Candidate> | { readonly failure: Failure } | null {
  const { target, upstreamModel } = candidate;
  const { clock } = deps.effects;
  const exchange = exchangeWith(target, options.call, {
    upstreamModel,
    ...options.limits(candidate),
  });
  if ("failure" in exchange) return exchange;
  const health = options.enter(candidate);
  if (health === null) return null;
  const triedAtMs = clock.nowMs();
  const watches: Watch[] = [];
  const record = (
    status: number | null,
    failed: UpstreamFailure | Failure | null,
    endedAtMs: number,
  ): Attempt => ({
    provider: target.name,
    upstreamModel,
    status,
    errorCode: failed === null ? null : "code" in failed ? failed.code : failed.failure.code,
    durationMs: Math.max(0, endedAtMs - triedAtMs),
    attemptId,
    ...(failed !== null && "errorClass" in failed ? { errorClass: failed.errorClass } : {}),
    ...(hedged ? { hedged } : {}),
    ...options.describe(candidate),
  });
  const onWatch = (watch: Watch) => {
    watches.push(watch);
    options.onWatch(watch);
  };
  const running = attempt(deps, exchange, { endsAtMs: options.endsAtMs, onWatch });
  const started: Try<Candidate> = {
    candidate,
    exchange,
    done: running.then((outcome) => {
      const endedAtMs = clock.nowMs();
      const failed = outcome.kind === "failed" ? outcome.failure : null;
      if (failed === null) health.succeeded(Math.max(0, endedAtMs - triedAtMs));
      else noteFailure(health, failed, exchange.request.body);
      return {
        of: started,
        outcome,
        attempt: record(outcome.status, failed, endedAtMs),
        endedAtMs,
      };
    }),
    supersede() {
      const why = failure("attempt_superseded", "Another attempt of the same call served it.");
      health.abandoned();
      for (const watch of watches) watch.abort(why);
      // It may have answered in the same moment: nobody reads that.
      void running.then((outcome) => {
        if (outcome.kind === "stream") void outcome.reader.cancel().catch(() => {});
      });
      return record(null, why, clock.nowMs());
    },
  };
  return started;
}

/** What ended an attempt from our side says nothing of the provider. */
const OUR_ENDS: ReadonlySet<string> = new Set([
  "shutting_down",
  "client_gone",
  "attempt_superseded",
]);

function noteFailure(
  health: HealthAttempt,
  { failure, errorClass, words, doubtful }: UpstreamFailure,
  sent: string | FormData,
): void {
  if (OUR_ENDS.has(failure.code)) return health.abandoned();
  const { marks, coolDownMs, isOfAccount } = ERROR_POLICIES[errorClass];
  const isProven = doubtful !== true && (words === undefined || !isEcho(words, sent));
  health.failed({
    marks: isProven ? marks : "nothing",
    coolDownMs,
    retryAfterMs: failure.retryAfterMs,
    isOfAccount,
  });
}
