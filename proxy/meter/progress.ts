/** Keeps long calls alive at the ledger and leaves evidence there in case this edge dies. @module */
import { type Bus, subjects } from "../../shared/bus/mod.ts";
import {
  type CommandBody,
  type CommandReply,
  commandReplySchema,
  edgeOperationId,
  type RejectionCode,
} from "../../shared/commands/mod.ts";
import type { Effects } from "../../shared/effects.ts";
import { type JsonObject, toJsonValue } from "../../shared/json.ts";
import type { Log } from "../../shared/log.ts";
import { totalUnits } from "../../shared/usage/mod.ts";
import type { MeterReading } from "./evidence.ts";

/** A reading with the model and the key that serve, where the hold left a choice. */
export type ServedReading =
  & MeterReading
  & Pick<CommandBody<"ReportUsage">, "model" | "ownKey">;

/** A call that has a hold and is not settled yet. */
export interface OpenCall {
  readonly accountId: string;
  readonly requestId: string;
  readonly shard: number;
  readonly startedAtMs: number;
  readonly holdTtlMs: number;
  /** Longest life of this call, in milliseconds; absent for that of any call. */
  readonly longestMs?: number;
  /** What is known so far and who serves it, or null when nothing was received. */
  readonly reading: () => ServedReading | null;
  /** Ends the call here and now; it is settled on what is known. */
  readonly abort: () => void;
}

/** See {@link createProgress}. */
export interface Progress {
  /** Follows a call until the returned function is called. */
  follow(call: OpenCall): () => void;
  /** Calls that are followed. */
  open(): number;
  /** Resolves when no call is open. */
  idle(): Promise<void>;
  /** Ends all open calls. */
  abort(): void;
  /** Stops reporting; idempotent. */
  stop(): void;
}

interface Followed {
  readonly call: OpenCall;
  sequence: number;
  /** What the stream has of it for sure. */
  reportedUnits: number;
  /** When the ledger last let the hold live on. */
  extendedAtMs: number;
  /** The ledger said that there is nothing left to extend. */
  gone: boolean;
  reporting: boolean;
  extending: boolean;
}

const REQUEST_TIMEOUT_MS = 2_000;

/** Rejections of an extension after which no other can succeed. */
const FINAL: ReadonlySet<string> = new Set<RejectionCode>([
  "hold_expired",
  "hold_settled",
  "hold_released",
  "hold_not_found",
]);

/**
 * Looks at all open calls every `everyMs` with one timer: reports usage that has grown, and extends
 * a hold when half of its life is over, while the call may last at all (`totalMs`). What did not
 * reach the ledger, or was not accepted by it, is tried again by the next look.
 */
export function createProgress(options: {
  readonly bus: Bus;
  readonly effects: Effects;
  readonly log: Log;
  readonly edgeId: string;
  readonly everyMs: number;
  /** Longest life of a call, in milliseconds. */
  readonly totalMs: number;
}): Progress {
  const { bus, log, effects: { clock, timers } } = options;
  const followed = new Set<Followed>();
  let waiting: (() => void)[] = [];

  const envelope = (type: string, operationId: string, body: JsonObject): JsonObject => ({
    operationId,
    actor: `edge:${options.edgeId}`,
    occurredAtMs: clock.nowMs(),
    type,
    body,
  });
  const report = async (each: Followed) => {
    const { accountId, requestId, shard } = each.call;
    if (each.reporting) return;
    each.reporting = true;
    try {
      const reading = each.call.reading();
      if (reading === null) return;
      const { usage, evidence, ...served } = reading;
      const units = totalUnits(usage);
      if (units <= each.reportedUnits) return;
      each.sequence += 1;
      const operationId = edgeOperationId("usage", requestId, each.sequence);
      const body = {
        accountId,
        requestId,
        sequence: each.sequence,
        usage: toJsonValue(usage),
        evidence,
        ...served,
      };
      await bus.publishDurable(
        subjects.usage(shard),
        envelope("ReportUsage", operationId, body),
        { messageId: operationId, timeoutMs: REQUEST_TIMEOUT_MS },
      );
      each.reportedUnits = units;
    } catch (error) {
      log.warn("usage_not_reported", { requestId, error: asField(error) });
    } finally {
      each.reporting = false;
    }
  };
  const extend = async (each: Followed, nowMs: number) => {
    const { accountId, requestId, shard, holdTtlMs, startedAtMs } = each.call;
    if (each.gone || each.extending || nowMs - each.extendedAtMs < holdTtlMs / 2) return;
    // A call that outlasts its limit must not keep its customer's money held for ever.
    if (nowMs - startedAtMs >= (each.call.longestMs ?? options.totalMs)) return;
    each.extending = true;
    each.sequence += 1;
    const operationId = edgeOperationId("extend", requestId, each.sequence);
    const body = { accountId, requestId, sequence: each.sequence, holdTtlMs };
    try {
      const reply = commandReplySchema.parse(
        await bus.request(subjects.command(shard), envelope("ExtendHold", operationId, body), {
          timeoutMs: REQUEST_TIMEOUT_MS,
        }),
      );
      hear(each, reply, nowMs);
    } catch (error) {
      log.warn("hold_not_extended", { requestId, error: asField(error) });
    } finally {
      each.extending = false;
    }
  };
  const hear = (each: Followed, reply: CommandReply, nowMs: number) => {
    const { requestId } = each.call;
    switch (reply.status) {
      case "accepted":
        each.extendedAtMs = nowMs;
        return;
      case "unavailable":
        log.warn("hold_not_extended", { requestId, reason: reply.message });
        return;
      case "rejected": {
        const { code, message } = reply.rejection;
        each.gone = FINAL.has(code);
        // Of a call that ended meanwhile nothing else is to be expected.
        if (!followed.has(each)) return;
        const fields = { requestId, code, reason: message };
        if (each.gone) log.error("hold_lost", fields);
        else log.warn("hold_not_extended", fields);
        return;
      }
      default:
        reply satisfies never;
    }
  };
  const timer = timers.every(options.everyMs, () => {
    const nowMs = clock.nowMs();
    for (const each of followed) {
      if (nowMs - each.call.startedAtMs < options.everyMs) continue;
      void report(each);
      void extend(each, nowMs);
    }
  });
  return {
    follow(call) {
      const each: Followed = {
        call,
        sequence: 0,
        reportedUnits: 0,
        extendedAtMs: call.startedAtMs,
        gone: false,
        reporting: false,
        extending: false,
      };
      followed.add(each);
      return () => {
        if (!followed.delete(each) || followed.size > 0) return;
        for (const wake of waiting) wake();
        waiting = [];
      };
    },
    open: () => followed.size,
    idle: () =>
      followed.size === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve)),
    abort() {
      for (const { call } of [...followed]) call.abort();
    },
    stop: () => timer.cancel(),
  };
}

function asField(error: unknown): Error | string {
  return error instanceof Error ? error : String(error);
}
