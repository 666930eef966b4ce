/** Projections as pure folds over rows that are loaded and written in bulk. @module */
import type { EventType } from "../../shared/events/mod.ts";
import type { LogEvent, LogRange } from "../log/mod.ts";
import {
  type Columns,
  type KeyOf,
  loadRows,
  type Queryable,
  type RowMemory,
  type Rows,
  type Table,
} from "../table/mod.ts";

/** Tables that follow from the log; dropped and computed again, they are the same. */
export interface Projection {
  /** Also what `deno task rebuild` calls it. */
  readonly name: string;
  /** Raised when the rows of the same log would differ; the projection then starts anew. */
  readonly version: number;
  readonly parts: readonly Part[];
}

/** A piece of a projection that is written in the same transaction as the rest. */
export interface Part {
  readonly tables: readonly Table[];
  /** The types of the only events that change its rows, so that a rebuild need not read the others. */
  readonly types?: readonly EventType[];
  /**
   * Applies events that follow the ones applied before, to the tables in `schema`. The result must
   * not depend on how the log was cut into batches. It touches nothing but its tables: mails, calls
   * and alerts belong to listeners of the live runner. With a `memory`, which only a rebuild has, it
   * may leave rows there instead of writing them. Throws {@link ApplyError}.
   */
  apply(
    db: Queryable,
    schema: string,
    events: readonly LogEvent[],
    memory?: RowMemory,
  ): Promise<void>;
  /**
   * Does the same as `apply` for a whole range of the log in SQL, many times as fast. Any error
   * means that it cannot: the range is then rolled back and folded. Exactly equal, or not at all.
   */
  applyRange?(db: Queryable, schema: string, range: LogRange): Promise<void>;
}

/** An event that contradicts the rows; the projection pauses in front of it. */
export class ApplyError extends Error {
  readonly position: bigint;
  readonly eventType: string;

  constructor({ position, event }: LogEvent, reason: unknown) {
    const text = reason instanceof Error ? reason.message : String(reason);
    super(`event ${event.type} at ${position} cannot be applied: ${text}`, { cause: reason });
    this.name = "ApplyError";
    this.position = position;
    this.eventType = event.type;
  }
}

/** A part with one table, each of whose rows follows from the events that name it. */
export function tablePart<C extends Columns>(options: {
  readonly table: Table<C>;
  /** See {@link Part.types}; all types when absent. */
  readonly types?: readonly EventType[];
  /** See {@link Part.applyRange}. */
  readonly applyRange?: Part["applyRange"];
  /** The row that an event changes, or null when it changes none. */
  keyOf(event: LogEvent): KeyOf<C> | null;
  /** Pure but for `rows`; throws when the event contradicts them. */
  fold(rows: Rows<C>, event: LogEvent): void;
}): Part {
  return {
    tables: [options.table],
    types: options.types,
    applyRange: options.applyRange,
    async apply(db, schema, events, memory) {
      const keyed = events.flatMap((event) => {
        const key = options.keyOf(event);
        return key === null ? [] : [{ event, key }];
      });
      if (keyed.length === 0) return;
      const keys = keyed.map(({ key }) => key);
      const rows = await loadRows(db, schema, options.table, keys, memory);
      for (const { event } of keyed) foldOne(() => options.fold(rows, event), event);
      await rows.save();
    },
  };
}

/** Runs one step of a fold; what it throws becomes an {@link ApplyError}. */
export function foldOne(step: () => void, event: LogEvent): void {
  try {
    step();
  } catch (error) {
    throw new ApplyError(event, error);
  }
}
