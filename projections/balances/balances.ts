/** Each account's balance, from the events that move it. @module */
import type { EventPayload } from "../../shared/events/mod.ts";
import type { LogEvent } from "../log/mod.ts";
import { type Projection, tablePart } from "../projection/mod.ts";
import { type Rows, table, type TableRow } from "../table/mod.ts";

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

/** What an event does to the four figures of a balance. */
interface Movement {
  readonly credited?: bigint;
  readonly settled?: bigint;
  readonly held?: bigint;
  readonly openHolds?: number;
}

/** The balances projection. */
export const balances: Projection = {
  name: "balances",
  version: 1,
  parts: [tablePart({
    table: balancesTable,
    keyOf: ({ event }) =>
      event.type === "AccountOpened" || movementOf(event) !== null
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
    creditedMicroKyat: row.creditedMicroKyat + (movement.credited ?? 0n),
    settledMicroKyat: row.settledMicroKyat + (movement.settled ?? 0n),
    heldMicroKyat: row.heldMicroKyat + (movement.held ?? 0n),
    openHolds: row.openHolds + (movement.openHolds ?? 0),
    updatedAtMs: recordedAtMs,
  };
  if (next.heldMicroKyat < 0n || next.openHolds < 0) {
    throw new Error(`account ${accountId} would have less than no open hold`);
  }
  rows.put(next);
}

/** What moves, or null for an event that moves no money. */
function movementOf(event: LogEvent["event"]): Movement | null {
  switch (event.type) {
    case "CreditGranted":
    case "AdjustmentPosted":
    case "CreditNoteIssued":
      return { credited: event.payload.amountMicroKyat };
    case "HoldPlaced":
      return { held: event.payload.amountMicroKyat, openHolds: 1 };
    case "HoldSettled":
      return {
        held: -event.payload.holdMicroKyat,
        settled: event.payload.chargedMicroKyat,
        openHolds: -1,
      };
    case "HoldReleased":
    case "HoldExpired":
      return { held: -event.payload.amountMicroKyat, openHolds: -1 };
    case "LateUsageSettled":
      return { settled: event.payload.chargedMicroKyat };
    case "AccountOpened":
    case "KeyIssued":
    case "KeyRevoked":
    case "BudgetSet":
    case "HoldExtended":
    case "UsageReported":
    case "PricePublished":
    case "MarkupSet":
    case "FxRateSet":
    case "SigningKeySet":
    case "AlertRuleSet":
    case "AlertRuleRemoved":
    case "AlertAcknowledged":
      return null;
    default:
      return event satisfies never;
  }
}
