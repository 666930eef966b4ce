/** What one event says about spending, failures and providers; pure. @module */
import { ERROR_CLASSES, type ErrorCode } from "../../../shared/errors.ts";
import type { CallFacts } from "../../../shared/events/mod.ts";
import type { LogEvent } from "../../log/mod.ts";

/** What an event adds to the minute of its account. */
export interface CallSignal {
  readonly accountId: string;
  readonly costNanoUsd: bigint;
  /** 1 when a call ended; a late settlement adds its cost to a call that has been counted. */
  readonly calls: 0 | 1;
  /** 1 when that call failed through no fault of its caller, or nobody knows how it ended. */
  readonly failedCalls: 0 | 1;
}

/** What a call's attempts say about one provider. */
export interface ProviderSignal {
  readonly provider: string;
  readonly served: number;
  readonly failed: number;
}

/** The part of an event that is about its account's calls, or null. */
export function callSignalOf({ event }: LogEvent): CallSignal | null {
  switch (event.type) {
    case "HoldSettled": {
      const { accountId, costNanoUsd, call: { outcome } } = event.payload;
      return { accountId, costNanoUsd, calls: 1, failedCalls: isFailure(outcome) ? 1 : 0 };
    }
    case "HoldReleased": {
      const { accountId, call: { outcome } } = event.payload;
      return { accountId, costNanoUsd: 0n, calls: 1, failedCalls: isFailure(outcome) ? 1 : 0 };
    }
    case "HoldExpired":
      return { accountId: event.payload.accountId, costNanoUsd: 0n, calls: 1, failedCalls: 1 };
    case "LateUsageSettled": {
      const { accountId, costNanoUsd } = event.payload;
      return { accountId, costNanoUsd, calls: 0, failedCalls: 0 };
    }
    default:
      return null;
  }
}

/** What an event says about each provider that was tried, a provider at most once. */
export function providerSignalsOf({ event }: LogEvent): readonly ProviderSignal[] {
  const isEnd = event.type === "HoldSettled" || event.type === "HoldReleased" ||
    event.type === "LateUsageSettled";
  if (!isEnd) return [];
  const signals = new Map<string, { served: number; failed: number }>();
  for (const { provider, errorCode } of event.payload.call.attempts as CallFacts["attempts"]) {
    const served = errorCode === null;
    const failed = errorCode !== null && isProvidersFault(errorCode);
    if (!served && !failed) continue;
    const signal = signals.get(provider) ?? { served: 0, failed: 0 };
    signals.set(provider, {
      served: signal.served + (served ? 1 : 0),
      failed: signal.failed + (failed ? 1 : 0),
    });
  }
  return [...signals].map(([provider, signal]) => ({ provider, ...signal }));
}

/** A client that goes away, or sends what the provider refuses, is no failure of ours. */
function isFailure(outcome: string): boolean {
  if (outcome === "completed" || outcome === "upstream_bad_request") return false;
  return classOf(outcome)?.fault !== "caller";
}

function isProvidersFault(errorCode: string): boolean {
  return errorCode !== "upstream_bad_request" && classOf(errorCode)?.fault === "upstream";
}

function classOf(code: string) {
  return Object.hasOwn(ERROR_CLASSES, code) ? ERROR_CLASSES[code as ErrorCode] : null;
}
