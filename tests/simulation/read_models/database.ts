/** The tables of read models in memory, for the few statements that keep them up with the log. @module */
import type { StoredEvent } from "../../../ledger/store/mod.ts";

/** A row as SQL has it, by the names of its columns. */
export type Row = Readonly<Record<string, unknown>>;

/** How far a projection has come in a shard. */
export interface CheckpointRow {
  readonly projection: string;
  readonly shard: number;
  readonly version: number;
  readonly position: string;
  readonly error: string | null;
  readonly failedPosition: string | null;
  readonly failedType: string | null;
}

/** Everything that is committed, and who holds which checkpoint. */
export interface ReadTables {
  /** By `projection/shard`. */
  readonly checkpoints: Map<string, CheckpointRow>;
  /** By table, and in it by key. */
  readonly rows: Map<string, Map<string, Row>>;
  readonly locks: Map<string, Transaction>;
}

/** What a transaction has changed and not committed. */
export interface Transaction {
  readonly checkpoints: Map<string, CheckpointRow>;
  /** Null for a row that it deleted. */
  readonly rows: Map<string, Map<string, Row | null>>;
  /** It was committed or rolled back: nothing more can be done in it. */
  over: boolean;
}

/** Tables without rows, each projection at the beginning of each shard's log. */
export function emptyReadTables(
  projections: readonly { readonly name: string; readonly version: number }[],
  shards: number,
): ReadTables {
  const checkpoints = new Map<string, CheckpointRow>();
  for (const { name: projection, version } of projections) {
    for (let shard = 0; shard < shards; shard++) {
      checkpoints.set(`${projection}/${shard}`, {
        projection,
        shard,
        version,
        position: "0",
        error: null,
        failedPosition: null,
        failedType: null,
      });
    }
  }
  return { checkpoints, rows: new Map(), locks: new Map() };
}

/** A transaction that has changed nothing. */
export function newTransaction(): Transaction {
  return { checkpoints: new Map(), rows: new Map(), over: false };
}

/** Makes everything that a transaction changed the truth, unless it is over. */
export function commit(tables: ReadTables, transaction: Transaction): void {
  if (transaction.over) return;
  for (const [key, row] of transaction.checkpoints) tables.checkpoints.set(key, row);
  for (const [table, changes] of transaction.rows) {
    const rows = tables.rows.get(table) ?? new Map<string, Row>();
    tables.rows.set(table, rows);
    for (const [key, row] of changes) {
      if (row === null) rows.delete(key);
      else rows.set(key, row);
    }
  }
  end(tables, transaction);
}

/** Ends a transaction: what it has not committed is forgotten, and what it holds is given up. */
export function end({ locks }: ReadTables, transaction: Transaction): void {
  transaction.over = true;
  for (const [key, holder] of locks) if (holder === transaction) locks.delete(key);
}

/** What a statement runs on. */
export interface StatementContext {
  readonly tables: ReadTables;
  /** Null outside one: changes are the truth at once. */
  readonly transaction: Transaction | null;
  /** The log of a shard. */
  readonly log: (shard: number) => readonly StoredEvent[];
  /** Checkpoints are committed at once, whatever becomes of the rows. */
  readonly looseCheckpoints: boolean;
}

type Execute = (context: StatementContext, text: string, values: readonly unknown[]) => Row[];

/** The statements by what they begin with, blanks made single. */
const STATEMENTS: readonly (readonly [RegExp, Execute])[] = [
  [/^select projection, version from projections\.checkpoint/, behind],
  [/^select projection, shard,.* from projections\.checkpoint where projection/, checkpointOf],
  [/^update projections\.checkpoint set position =/, advance],
  [/^update projections\.checkpoint set error =/, pause],
  [/^select .* from ledger\.event where shard/, readLog],
  [/^select .* from projections\.\w+ t join jsonb_to_recordset/, selectRows],
  [/^insert into projections\.\w+ .* on conflict/, upsertRows],
  [/^delete from projections\.\w+ t using jsonb_to_recordset/, deleteRows],
];

/** Runs one statement. Throws RangeError for one that is none of those above. */
export function execute(context: StatementContext, sql: string, values: readonly unknown[]): Row[] {
  if (context.transaction?.over) throw new Error("the connection was closed");
  const text = sql.replace(/\s+/g, " ").trim();
  const found = STATEMENTS.find(([pattern]) => pattern.test(text));
  if (found === undefined) throw new RangeError(`the simulated database does not know: ${text}`);
  return found[1](context, text, values);
}

function behind({ tables, log }: StatementContext, _text: string, [shard]: readonly unknown[]) {
  const head = BigInt(log(Number(shard)).length);
  return [...tables.checkpoints.values()]
    .filter((row) => row.shard === shard && BigInt(row.position) < head)
    .map(({ projection, version }) => ({ projection, version }));
}

function checkpointOf(
  { tables }: StatementContext,
  _text: string,
  [projection, shard]: readonly unknown[],
): Row[] {
  const row = tables.checkpoints.get(`${projection}/${shard}`);
  return row === undefined ? [] : [{ ...row }];
}

function advance(
  { tables, transaction, looseCheckpoints }: StatementContext,
  _text: string,
  [to, projection, shard, version, from]: readonly unknown[],
): Row[] {
  const key = `${projection}/${shard}`;
  const row = tables.checkpoints.get(key);
  if (row === undefined || row.version !== version || row.position !== from) return [];
  if (tables.locks.has(key)) return [];
  const next = {
    ...row,
    position: String(to),
    error: null,
    failedPosition: null,
    failedType: null,
  };
  if (transaction === null || looseCheckpoints) {
    tables.checkpoints.set(key, next);
  } else {
    tables.locks.set(key, transaction);
    transaction.checkpoints.set(key, next);
  }
  return [{ position: to }];
}

function pause(
  { tables }: StatementContext,
  _text: string,
  [error, failedPosition, failedType, projection, shard, version, position]: readonly unknown[],
): Row[] {
  const key = `${projection}/${shard}`;
  const row = tables.checkpoints.get(key);
  if (row === undefined || row.version !== version || row.position !== position) return [];
  tables.checkpoints.set(key, {
    ...row,
    error: String(error),
    failedPosition: String(failedPosition),
    failedType: String(failedType),
  });
  return [{ position }];
}

function readLog({ log }: StatementContext, _text: string, values: readonly unknown[]): Row[] {
  const [shard, after, limit] = values.map(Number) as [number, number, number];
  return log(shard).slice(after, after + limit).map((event) => ({
    position: event.position,
    type: event.type,
    schemaVersion: event.schemaVersion,
    recordedAt: event.recordedAtMs,
    payload: event.payload,
  }));
}

function selectRows(context: StatementContext, text: string, values: readonly unknown[]): Row[] {
  const columns = [...text.matchAll(/t\.(\w+)(?:::text)? as "(\w+)"/g)];
  const key = /using \(([^)]*)\)/.exec(text)?.[1]?.split(", ") ?? [];
  return records(values).flatMap((wanted) => {
    const row = rowOf(context, tableOf(text), keyOf(wanted, key));
    if (row === null) return [];
    return [Object.fromEntries(columns.map(([, column, name]) => [name, row[column!]]))];
  });
}

function upsertRows(context: StatementContext, text: string, values: readonly unknown[]): Row[] {
  const key = /on conflict \(([^)]*)\)/.exec(text)?.[1]?.split(", ") ?? [];
  for (const row of records(values)) change(context, tableOf(text), keyOf(row, key), row);
  return [];
}

function deleteRows(context: StatementContext, text: string, values: readonly unknown[]): Row[] {
  const key = [...text.matchAll(/t\.(\w+) = r\.\w+/g)].map(([, column]) => column!);
  for (const row of records(values)) change(context, tableOf(text), keyOf(row, key), null);
  return [];
}

function rowOf({ tables, transaction }: StatementContext, table: string, key: string): Row | null {
  const changed = transaction?.rows.get(table)?.get(key);
  return changed === undefined ? tables.rows.get(table)?.get(key) ?? null : changed;
}

function change(
  { tables, transaction }: StatementContext,
  table: string,
  key: string,
  row: Row | null,
): void {
  const target = transaction ?? newTransaction();
  const rows = target.rows.get(table) ?? new Map<string, Row | null>();
  target.rows.set(table, rows.set(key, row));
  if (transaction === null) commit(tables, target);
}

function tableOf(text: string): string {
  return /projections\.(\w+)/.exec(text)?.[1] ?? "";
}

function records([text]: readonly unknown[]): Row[] {
  return JSON.parse(String(text));
}

function keyOf(row: Row, key: readonly string[]): string {
  return key.map((column) => String(row[column])).join("\u0000");
}
