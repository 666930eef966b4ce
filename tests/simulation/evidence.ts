/** What was seen from outside while a world ran; the laws are checked against it at the end. @module */
import type { BalanceView } from "../../shared/commands/mod.ts";
import type { JsonObject, JsonValue } from "../../shared/json.ts";
import type { DurableMessage } from "../../shared/bus/mod.ts";
import type { EventStore } from "../../ledger/store/mod.ts";
import type { MemoryTables } from "../../ledger/store/memory/mod.ts";
import type { BusWitness } from "./bus_wires.ts";
import type { Seen } from "./clients.ts";
import type { Process } from "./process.ts";
import { hash } from "./random.ts";

/** An answer that somebody may have relied on. */
export interface ReplySeen {
  readonly operationId: string;
  readonly shard: number | null;
  readonly reply: JsonObject;
}

/** The log of a shard as it was at some moment. */
export interface Audit {
  readonly shard: number;
  readonly position: bigint;
  readonly frameHash: string;
  /** Of all events up to the position. */
  readonly digest: number;
}

/** See the module. */
export interface Evidence {
  readonly replies: ReplySeen[];
  /** Messages of the stream that a consumer has acknowledged. */
  readonly acknowledged: JsonObject[];
  /** Settlements that the stream promised to keep, with the edge that sent them. */
  readonly stored: { readonly message: JsonObject; readonly process: Process }[];
  readonly deadLetters: { readonly message: JsonObject; readonly reason: string }[];
  /** Epochs in the order in which they were given out, and those under which was appended. */
  readonly epochs: { readonly shard: number; readonly epoch: bigint; readonly taken: boolean }[];
  readonly audits: Audit[];
  readonly calls: Seen[];
  /** What the owners said of the accounts when all was at rest. */
  readonly balances: BalanceView[];
  /** What was logged as an error that nobody expects. */
  readonly errors: { readonly process: string; readonly event: string; readonly what: string }[];
  /** What the world itself found wrong while it ran. */
  readonly found: { readonly law: string; readonly detail: string }[];
  /** The bus lost what it had promised to keep. */
  wiped: boolean;
}

/** Nothing seen yet. */
export function noEvidence(): Evidence {
  return {
    replies: [],
    acknowledged: [],
    stored: [],
    deadLetters: [],
    epochs: [],
    audits: [],
    calls: [],
    balances: [],
    errors: [],
    found: [],
    wiped: false,
  };
}

/** Looks at the bus. */
export function witnessBus(evidence: Evidence): BusWitness {
  const reply = (operationId: unknown, answer: unknown, shard: number | null) => {
    if (typeof operationId !== "string" || !isOutcome(answer)) return;
    evidence.replies.push({ operationId, shard, reply: answer });
  };
  return {
    answered(subject, request, answer) {
      const shard = /^sargalay\.(\d+)\.command$/.exec(subject)?.[1];
      if (shard !== undefined) reply(objectOf(request).operationId, answer, Number(shard));
    },
    published(subject, message) {
      if (!subject.endsWith(".settled")) return;
      const { operationId, reply: outcome } = objectOf(message);
      reply(operationId, outcome, null);
    },
    stored: (message, process) =>
      void evidence.stored.push({ message: objectOf(message), process }),
    acknowledged: ({ message }: DurableMessage) =>
      void evidence.acknowledged.push(objectOf(message)),
  };
}

/** An answer that is remembered for ever, unlike a refusal at the door. */
function isOutcome(answer: unknown): answer is JsonObject {
  const { status, rejection } = objectOf(answer);
  if (status === "accepted") return true;
  const code = objectOf(rejection).code;
  return status === "rejected" && code !== "invalid_command" && code !== "operation_conflict";
}

/** Looks at the epochs that a store gives out and takes appends under. */
export function witnessStore(store: EventStore, evidence: Evidence): EventStore {
  const taken = async (shard: number, head: ReturnType<EventStore["acquire"]>) => {
    const given = await head;
    if (given !== null) evidence.epochs.push({ shard, epoch: given.epoch, taken: true });
    return given;
  };
  return {
    ...store,
    acquire: (request) => taken(request.shard, store.acquire(request)),
    reclaim: (ownership, leaseMs) => taken(ownership.shard, store.reclaim(ownership, leaseMs)),
    async append(batch) {
      const result = await store.append(batch);
      const { shard, epoch } = batch.ownership;
      if (result.status === "committed") evidence.epochs.push({ shard, epoch, taken: false });
      return result;
    },
  };
}

/** Notes where every shard's log stands, and what it says up to there. */
export function audit(tables: MemoryTables, evidence: Evidence): void {
  for (const [shard, { events, frames, position, frameHash }] of tables.shards) {
    if (frames.length === 0) continue;
    const digest = digestOf(events);
    evidence.audits.push({ shard, position, frameHash: frameHash.toHex(), digest });
  }
}

/** One number for all that events say. */
export function digestOf(events: readonly object[]): number {
  return events.reduce((sum: number, event) => hash(textOf(event), sum), 0);
}

const texts = new WeakMap<object, string>();

/** An event as text; made once for as long as it is the same object. */
function textOf(event: object): string {
  const known = texts.get(event);
  if (known !== undefined) return known;
  const text = JSON.stringify(
    event,
    (_name, value) => typeof value === "bigint" ? `${value}` : value,
  );
  texts.set(event, text);
  return text;
}

/** A JSON object, or an empty one for anything else. */
export function objectOf(value: unknown): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as Record<string, JsonValue>
    : {};
}
