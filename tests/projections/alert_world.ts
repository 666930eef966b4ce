/** A log, projections and alerts under a clock that the test moves. @module */
import { type Kysely, sql } from "kysely";
import { type LedgerDatabase, migrate } from "../../ledger/store/mod.ts";
import { ALL_PROJECTIONS } from "../../projections/all.ts";
import { evaluate, type EvaluationResult } from "../../projections/alerts/evaluation/mod.ts";
import { prepareAlerts } from "../../projections/alerts/mod.ts";
import { createLogReader } from "../../projections/log/mod.ts";
import { createRunner, prepareSchema } from "../../projections/runner/mod.ts";
import { createEffects, type Effects, platformOf } from "../../shared/effects.ts";
import type { CallFacts, DomainEvent } from "../../shared/events/mod.ts";
import { UNKNOWN_CALL } from "../../shared/events/mod.ts";
import { uuidv7 } from "../../shared/ids/mod.ts";
import { silentLog } from "../../shared/log.ts";
import { appendEvents, type TestLog } from "./log.ts";

const real = createEffects(platformOf(globalThis));

/** A world for one test. */
export interface AlertWorld {
  readonly log: TestLog;
  readonly db: Kysely<unknown>;
  readonly effects: Effects;
  nowMs: number;
  /** Appends events now, and lets the projections see them. */
  happen(...events: readonly DomainEvent[]): Promise<bigint>;
  /** Evaluates as this or another process would. */
  evaluate(db?: Kysely<unknown>): Promise<EvaluationResult>;
  /** Every alert of a rule as `subject state`, oldest first. */
  alerts(ruleId: string): Promise<string[]>;
  close(): Promise<void>;
}

/**
 * Empties a log and opens a world on it; the clock stands at a full minute. The log is the caller's
 * to close: an empty schema is made much faster than a database.
 */
export async function openAlertWorld(log: TestLog): Promise<AlertWorld> {
  for (const schema of ["alerts", "projections", "ledger"]) {
    await sql.raw(`drop schema if exists ${schema} cascade`).execute(log.db);
  }
  await migrate(log.db as unknown as LedgerDatabase);
  await prepareSchema(log.db, ALL_PROJECTIONS, 1);
  await prepareAlerts(log.db);
  const { timers, random } = real;
  const projections = ALL_PROJECTIONS;
  const reader = createLogReader(log.db);
  const runner = createRunner({
    db: log.db,
    reader,
    projections,
    shards: 1,
    bus: null,
    timers,
    log: silentLog,
  });
  const effects = { timers, random, clock: { nowMs: () => world.nowMs } };
  const world: AlertWorld = {
    log,
    db: log.db,
    effects,
    nowMs: Date.parse("2026-11-20T17:00:00Z"),
    async happen(...events) {
      const head = await appendEvents(log.db, events, { recordedAtMs: world.nowMs, stepMs: 0 });
      await runner.catchUp();
      return head;
    },
    evaluate: (db = log.db) => evaluate({ db, shards: 1, effects, channels: ["log", "webhook"] }),
    async alerts(ruleId) {
      const { rows } = await sql<{ text: string }>`
        select subject_id || ' ' || coalesce(a.resolution, 'open') as text
        from alerts.alert a join alerts.change c on c.alert_id = a.alert_id and c.sequence = 1
        where rule_id = ${ruleId} order by c.change
      `.execute(log.db);
      return rows.map(({ text }) => text);
    },
    close: () => runner.stop(),
  };
  return world;
}

/** Facts of a call by its outcome and attempts, as `provider` or `provider:error`. */
export function callOf(outcome: string, ...attempts: readonly string[]): CallFacts {
  return {
    ...UNKNOWN_CALL,
    outcome,
    attempts: attempts.map((text) => {
      const [provider, errorCode = null] = text.split(":");
      return { provider: provider!, upstreamModel: "m", status: null, errorCode, durationMs: 1 };
    }),
  };
}

/** An account with a key and credit, in microkyat. */
export function accountWith(accountId: string, amountMicroKyat: bigint): readonly DomainEvent[] {
  return [
    { type: "AccountOpened", payload: { accountId, name: accountId, currency: "MMK" } },
    {
      type: "KeyIssued",
      payload: {
        accountId,
        keyId: "k1",
        keyHash: "0".repeat(64),
        prefix: "sk-sgl-0000…",
        label: "k1",
        expiresAtMs: null,
      },
    },
    {
      type: "CreditGranted",
      payload: { accountId, amountMicroKyat, source: "promotion", reference: "test" },
    },
  ];
}

/** A call that is held and settled at once, and costs `costNanoUsd` upstream. */
export function settledCall(
  world: Pick<AlertWorld, "effects">,
  accountId: string,
  costNanoUsd: bigint,
  call: CallFacts = callOf("completed", "openai"),
): readonly DomainEvent[] {
  const requestId = uuidv7(world.effects);
  const amountMicroKyat = 10n;
  return [
    placed(accountId, requestId, amountMicroKyat),
    {
      type: "HoldSettled",
      payload: {
        accountId,
        requestId,
        basis: "final",
        holdMicroKyat: amountMicroKyat,
        usage: { input: 1, output: 1 },
        evidence: "reported",
        chargeMicroKyat: 0n,
        chargedMicroKyat: 0n,
        overageMicroKyat: 0n,
        releasedMicroKyat: amountMicroKyat,
        unbilledMicroKyat: 0n,
        costNanoUsd,
        call,
      },
    },
  ];
}

/** A call that is held and released at once, as when no provider answered. */
export function releasedCall(
  world: Pick<AlertWorld, "effects">,
  accountId: string,
  call: CallFacts,
): readonly DomainEvent[] {
  const requestId = uuidv7(world.effects);
  const amountMicroKyat = 10n;
  return [
    placed(accountId, requestId, amountMicroKyat),
    {
      type: "HoldReleased",
      payload: { accountId, requestId, amountMicroKyat, reason: "upstream_failed", call },
    },
  ];
}

function placed(accountId: string, requestId: string, amountMicroKyat: bigint): DomainEvent {
  return {
    type: "HoldPlaced",
    payload: {
      accountId,
      requestId,
      keyId: "k1",
      edgeId: "edge-1",
      model: "m",
      endpoint: "chat.completions",
      amountMicroKyat,
      inputTokensBound: 1,
      outputTokensRequested: null,
      outputTokensGranted: 1,
      pricing: {
        priceVersion: 1,
        ratesPicoUsdPerUnit: { input: 1n, output: 1n },
        markupVersion: 1,
        markupPartsPerMillion: 0,
        fxVersion: 1,
        fxMicroKyat: 1n,
        fxNanoUsd: 1n,
      },
      expiresAtMs: 1_800_000_000_000,
    },
  };
}

/** A rule with defaults for all that is not given. */
export function ruleSet(
  ruleId: string,
  ruleVersion: number,
  rule: Partial<Extract<DomainEvent, { type: "AlertRuleSet" }>["payload"]["rule"]>,
): DomainEvent {
  const condition = { kind: "balance_low", accountId: null, belowMicroKyat: 1n } as const;
  const defaults = { name: ruleId, enabled: true, clearAfterSeconds: 0, condition } as const;
  return {
    type: "AlertRuleSet",
    payload: { ruleId, ruleVersion, rule: { severity: "warning", ...defaults, ...rule } },
  };
}
