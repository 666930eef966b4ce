/**
 * The edge's journal of settlements that the ledger has not confirmed. It lives in memory: when the
 * edge dies, the ledger settles on the last progress report at the hold's expiry.
 *
 * @module
 */
import { type Bus, METER_STREAM, subjects } from "../../shared/bus/mod.ts";
import {
  type CommandBody,
  edgeOperationId,
  parseSettlementResult,
  type SettlementResult,
} from "../../shared/commands/mod.ts";
import type { Effects, TimerHandle } from "../../shared/effects.ts";
import { shardOf } from "../../shared/ids/mod.ts";
import type { JsonObject, JsonValue } from "../../shared/json.ts";
import type { Log } from "../../shared/log.ts";

/** How a call ended, for the ledger. */
export type Settlement =
  | { readonly type: "SettleHold"; readonly body: CommandBody<"SettleHold"> }
  | { readonly type: "ReleaseHold"; readonly body: CommandBody<"ReleaseHold"> };

/** A settlement under way; neither promise rejects. */
export interface OpenSettlement {
  /** The ledger or the stream has it, so that it outlives this edge; or nothing is left to wait for. */
  readonly stored: Promise<void>;
  /** The ledger's result; null when it refused, or when the journal was closed before. */
  readonly settled: Promise<SettlementResult | null>;
}

/** See {@link createSettlementJournal}. */
export interface SettlementJournal {
  /** Hands a settlement over and returns at once. */
  settle(settlement: Settlement): OpenSettlement;
  /** Settlements that wait for the ledger's word. */
  open(): number;
  /** Resolves with what is still open: 0 as soon as nothing is, else after `deadlineMs`. */
  drain(deadlineMs: number): Promise<number>;
  /** Stops republishing and listening; what is open resolves with null. Idempotent. */
  close(): Promise<void>;
}

interface Entry {
  readonly shard: number;
  readonly envelope: JsonObject;
  readonly operationId: string;
  readonly stored: PromiseWithResolvers<void>;
  readonly settled: PromiseWithResolvers<SettlementResult | null>;
  sends: number;
  timer: TimerHandle | null;
}

interface JournalOptions {
  readonly bus: Bus;
  readonly effects: Effects;
  readonly log: Log;
  readonly edgeId: string;
  readonly shards: number;
}

/** After this the stream takes what the ledger has not answered. */
const DIRECT_TIMEOUT_MS = 250;
const PUBLISH_TIMEOUT_MS = 2_000;
const FIRST_REPUBLISH_MS = 1_000;
const LONGEST_REPUBLISH_MS = 30_000;

/**
 * Asks the ledger to settle at once. Unless it accepts within 250 ms, the settlement is published
 * durably and again, after 1 s and then ever later up to 30 s, until the ledger's notice is there.
 * The operation id makes that safe; a fresh message id gets it past the stream's own duplicate check.
 */
export async function createSettlementJournal(options: JournalOptions): Promise<SettlementJournal> {
  const { bus, log, edgeId, effects: { clock, timers } } = options;
  const entries = new Map<string, Entry>();
  let idle: (() => void)[] = [];

  const finish = (entry: Entry, result: SettlementResult | null) => {
    entry.timer?.cancel();
    entries.delete(entry.operationId);
    entry.stored.resolve();
    entry.settled.resolve(result);
    if (entries.size > 0) return;
    for (const wake of idle) wake();
    idle = [];
  };
  /** Null unless the ledger accepts: what it refuses it is told by the stream, to keep it for people. */
  const ask = async ({ shard, envelope, operationId }: Entry): Promise<Outcome | null> => {
    try {
      const reply = await bus.request(subjects.command(shard), envelope, {
        timeoutMs: DIRECT_TIMEOUT_MS,
      });
      const outcome = readOutcome(reply);
      return outcome?.status === "accepted" ? outcome : null;
    } catch (error) {
      log.info("settlement_goes_by_stream", { operationId, error: asError(error) });
      return null;
    }
  };
  const begin = async (entry: Entry) => {
    const outcome = await ask(entry);
    if (!entries.has(entry.operationId)) return;
    if (outcome === null) await send(entry);
    else finish(entry, resultOf(outcome, entry, log));
  };
  const send = async (entry: Entry) => {
    const delayMs = Math.min(FIRST_REPUBLISH_MS * 2 ** entry.sends, LONGEST_REPUBLISH_MS);
    entry.sends += 1;
    entry.timer = timers.after(delayMs, () => {
      if (entry.sends % 5 === 0) {
        log.warn("settlement_unconfirmed", { operationId: entry.operationId, sends: entry.sends });
      }
      void send(entry);
    });
    try {
      const suffix = entry.sends === 1 ? "" : `:${entry.sends}`;
      await bus.publishDurable(subjects.settle(entry.shard), entry.envelope, {
        messageId: `${entry.operationId}${suffix}`,
        timeoutMs: PUBLISH_TIMEOUT_MS,
      });
      entry.stored.resolve();
    } catch (error) {
      // The timer sends it again.
      log.warn("settlement_not_published", {
        operationId: entry.operationId,
        error: asError(error),
      });
    }
  };
  const hear = (message: JsonValue) => {
    if (typeof message !== "object" || message === null) return;
    const { operationId, reply } = message as Partial<Record<string, JsonValue>>;
    const entry = typeof operationId === "string" ? entries.get(operationId) : undefined;
    const outcome = entry === undefined ? null : readOutcome(reply);
    if (entry === undefined || outcome === null) return;
    finish(entry, resultOf(outcome, entry, log));
  };
  const subscription = await bus.subscribe(subjects.settled(edgeId), hear);
  await bus.ensureStream(METER_STREAM).catch((error) => {
    log.warn("meter_stream_not_ready", { error: asError(error) });
  });

  return {
    settle(settlement) {
      const { accountId, requestId } = settlement.body;
      const kind = settlement.type === "SettleHold" ? "settle" : "release";
      const operationId = edgeOperationId(kind, requestId);
      const entry: Entry = {
        shard: shardOf(accountId, options.shards),
        envelope: {
          operationId,
          actor: `edge:${edgeId}`,
          occurredAtMs: clock.nowMs(),
          type: settlement.type,
          body: { ...settlement.body },
        },
        operationId,
        stored: Promise.withResolvers(),
        settled: Promise.withResolvers(),
        sends: 0,
        timer: null,
      };
      entries.set(operationId, entry);
      void begin(entry);
      return { stored: entry.stored.promise, settled: entry.settled.promise };
    },
    open: () => entries.size,
    async drain(deadlineMs) {
      if (entries.size === 0) return 0;
      await new Promise<void>((resolve) => {
        const timer = timers.after(deadlineMs, resolve);
        idle.push(() => {
          timer.cancel();
          resolve();
        });
      });
      return entries.size;
    },
    async close() {
      for (const entry of [...entries.values()]) {
        log.error("settlement_abandoned", { operationId: entry.operationId, sends: entry.sends });
        finish(entry, null);
      }
      await subscription.stop();
    },
  };
}

type Outcome =
  | { readonly status: "accepted"; readonly result: unknown }
  | { readonly status: "rejected"; readonly rejection: { code?: unknown; message?: unknown } };

/**
 * The outcome inside a notice, or null when there is none, as when the ledger was unavailable. Read
 * by hand: the whole schema would be checked once more for every call, and only the result counts.
 */
function readOutcome(reply: JsonValue | undefined): Outcome | null {
  if (typeof reply !== "object" || reply === null) return null;
  const { status, result, rejection } = reply as JsonObject;
  if (status === "accepted") return { status, result };
  if (status !== "rejected" || typeof rejection !== "object") return null;
  return { status, rejection: (rejection ?? {}) as JsonObject };
}

function resultOf(outcome: Outcome, entry: Entry, log: Log): SettlementResult | null {
  const { operationId } = entry;
  if (outcome.status === "accepted") {
    try {
      return parseSettlementResult(outcome.result);
    } catch (error) {
      log.error("settlement_result_not_understood", { operationId, error: asError(error) });
    }
  } else {
    const { code, message } = outcome.rejection;
    log.error("settlement_refused", {
      operationId,
      code: String(code),
      reason: String(message),
    });
  }
  return null;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
