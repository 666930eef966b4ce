/** Reads what each rule is judged by. @module */
import type { AlertConditionOf } from "../../../shared/alerts/mod.ts";
import type { Queryable } from "../../table/mod.ts";
import type { EffectiveRule } from "../rules/mod.ts";
import {
  type CallFigures,
  ofAccount,
  readBalances,
  readCalls,
  readOverdueHolds,
  readProviders,
} from "./figures.ts";
import { type ProjectionAge, readCheckpointAges, readProjectionAges } from "./freshness.ts";
import type { Reading } from "./judge.ts";
import type { Observation, OpenAlert } from "./plan.ts";

/** What observing works with. */
export interface Observing {
  readonly db: Queryable;
  readonly shards: number;
  readonly nowMs: number;
  readonly open: readonly OpenAlert[];
}

/** A projection that is this far behind says nothing about now, in milliseconds. */
export const STALE_AFTER_MS = 60_000;

/** Observes every rule that is enabled, by rule id. Rejects when the database does. */
export async function observeAll(
  rules: readonly EffectiveRule[],
  observing: Observing,
): Promise<ReadonlyMap<string, Observation>> {
  const ages = await readProjectionAges(observing.db);
  const observations = new Map<string, Observation>();
  if (ages === null) {
    const nothing = { status: "unknown", reason: "the ledger has no tables yet" } as const;
    return new Map(rules.map(({ ruleId }) => [ruleId, nothing]));
  }
  // Rules that ask the same share the answer.
  const calls = memoize((key: string) => {
    const [scope, windowMinutes] = key.split("/");
    return readCalls(observing.db, {
      nowMs: observing.nowMs,
      windowMinutes: parseInt(windowMinutes!, 10),
      byAccount: scope === "account",
    });
  });
  for (const rule of rules.filter(({ enabled }) => enabled)) {
    const open = observing.open.filter(({ ruleId }) => ruleId === rule.ruleId);
    observations.set(rule.ruleId, await observe(rule, { ...observing, open, ages, calls }));
  }
  return observations;
}

interface Sources extends Observing {
  /** The alerts of the rule in hand. */
  readonly open: readonly OpenAlert[];
  readonly ages: readonly ProjectionAge[];
  /** By `scope/windowMinutes`. */
  calls(key: string): Promise<readonly CallFigures[]>;
}

async function observe({ condition }: EffectiveRule, sources: Sources): Promise<Observation> {
  const { db, nowMs, shards } = sources;
  switch (condition.kind) {
    case "spend_per_hour": {
      return staleness("alert_signals", sources) ??
        known((await sources.calls(`${condition.scope}/60`)).map(spendOf), "zero");
    }
    case "error_rate":
      return staleness("alert_signals", sources) ?? await observeErrors(condition, sources);
    case "balance_low": {
      const accountIds = sources.open.map(({ subject }) => subject.id);
      const { belowMicroKyat } = condition;
      return staleness("balances", sources) ??
        known(await readBalances(db, { belowMicroKyat, accountIds }), "gone");
    }
    case "provider_down":
      return staleness("alert_signals", sources) ?? await observeProviders(condition, sources);
    case "hold_stuck": {
      const readings = await readOverdueHolds(db, nowMs);
      return readings === null ? unknown("the ledger has no holds yet") : known(readings, "clear");
    }
    case "projection_lagging":
      return known(lagsOf(sources), "gone");
    case "checkpoint_late": {
      const ages = await readCheckpointAges(db, shards);
      if (ages === null) return unknown("the ledger keeps no signed checkpoints");
      return known(
        ages.map(({ shard, oldestMissingMs }) => ({
          subject: { type: "shard", id: String(shard) },
          accountId: null,
          numerator: secondsSince(oldestMissingMs, nowMs),
          denominator: 1n,
        })),
        "gone",
      );
    }
    default:
      return condition satisfies never;
  }
}

async function observeErrors(
  { scope, windowMinutes, minimumCalls }: AlertConditionOf<"error_rate">,
  sources: Sources,
): Promise<Observation> {
  const figures = await sources.calls(`${scope}/${windowMinutes}`);
  const enough = figures.filter(({ calls }) => calls >= BigInt(minimumCalls));
  const readings = enough.map(({ accountId, calls, failedCalls }) => {
    const failed = failedCalls * 1_000_000n;
    return accountId === null ? ofPlatform(failed, calls) : ofAccount(accountId, failed, calls);
  });
  const tooFew = `fewer than ${minimumCalls} calls ended in ${windowMinutes} minutes`;
  const doubt = readings.length > 0 ? null : tooFew;
  return { status: "known", readings, missing: "unknown", doubt };
}

async function observeProviders(
  { provider, windowMinutes }: AlertConditionOf<"provider_down">,
  { db, nowMs, open }: Sources,
): Promise<Observation> {
  const figures = await readProviders(db, { nowMs, windowMinutes });
  const heard = figures.filter(({ served, failed }) => served + failed > 0n);
  const readings = heard.map(({ provider: id, served, failed }): Reading => ({
    subject: { type: "provider", id },
    accountId: null,
    numerator: served > 0n ? 0n : failed,
    denominator: 1n,
  }));
  const silent = figures.filter(({ served, failed }) => served + failed === 0n);
  // Of a provider that is not tried any more nothing new is known, until it is forgotten.
  const kept = open.flatMap(({ subject, value }): Reading[] =>
    silent.some((each) => subject.type === "provider" && subject.id === each.provider)
      ? [{ subject, accountId: null, numerator: value, denominator: 1n }]
      : []
  );
  const isHeard = provider === null
    ? readings.length > 0
    : heard.some((each) => each.provider === provider);
  const doubt = isHeard ? null : `no attempt in ${windowMinutes} minutes`;
  return { status: "known", readings: [...readings, ...kept], missing: "gone", doubt };
}

function spendOf({ accountId, costNanoUsd }: CallFigures): Reading {
  return accountId === null ? ofPlatform(costNanoUsd, 1n) : ofAccount(accountId, costNanoUsd);
}

function ofPlatform(numerator: bigint, denominator: bigint): Reading {
  return { subject: PLATFORM, accountId: null, numerator, denominator };
}

const PLATFORM = { type: "platform", id: "platform" } as const;

/** The seconds that each projection is behind in its slowest shard. */
function lagsOf({ ages, nowMs }: Sources): readonly Reading[] {
  const names = [...new Set(ages.map(({ projection }) => projection))];
  return names.map((name) => {
    const lags = ages.filter(({ projection }) => projection === name)
      .map(({ oldestMissingMs }) => secondsSince(oldestMissingMs, nowMs));
    return {
      subject: { type: "projection", id: name },
      accountId: null,
      numerator: lags.reduce((most, lag) => lag > most ? lag : most, 0n),
      denominator: 1n,
    };
  });
}

/** Why a projection cannot be judged by now, or null when it is fresh. */
function staleness(name: string, { ages, nowMs }: Sources): Observation | null {
  const own = ages.filter(({ projection }) => projection === name);
  if (own.length === 0) return unknown(`the projection ${name} does not exist yet`);
  const behindMs = own.reduce(
    (most, { oldestMissingMs }) => Math.max(most, nowMs - (oldestMissingMs ?? nowMs)),
    0,
  );
  if (behindMs <= STALE_AFTER_MS) return null;
  return unknown(`the projection ${name} is ${Math.floor(behindMs / 1_000)} s behind the log`);
}

function secondsSince(timeMs: number | null, nowMs: number): bigint {
  return timeMs === null ? 0n : BigInt(Math.max(0, Math.floor((nowMs - timeMs) / 1_000)));
}

function known(
  readings: readonly Reading[],
  missing: "zero" | "clear" | "gone",
): Observation {
  return { status: "known", readings, missing, doubt: null };
}

function unknown(reason: string): Observation {
  return { status: "unknown", reason };
}

function memoize<T>(read: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const answers = new Map<string, Promise<T>>();
  return (key) => {
    const known = answers.get(key) ?? read(key);
    answers.set(key, known);
    return known;
  };
}
