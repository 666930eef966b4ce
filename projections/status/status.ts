/** The status of the gateway: what edges tell beside what the calls show. @module */
import type { Effects } from "../../shared/effects.ts";
import type { GatewayStatus, HealthNews, ProviderStatus } from "../../shared/read_api/mod.ts";
import type { Queryable } from "../table/mod.ts";
import type { HealthBoard } from "./health_board.ts";
import {
  countCalls,
  countFallbacks,
  readFinalProviders,
  readProviders,
  readSeries,
} from "./read.ts";

/** Reads the status; what is asked for again within a second is read once. */
export type StatusReader = (minutes: number) => Promise<GatewayStatus>;

const KEPT_MS = 1_000;
const MOMENTS = 60;
const MINUTE_MS = 60_000;
const LEAST_STEP_MS = 10_000;

/** Builds the reader over the rows of a database. */
export function createStatusReader(
  { db, effects, board }: {
    readonly db: Queryable;
    readonly effects: Pick<Effects, "clock">;
    readonly board: HealthBoard;
  },
): StatusReader {
  const kept = new Map<number, { readonly untilMs: number; readonly value: Promise<Traffic> }>();
  return async (minutes) => {
    const nowMs = effects.clock.nowMs();
    let known = kept.get(minutes);
    if (known === undefined || known.untilMs <= nowMs) {
      for (const [other, { untilMs }] of kept) if (untilMs <= nowMs) kept.delete(other);
      known = { untilMs: nowMs + KEPT_MS, value: readTraffic(db, minutes, nowMs) };
      kept.set(minutes, known);
      known.value.catch(() => kept.delete(minutes));
    }
    const { providers, ...traffic } = await known.value;
    const health = board.news();
    return { ...traffic, health, providers: withPhases(providers, health) };
  };
}

type Traffic = Omit<GatewayStatus, "health" | "providers"> & {
  readonly providers: readonly Omit<ProviderStatus, "phase">[];
};

async function readTraffic(db: Queryable, minutes: number, nowMs: number): Promise<Traffic> {
  const stepMs = Math.max(LEAST_STEP_MS, minutes * MINUTE_MS / MOMENTS);
  // Steps begin at round times, so that a moment keeps its calls from one reading to the next.
  const toMs = (Math.floor(nowMs / stepMs) + 1) * stepMs;
  const range = { fromMs: toMs - minutes * MINUTE_MS, toMs };
  return {
    ...range,
    calls: await countCalls(db, range),
    fallbacks: await countFallbacks(db, range),
    providers: await readProviders(db, range),
    finalProviders: await readFinalProviders(db, range),
    stepMs,
    series: await readSeries(db, range, stepMs),
  };
}

/**
 * Each provider with its breaker. One whose breaker nobody told of is closed as far as edges know,
 * which is worth saying only while they are heard.
 */
function withPhases(
  tried: readonly Omit<ProviderStatus, "phase">[],
  { state, subjects }: HealthNews,
): ProviderStatus[] {
  const told = new Map(
    subjects.filter(({ kind }) => kind === "provider").map(({ name, phase }) => [name, phase]),
  );
  const quiet = state === "live" ? "closed" : null;
  const rows = tried.map((row) => ({ ...row, phase: told.get(row.provider) ?? quiet }));
  const missing = [...told].filter(([name]) => !rows.some(({ provider }) => provider === name));
  const nothing = {
    attempts: 0,
    failures: 0,
    served: 0,
    lastServedAtMs: null,
    lastFailedAtMs: null,
    latency: null,
  };
  return [...rows, ...missing.map(([provider, phase]) => ({ provider, ...nothing, phase }))];
}
