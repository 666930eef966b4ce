/** The law about limits: every call is counted again from the log alone. @module */
import type { StoredEvent } from "../../ledger/store/mod.ts";
import type { JsonObject } from "../../shared/json.ts";
import { objectOf } from "./evidence.ts";
import type { Violation } from "./laws.ts";

interface Counted {
  readonly atMs: number;
  tokens: number;
  inDay: boolean;
}

/** What counts against an account, from its first plan on. */
interface Counts {
  /** Null before the first plan. */
  limits: JsonObject | null;
  readonly calls: Map<string, Counted>;
  readonly open: Set<string>;
}

const YANGON_MS = 6.5 * 3_600_000;

/** Checks every hold of one shard's log against the plan that its account had then. */
export function checkLimits(events: readonly StoredEvent[]): Violation[] {
  const accounts = new Map<string, Counts>();
  return events.flatMap((event) => {
    const accountId = String(event.payload.accountId ?? "");
    const counts = accounts.get(accountId) ?? { limits: null, calls: new Map(), open: new Set() };
    accounts.set(accountId, counts);
    return enter(counts, event);
  });
}

function enter(counts: Counts, { type, payload, recordedAtMs, position }: StoredEvent) {
  const requestId = String(payload.requestId ?? "");
  const call = counts.calls.get(requestId);
  switch (type) {
    case "PlanAssigned":
      // Taking a plan away from whom never had one begins no counting.
      if (payload.keyId !== null || (payload.planId === null && counts.limits === null)) return [];
      counts.limits = objectOf(payload.limits);
      return [];
    case "HoldPlaced": {
      counts.open.add(requestId);
      if (counts.limits === null) return [];
      const tokens = Number(payload.inputTokensBound) + Number(payload.outputTokensGranted);
      counts.calls.set(requestId, { atMs: recordedAtMs, tokens, inDay: true });
      return overLimits(counts, recordedAtMs).map((what): Violation => ({
        law: "20",
        detail: `${requestId} at position ${position}: ${what}`,
      }));
    }
    case "HoldSettled":
    case "LateUsageSettled":
      counts.open.delete(requestId);
      if (call !== undefined) call.tokens = sum(Object.values(objectOf(payload.usage)).map(Number));
      return [];
    case "HoldReleased":
    case "HoldExpired":
      counts.open.delete(requestId);
      if (call === undefined) return [];
      call.tokens = 0;
      if (type === "HoldReleased") call.inDay = false;
      return [];
    default:
      return [];
  }
}

/** Which limits the calls so far, the last one included, exceed. */
function overLimits({ limits, calls, open }: Counts, nowMs: number): string[] {
  const all = [...calls.values()];
  const second = Math.floor(nowMs / 1_000);
  const minute = all.filter(({ atMs }) => Math.floor(atMs / 1_000) > second - 60);
  const since = (letters: number) =>
    all.filter(({ atMs }) => dateOf(atMs).slice(0, letters) === dateOf(nowMs).slice(0, letters));
  const used = {
    requestsPerMinute: minute.length,
    tokensPerMinute: sum(minute.map(({ tokens }) => tokens)),
    requestsPerDay: since(10).filter(({ inDay }) => inDay).length,
    tokensPerMonth: sum(since(7).map(({ tokens }) => tokens)),
    concurrentRequests: open.size,
  };
  return Object.entries(used).flatMap(([name, count]) => {
    const limit = limits?.[name] ?? null;
    return limit === null || count <= Number(limit) ? [] : [`${count} of ${limit} ${name}`];
  });
}

function dateOf(atMs: number): string {
  return new Date(atMs + YANGON_MS).toISOString();
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((one, other) => one + other, 0);
}
