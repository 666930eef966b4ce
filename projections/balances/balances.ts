/** Each account's balance, from the events that move it. @module */
import type { EventPayload } from "../../shared/events/mod.ts";
import type { LogEvent } from "../log/mod.ts";
import { type Projection, tablePart } from "../projection/mod.ts";
import { type Rows, table, type TableRow } from "../table/mod.ts";
import { movementOf, MOVEMENTS } from "./movements.ts";
import { addRange } from "./range.ts";

/** One row an account. */
export const balancesTable = table({
  name: "balances",
  columns: {
    accountId: "text",
    name: "text",
    creditedMicroKyat: "amount",
    settledMicroKyat: "amount",
    heldMicroKyat: "amount",
    openHolds: "count",
    openedAtMs: "count",
    updatedAtMs: "count",
  },
  key: ["accountId"],
  indexes: [],
});

/** See {@link balancesTable}. */
export type Balance = TableRow<typeof balancesTable>;

/** The balances projection. */
export const balances: Projection = {
  name: "balances",
  version: 1,
  parts: [tablePart({
    table: balancesTable,
    applyRange: addRange,
    keyOf: ({ event }) =>
      event.type === "AccountOpened" || MOVEMENTS[event.type] !== null
        ? { accountId: (event.payload as EventPayload<"AccountOpened">).accountId }
        : null,
    fold: foldBalance,
  })],
};

/** Applies one event to the row of its account. */
export function foldBalance(
  rows: Rows<typeof balancesTable.columns>,
  { event, recordedAtMs }: LogEvent,
): void {
  if (event.type === "AccountOpened") {
    const { accountId, name } = event.payload;
    if (rows.get({ accountId }) !== null) throw new Error(`account ${accountId} exists`);
    return rows.put({
      accountId,
      name,
      creditedMicroKyat: 0n,
      settledMicroKyat: 0n,
      heldMicroKyat: 0n,
      openHolds: 0,
      openedAtMs: recordedAtMs,
      updatedAtMs: recordedAtMs,
    });
  }
  const movement = movementOf(event);
  if (movement === null || !("accountId" in event.payload)) return;
  const { accountId } = event.payload;
  const row = rows.get({ accountId });
  if (row === null) throw new Error(`account ${accountId} does not exist`);
  const next = {
    ...row,
    creditedMicroKyat: row.creditedMicroKyat + movement.credited,
    settledMicroKyat: row.settledMicroKyat + movement.settled,
    heldMicroKyat: row.heldMicroKyat + movement.held,
    openHolds: row.openHolds + movement.openHolds,
    updatedAtMs: recordedAtMs,
  };
  if (next.heldMicroKyat < 0n || next.openHolds < 0) {
    throw new Error(`account ${accountId} would have less than no open hold`);
  }
  rows.put(next);
}
