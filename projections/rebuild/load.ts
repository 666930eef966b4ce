/** Fills fresh tables from the log: in SQL where a part can, else by folding in memory. @module */
import { sql } from "kysely";
import type { EventType } from "../../shared/events/mod.ts";
import { type LogBatch, type LogRange, readRange } from "../log/mod.ts";
import type { Part, Projection } from "../projection/mod.ts";
import { createRowMemory, type Queryable, type RowMemory } from "../table/mod.ts";
import { RebuildRefused } from "./refused.ts";

/** What is filled, and in which steps. */
export interface Load {
  readonly db: Queryable;
  readonly projection: Projection;
  /** The schema of the fresh tables, which nobody else writes to. */
  readonly schema: string;
  /** The most events of one step; when absent 50,000 in SQL, else as many as matter to it. */
  readonly stepEvents?: number;
  /** Rows of a table that are kept in memory; 100,000 when absent. */
  readonly memoryRows?: number;
}

const SQL_STEP = 50_000n;
/** Events that a step should bring into memory, and the widest range that is searched for them. */
const FOLD_STEP = 5_000n;
const WIDEST_STEP = 400_000n;

/**
 * Applies the ranges, one a shard, to tables without secondary indexes. `onStep` hears how many more
 * events are in after each step and may end it by throwing. Throws {@link RebuildRefused} in front of
 * an event that cannot be read, ApplyError in front of one that cannot be applied.
 */
export async function loadRanges(
  load: Load,
  ranges: readonly LogRange[],
  onStep: (events: bigint) => Promise<void>,
): Promise<void> {
  const { db, projection: { parts }, schema } = load;
  const inSql = parts.filter((part) => part.applyRange !== undefined);
  const folded = parts.filter((part) => part.applyRange === undefined);
  const memory = createRowMemory(db, schema);
  const steps = stepsOf(load, inSql.length > 0);
  for (const range of ranges) {
    let next = folded.length === 0 ? null : readAhead(db, folded, steps.first(range));
    for (let step = steps.first(range); step.after < range.to;) {
      for (const part of inSql) await applyInSql(load, part, step);
      const batch = await next?.batch ?? null;
      const following = steps.next(range, step, batch?.events.length ?? null);
      // The next step is fetched while this one is folded.
      next = next === null || following.after >= range.to ? null : readAhead(db, folded, following);
      if (batch !== null) await foldBatch(load, folded, batch, memory);
      await onStep(step.to - step.after);
      step = following;
    }
  }
  await memory.flushAll();
}

function stepsOf({ stepEvents }: Load, inSql: boolean) {
  let size = stepEvents !== undefined ? BigInt(stepEvents) : inSql ? SQL_STEP : FOLD_STEP;
  const cut = ({ shard, to }: LogRange, after: bigint): LogRange => ({
    shard,
    after,
    to: after + size < to ? after + size : to,
  });
  return {
    first: (range: LogRange) => cut(range, range.after),
    /** `found`: how many events of the last step mattered; null when none were fetched. */
    next(range: LogRange, last: LogRange, found: number | null) {
      if (stepEvents === undefined && !inSql && found !== null) {
        if (BigInt(found) * 2n < FOLD_STEP && size < WIDEST_STEP) size *= 2n;
        else if (BigInt(found) > FOLD_STEP && size > FOLD_STEP) size /= 2n;
      }
      return cut(range, last.to);
    },
  };
}

function readAhead(db: Queryable, parts: readonly Part[], range: LogRange) {
  const types = parts.some((part) => part.types === undefined)
    ? undefined
    : [...new Set(parts.flatMap((part) => part.types!))] as EventType[];
  const batch = readRange(db, range, { types });
  // It is awaited later; until then its failure is nobody's.
  batch.catch(() => {});
  return { batch };
}

async function foldBatch(
  { db, schema, memoryRows = 100_000 }: Load,
  parts: readonly Part[],
  { events, failure }: LogBatch,
  memory: RowMemory,
): Promise<void> {
  if (events.length > 0) {
    for (const part of parts) await part.apply(db, schema, events, memory);
  }
  if (failure !== null) throw new RebuildRefused(failure.message);
  await memory.shrink(memoryRows);
}

/**
 * A range in SQL; where the SQL cannot do it, the events of the range one by one, which says why. Once
 * the SQL is through, only the commit can fail, and then nobody knows whether the range is in: that
 * ends the rebuild, because a second time would add it again.
 */
async function applyInSql({ db, schema }: Load, part: Part, range: LogRange): Promise<void> {
  let through = false;
  try {
    await db.transaction().execute(async (tx) => {
      // A few steps as large as these; compiling their plans would cost more than it saves.
      await sql`set local jit = off`.execute(tx);
      await sql`set local work_mem = '64MB'`.execute(tx);
      await part.applyRange!(tx, schema, range);
      through = true;
    });
  } catch (error) {
    if (through) throw error;
    await applyOneByOne({ db, schema }, part, range);
  }
}

/** Each step in a transaction of its own; one whose commit fails is not tried again. */
async function applyOneByOne(
  { db, schema }: Pick<Load, "db" | "schema">,
  part: Part,
  range: LogRange,
): Promise<void> {
  for (let after = range.after; after < range.to; after += FOLD_STEP) {
    const to = after + FOLD_STEP < range.to ? after + FOLD_STEP : range.to;
    const { events, failure } = await readRange(db, { ...range, after, to }, { types: part.types });
    await db.transaction().execute((tx) => part.apply(tx, schema, events));
    if (failure !== null) throw new RebuildRefused(failure.message);
  }
}
