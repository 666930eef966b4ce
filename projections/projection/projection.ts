/** Projections as pure folds over rows that are loaded and written in bulk. @module */
import type { LogEvent } from "../log/mod.ts";
import {
  type Columns,
  type KeyOf,
  loadRows,
  type Queryable,
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
  /**
   * Applies events that follow the ones applied before, to the tables in `schema`. The result must
   * not depend on how the log was cut into batches. Throws {@link ApplyError}.
   */
  apply(db: Queryable, schema: string, events: readonly LogEvent[]): Promise<void>;
}

/** An event that contradicts the rows; the projection pauses in front of it. */
export class ApplyError extends Error {
  constructor(readonly position: bigint, reason: unknown) {
    const text = reason instanceof Error ? reason.message : String(reason);
    super(`event ${position} cannot be applied: ${text}`, { cause: reason });
    this.name = "ApplyError";
  }
}

/** A part with one table, each of whose rows follows from the events that name it. */
export function tablePart<C extends Columns>(options: {
  readonly table: Table<C>;
  /** The row that an event changes, or null when it changes none. */
  keyOf(event: LogEvent): KeyOf<C> | null;
  /** Pure but for `rows`; throws when the event contradicts them. */
  fold(rows: Rows<C>, event: LogEvent): void;
}): Part {
  return {
    tables: [options.table],
    async apply(db, schema, events) {
      const keyed = events.flatMap((event) => {
        const key = options.keyOf(event);
        return key === null ? [] : [{ event, key }];
      });
      if (keyed.length === 0) return;
      const rows = await loadRows(db, schema, options.table, keyed.map(({ key }) => key));
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
    throw new ApplyError(event.position, error);
  }
}
