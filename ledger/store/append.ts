/** Appending a batch: one call of one function, so that one round trip commits it or nothing. @module */
import { assertContiguous } from "./contiguous.ts";
import { CompiledQuery } from "kysely";
import type { AppendResult, Batch } from "./event_store.ts";
import { column } from "./columns.ts";
import { classifyError } from "./failures.ts";
import type { LedgerDatabase } from "./tables.ts";

/** See EventStore.append. */
export async function append(database: LedgerDatabase, batch: Batch): Promise<AppendResult> {
  assertContiguous(batch);
  const parameters = parametersOf(batch);
  try {
    const { rows } = await database.executeQuery(
      CompiledQuery.raw(CALL, parameters) as CompiledQuery<{ status: AppendStatus }>,
    );
    return { status: rows[0]!.status };
  } catch (error) {
    const result = classifyError(error);
    if (result === null) throw error;
    return result;
  }
}

type AppendStatus = "committed" | "fenced" | "version_conflict";

const SCALARS = ["int", "int8", "int8", "int", "int"];
const FRAME = ["text", "text", "text", "int8"];
const columns = (count: number) => Array.from({ length: count }, () => "text");
/** The types of ledger.append's parameters: scalars, streams, frame, and the rows of each table. */
const TYPES = [
  ...SCALARS,
  ...columns(2),
  ...FRAME,
  ...columns(11),
  ...columns(6),
  ...columns(3),
  ...columns(8),
  ...columns(5),
];
// One text for every batch: nothing is compiled here, and the server plans it once.
const CALL = `SELECT ledger.append(${
  TYPES.map((type, index) => `$${index + 1}::${type}`).join(", ")
}) AS status`;

function parametersOf(batch: Batch): unknown[] {
  const { ownership: { shard, epoch }, afterPosition, events, leaseMs } = batch;
  return [
    shard,
    epoch,
    afterPosition,
    events.length,
    leaseMs,
    ...predecessors(batch),
    ...frameHashes(batch),
    ...eventColumns(batch),
    ...postingColumns(batch),
    ...balanceColumns(batch),
    ...holdColumns(batch),
    ...outcomeColumns(batch),
  ];
}

/** The version before each stream's first new one, where there must be one. */
function predecessors({ events }: Batch): string[] {
  const first = new Map<string, number>();
  for (const { stream, version } of events) {
    if (!first.has(stream)) first.set(stream, version);
  }
  const expected = [...first].filter(([, version]) => version > 1);
  return [
    column(expected, ([stream]) => stream),
    column(expected, ([, version]) => `${version - 1}`),
  ];
}

function frameHashes({ frame }: Batch): unknown[] {
  if (frame === null) return ["", "", "", 0n];
  const { previousHash, merkleRoot, hash, recordedAtMs } = frame;
  return [previousHash.toHex(), merkleRoot.toHex(), hash.toHex(), BigInt(recordedAtMs)];
}

function eventColumns({ events }: Batch): string[] {
  return [
    column(events, ({ stream }) => stream),
    column(events, ({ version }) => `${version}`),
    column(events, ({ type }) => type),
    column(events, ({ schemaVersion }) => `${schemaVersion}`),
    column(events, ({ eventId }) => eventId),
    column(events, ({ requestId }) => requestId ?? ""),
    column(events, ({ actor }) => actor),
    column(events, ({ occurredAtMs }) => `${occurredAtMs}`),
    column(events, ({ recordedAtMs }) => `${recordedAtMs}`),
    column(events, ({ payloadJson }) => payloadJson),
    column(events, ({ hash }) => hash.toHex()),
  ];
}

function postingColumns({ postings }: Batch): string[] {
  return [
    column(postings, ({ position }) => `${position}`),
    column(postings, ({ leg }) => `${leg}`),
    column(postings, ({ account }) => account),
    column(postings, ({ currency }) => currency),
    column(postings, ({ amount }) => `${amount}`),
    column(postings, ({ balanceAfter }) => `${balanceAfter}`),
  ];
}

function balanceColumns({ balances }: Batch): string[] {
  return [
    column(balances, ({ account }) => account),
    column(balances, ({ currency }) => currency),
    column(balances, ({ balance }) => `${balance}`),
  ];
}

function holdColumns({ holdsOpened, holdsExtended, holdsClosed }: Batch): string[] {
  return [
    column(holdsOpened, ({ requestId }) => requestId),
    column(holdsOpened, ({ accountId }) => accountId),
    column(holdsOpened, ({ amountMicroKyat }) => `${amountMicroKyat}`),
    column(holdsOpened, ({ expiresAtMs }) => `${expiresAtMs}`),
    column(holdsOpened, ({ position }) => `${position}`),
    column(holdsExtended, ({ requestId }) => requestId),
    column(holdsExtended, ({ expiresAtMs }) => `${expiresAtMs}`),
    column(holdsClosed, (requestId) => requestId),
  ];
}

function outcomeColumns({ outcomes }: Batch): string[] {
  return [
    column(outcomes, ({ operationId }) => operationId),
    column(outcomes, ({ operation }) => operation),
    column(outcomes, ({ bodyHash }) => bodyHash),
    column(outcomes, ({ outcome }) => JSON.stringify(outcome)),
    column(outcomes, ({ position }) => `${position}`),
  ];
}
