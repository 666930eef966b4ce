/** A batch in the making: commands decided on the replica, not yet in the log. @module */
import type { CommandReply } from "../../shared/commands/mod.ts";
import type { Effects } from "../../shared/effects.ts";
import { type DomainEvent, requestIdOf, streamOf } from "../../shared/events/mod.ts";
import { uuidv7 } from "../../shared/ids/mod.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { Domain, Leg, PlacedEvent } from "../domain.ts";
import { canonicalJson, frameHash, leafHash, merkleRoot } from "../integrity/mod.ts";
import type { Batch, Frame, NewEvent, Outcome, Ownership, Posting } from "../store/mod.ts";
import { createHoldChanges } from "./hold_changes.ts";
import type { Operation } from "./operations.ts";
import { advance, assertBalanced, balanceKey, nextVersion, type Replica } from "./replica.ts";

/** One operation with what was decided about it. */
export interface Decided {
  readonly operation: Operation;
  readonly reply: CommandReply;
  /** How many events it led to; 0 for a rejection. */
  readonly eventCount: number;
}

/** What one append will write. */
export interface PendingBatch {
  readonly afterPosition: bigint;
  readonly decided: Decided[];
  readonly events: NewEvent[];
  readonly placed: PlacedEvent[];
  readonly postings: Posting[];
  readonly holds: ReturnType<typeof createHoldChanges>;
  /** Operation ids whose outcome is stored already and must not be written again. */
  readonly storedAlready: Set<string>;
  /** Settles when the batch is in the log (true) or will never be (false). */
  readonly done: PromiseWithResolvers<boolean>;
}

/** What deciding needs. */
export interface Deciding<State> {
  readonly domain: Domain<State>;
  readonly replica: Replica<State>;
  readonly shard: number;
  readonly effects: Effects;
}

/** An empty batch that follows the replica's position. */
export function createBatch(replica: Replica<unknown>): PendingBatch {
  return {
    afterPosition: replica.position,
    decided: [],
    events: [],
    placed: [],
    postings: [],
    holds: createHoldChanges(),
    storedAlready: new Set(),
    done: Promise.withResolvers(),
  };
}

/** The ledger's time: the clock's, but never before what is in the log. */
export function decisionTime({ effects, replica }: Deciding<unknown>): number {
  return Math.max(effects.clock.nowMs(), replica.recordedAtMs);
}

/**
 * Decides one operation at `nowMs` (from {@link decisionTime}) and takes it into the batch. Returns
 * false, and leaves no trace of it, when the writer's own command is rejected: an outcome that is
 * stored would keep it from ever asking again. Throws what the domain or the encoding throws; when
 * `replica.position` moved before it threw, the replica must be thrown away.
 */
export function decideInto<State>(
  deciding: Deciding<State>,
  batch: PendingBatch,
  { operation, nowMs }: { readonly operation: Operation; readonly nowMs: number },
): boolean {
  const { domain, replica } = deciding;
  const decision = domain.decide(replica.state, operation.command, { nowMs });
  if (decision.status === "rejected") {
    if (operation.own) return false;
    batch.decided.push({ operation, reply: decision, eventCount: 0 });
    return true;
  }
  // All that can fail without a mistake in the log comes before the replica changes.
  const encoded = decision.events.map((event) => {
    const legs = domain.postings(event);
    assertBalanced(event, legs);
    return { event, legs, payloadJson: canonicalJson(event.payload) };
  });
  for (const one of encoded) place(deciding, batch, { ...one, operation, nowMs });
  batch.decided.push({
    operation,
    reply: { status: "accepted", position: `${replica.position}`, result: decision.result },
    eventCount: encoded.length,
  });
  return true;
}

function place<State>(
  { domain, replica, shard, effects }: Deciding<State>,
  batch: PendingBatch,
  placing: {
    event: DomainEvent;
    legs: readonly Leg[];
    payloadJson: string;
    operation: Operation;
    nowMs: number;
  },
): void {
  const { event, legs, payloadJson, operation, nowMs } = placing;
  const stream = streamOf(event);
  const fields = {
    position: replica.position + 1n,
    stream,
    version: nextVersion(replica, stream),
    type: event.type,
    schemaVersion: 1,
    eventId: uuidv7({ clock: { nowMs: () => nowMs }, random: effects.random }),
    requestId: requestIdOf(event),
    actor: operation.actor,
    occurredAtMs: operation.occurredAtMs,
    recordedAtMs: nowMs,
    payloadJson,
  };
  batch.postings.push(...advance(replica, domain, { event, recordedAtMs: nowMs, legs, stream }));
  batch.events.push({ ...fields, hash: leafHash({ shard, ...fields, legs }) });
  batch.placed.push({ event, recordedAtMs: nowMs, position: fields.position });
  batch.holds.add(event, fields.position);
}

/** Turns a batch into what the store appends, after the last committed frame of the replica. */
export function seal<State>(
  batch: PendingBatch,
  { replica, ownership, leaseMs }: {
    replica: Replica<State>;
    ownership: Ownership;
    leaseMs: number;
  },
): Batch {
  return {
    ownership,
    afterPosition: batch.afterPosition,
    events: batch.events,
    postings: batch.postings,
    balances: latestBalances(batch.postings),
    ...batch.holds.lists(),
    outcomes: outcomesOf(batch),
    frame: frameOf(batch, replica, ownership),
    leaseMs,
  };
}

function frameOf(
  { afterPosition, events }: PendingBatch,
  replica: Replica<unknown>,
  { shard, epoch }: Ownership,
): Frame | null {
  const last = events.at(-1);
  if (last === undefined) return null;
  const header = {
    shard,
    firstPosition: afterPosition + 1n,
    count: events.length,
    previousHash: replica.frameHash,
    merkleRoot: merkleRoot(events.map(({ hash }) => hash)),
    epoch,
    recordedAtMs: last.recordedAtMs,
  };
  return { ...header, hash: frameHash(header) };
}

function latestBalances(postings: readonly Posting[]): Batch["balances"] {
  const latest = new Map<string, Batch["balances"][number]>();
  for (const { account, currency, balanceAfter } of postings) {
    latest.set(balanceKey(account, currency), { account, currency, balance: balanceAfter });
  }
  return [...latest.values()];
}

function outcomesOf({ afterPosition, decided, storedAlready }: PendingBatch): Outcome[] {
  let position = afterPosition;
  const outcomes: Outcome[] = [];
  for (const { operation, reply, eventCount } of decided) {
    position += BigInt(eventCount);
    if (storedAlready.has(operation.operationId)) continue;
    outcomes.push({
      operationId: operation.operationId,
      operation: operation.command.type,
      bodyHash: operation.bodyHash,
      outcome: reply as unknown as JsonObject,
      position,
    });
  }
  return outcomes;
}
