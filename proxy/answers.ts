/** What every answer of the proxy has in common: its headers, its failures, its waits. @module */
import type { HoldGrant, SettlementResult } from "../shared/commands/mod.ts";
import type { Effects } from "../shared/effects.ts";
import { failure, FailureError } from "../shared/errors.ts";
import { rateLimitHeaders } from "../shared/limits/mod.ts";
import type { Log } from "../shared/log.ts";
import { formatDecimal } from "../shared/money/mod.ts";
import type { Dialect } from "./dialects/mod.ts";
import { errorResponse } from "./errors.ts";
import type { CallPlan, Candidate } from "./candidates.ts";
import type { Opened } from "./relay/mod.ts";
import type { OpenSettlement } from "./settle/mod.ts";

const STORED_WAIT_MS = 2_000;

/** What a header may not hold; members that are left out are named in one. */
const NOT_IN_HEADERS = /[^\x21-\x7e]/g;
const MOST_LEFT_OUT = 20;

/** What the headers of an answer are made of. */
export interface AnswerContext {
  readonly requestId: string;
  readonly grant: HoldGrant;
  readonly plan: CallPlan;
  /** The output limit that went upstream in the place of the client's own; null when none did. */
  readonly outputLimit: number | null;
  /** Whether the client wants to know why its call went where it went. */
  readonly explain: boolean;
  readonly nowMs: number;
}

const MAX_EXPLANATION_LENGTH = 4_000;

/** The headers that are known before the body. */
export function answerHeaders(
  opened: Opened<Candidate>,
  of: AnswerContext,
): Record<string, string> {
  const { grant, outputLimit, plan: { routing } } = of;
  const headers: Record<string, string> = {
    "x-request-id": of.requestId,
    "x-sargalay-hold": formatDecimal(grant.holdMicroKyat, 6),
    "x-sargalay-attempts": `${opened.attempts.length}`,
    ...(grant.rateLimits === undefined ? {} : rateLimitHeaders(grant.rateLimits, of.nowMs)),
  };
  if (outputLimit !== null) headers["x-sargalay-output-limit"] = `${outputLimit}`;
  if ("served" in opened) {
    const { target, model } = opened.served;
    headers["x-sargalay-provider"] = target.name;
    headers["x-sargalay-model"] = model.model;
    if (target.simulated) headers["x-sargalay-simulated"] = "true";
    const leftOut = opened.leftOut.slice(0, MOST_LEFT_OUT).join(",").replace(NOT_IN_HEADERS, "?");
    if (leftOut !== "") headers["x-sargalay-left-out"] = leftOut;
  }
  if (of.explain && routing !== null) headers["x-sargalay-routing"] = asciiJson(routing);
  return headers;
}

/** JSON that a header can carry; cut where nobody would read on. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  ).slice(0, MAX_EXPLANATION_LENGTH);
}

/** The charge and the balance after it, for an answer that had to wait for both. */
export function costHeaders(settled: SettlementResult): Record<string, string> {
  return {
    "x-sargalay-cost": formatDecimal(settled.chargedMicroKyat, 6),
    "x-sargalay-balance": formatDecimal(settled.availableMicroKyat, 6),
  };
}

/** The answer to whatever was thrown, in the form of the API that was called. */
export function answerFailure(
  log: Log,
  error: unknown,
  { requestId, path, dialect }: {
    readonly requestId: string;
    readonly path: string;
    readonly dialect?: Pick<Dialect, "errors">;
  },
): Response {
  const headers = { "x-request-id": requestId };
  if (error instanceof FailureError) return errorResponse(error.failure, headers, dialect?.errors);
  log.error("request_failed", {
    requestId,
    path,
    error: error instanceof Error ? error : String(error),
  });
  return errorResponse(
    failure("internal_error", `Something went wrong here. Give request id ${requestId}.`),
    headers,
    dialect?.errors,
  );
}

/**
 * What the ledger charged, or null when it does not say so soon; the settlement goes on. Whoever sees
 * the end of an answer has a settlement that outlives this edge: that is waited for longer.
 */
export async function inTime(
  { effects, costWaitMs }: { readonly effects: Effects; readonly costWaitMs: number },
  { settled, stored }: OpenSettlement,
): Promise<SettlementResult | null> {
  const charged = await within(effects, costWaitMs, settled);
  if (charged === null) await within(effects, STORED_WAIT_MS, stored);
  return charged;
}

async function within<T>({ timers }: Effects, waitMs: number, done: Promise<T>): Promise<T | null> {
  return await new Promise((resolve) => {
    const timer = timers.after(waitMs, () => resolve(null));
    done.then((result) => {
      timer.cancel();
      resolve(result);
    });
  });
}
