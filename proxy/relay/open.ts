/** Failover: one target after the other, as long as the client has not had a byte. @module */
import { failure } from "../../shared/errors.ts";
import type { Attempt } from "../../shared/events/mod.ts";
import type { ProxyFailure } from "../errors.ts";
import type { Watch } from "../limits/mod.ts";
import type { Route } from "../route/mod.ts";
import type { AnswerReader, CallRequest, TextCount } from "../dialects/mod.ts";
import { exchangeWith, type UpstreamErrorClass, type UpstreamTarget } from "../upstream/mod.ts";
import { attempt, type OpenStream, type RelayDeps, type WholeAnswer } from "./attempt.ts";

/** What is to be sent, and where. */
export interface OpenOptions {
  readonly routes: readonly Route<UpstreamTarget>[];
  readonly call: CallRequest;
  /** The limit for one answer that must go upstream, or null for the client's own. */
  readonly outputLimit: number | null;
  /** When the call must be over, all attempts included. */
  readonly endsAtMs: number;
  /** Told of each exchange, so that the call can be ended from outside. */
  readonly onWatch: (watch: Watch) => void;
}

/** A target that answers, or the failure of the last one that was tried. */
export type Opened =
  & { readonly attempts: readonly Attempt[] }
  & (
    | {
      readonly served: Route<UpstreamTarget>;
      readonly reader: AnswerReader;
      readonly answer: WholeAnswer | OpenStream;
      readonly firstByteMs: number;
    }
    | { readonly failure: ProxyFailure; readonly begun: BegunAnswer | null }
  );

/** A whole answer that began and broke off: its provider has worked, and nothing was served. */
export interface BegunAnswer {
  readonly served: Route<UpstreamTarget>;
  readonly text: TextCount;
}

/** Tries the routes in order until one answers, and records each try. */
export async function openUpstream(deps: RelayDeps, options: OpenOptions): Promise<Opened> {
  const { clock } = deps.effects;
  const startedAtMs = clock.nowMs();
  const attempts: Attempt[] = [];
  let begun: BegunAnswer | null = null;
  let last: ProxyFailure = failure("model_not_found", "No provider serves this model.", {
    param: "model",
  });
  for (const route of options.routes) {
    const { target, upstreamModel } = route;
    const triedAtMs = clock.nowMs();
    if (triedAtMs >= options.endsAtMs) break;
    const exchange = exchangeWith(target, options.call, {
      upstreamModel,
      outputLimit: options.outputLimit,
    });
    if ("failure" in exchange) {
      last = exchange.failure;
      continue;
    }
    const outcome = await attempt(deps, exchange, options);
    const nowMs = clock.nowMs();
    const failed = outcome.kind === "failed" ? outcome.failure : null;
    attempts.push({
      provider: target.name,
      upstreamModel,
      status: outcome.status,
      errorCode: failed?.failure.code ?? null,
      durationMs: Math.max(0, nowMs - triedAtMs),
    });
    if (outcome.kind !== "failed") {
      // A clock may step back; a negative time would keep the call from ever being settled.
      const firstByteMs = Math.max(0, nowMs - startedAtMs);
      return { attempts, served: route, reader: exchange.reader, answer: outcome, firstByteMs };
    }
    if (outcome.begun !== null) begun = { served: route, text: outcome.begun };
    last = outcome.failure.failure;
    if (!outcome.failure.tryNext) break;
  }
  return { attempts, failure: last, begun };
}
