/** One step of one projection: a batch of events, its rows and its checkpoint in one transaction. @module */
import type { LogBatch, LogEvent, LogReader } from "../log/mod.ts";
import { ApplyError, type Projection } from "../projection/mod.ts";
import type { Queryable } from "../table/mod.ts";
import {
  advance,
  type Checkpoint,
  checkpointOf,
  pause,
  type Refusal,
  SCHEMA,
} from "./checkpoint.ts";

/** What a step did. */
export type StepResult =
  /** `more`: the batch was full, so that the log has probably more. */
  | { readonly status: "advanced"; readonly events: readonly LogEvent[]; readonly more: boolean }
  /** The end of the log is reached, or the rows are of another version: a rebuild replaces them. */
  | { readonly status: "idle" }
  /** Another process moves this projection right now; looking again later helps. */
  | { readonly status: "busy" }
  | { readonly status: "paused"; readonly position: bigint; readonly error: string };

/** The most events of one transaction. */
export const BATCH_EVENTS = 5_000;

/** Applies the next batch of `shard` to a projection. Rejects on a database failure; retry then. */
export async function step(
  { db, reader, shard }: { db: Queryable; reader: LogReader; shard: number },
  projection: Projection,
  limit = BATCH_EVENTS,
): Promise<StepResult> {
  const checkpoint = await checkpointOf(db, projection.name, shard);
  if (checkpoint.version !== projection.version) return { status: "idle" };
  const batch = await reader.read(shard, checkpoint.position, limit);
  const of = { projection: projection.name, shard, version: projection.version };
  if (batch.events.length === 0) {
    if (batch.failure === null) return { status: "idle" };
    return await stop(db, checkpoint, batch.failure);
  }
  try {
    const advanced = await db.transaction().execute(async (tx) => {
      // The checkpoint first: its row lock keeps every other process away from the rows.
      const to = lastOf(batch.events);
      if (!await advance(tx, of, checkpoint.position, to)) return false;
      await applyBatch(tx, SCHEMA, projection, batch.events);
      return true;
    });
    if (!advanced) return { status: "busy" };
    const { events } = batch;
    return { status: "advanced", events, more: events.length === limit };
  } catch (error) {
    const refused = refusalOf(error, batch, checkpoint);
    if (refused === null) throw error;
    if (refused.position === checkpoint.position + 1n) return await stop(db, checkpoint, refused);
    // What stands before the event that cannot be applied is applied.
    const before = Number(refused.position - checkpoint.position - 1n);
    return await step({ db, reader, shard }, projection, before);
  }
}

/** Applies events to all parts of a projection. */
export async function applyBatch(
  db: Queryable,
  schema: string,
  projection: Projection,
  events: readonly LogEvent[],
): Promise<void> {
  for (const part of projection.parts) await part.apply(db, schema, events);
}

async function stop(
  db: Queryable,
  checkpoint: Checkpoint,
  refusal: Refusal,
): Promise<StepResult> {
  if (checkpoint.error !== refusal.message) await pause(db, checkpoint, refusal);
  return { status: "paused", position: refusal.position, error: refusal.message };
}

/** The event that a failure is about, or null when the database just was not able to. */
function refusalOf(error: unknown, batch: LogBatch, checkpoint: Checkpoint): Refusal | null {
  if (error instanceof ApplyError) return error;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  // Class 22 and 23: the data does not fit its column; that will not pass by itself.
  if (!/^2[23]/.test(code)) return null;
  const message = `${(error as Error).message} (SQLSTATE ${code})`;
  const half = batch.events.length >> 1;
  const eventType = batch.events[half]!.event.type;
  return { position: checkpoint.position + 1n + BigInt(half), eventType, message };
}

function lastOf(events: readonly LogEvent[]): bigint {
  const last = events.at(-1);
  if (last === undefined) throw new RangeError("a batch has at least one event");
  return last.position;
}
