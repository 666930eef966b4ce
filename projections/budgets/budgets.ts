/** The budget in force for each account, team, user or key and period. @module */
import type { EventOf } from "../../shared/events/mod.ts";
import { type Projection, tablePart } from "../projection/mod.ts";
import { table } from "../table/mod.ts";

/**
 * One row a budget; those of `keyId`, `teamId` and `userId` that it is not about are empty, because a
 * key column is never null.
 */
export const budgetsTable = table({
  name: "budgets",
  columns: {
    accountId: "text",
    keyId: "text",
    teamId: "text",
    userId: "text",
    period: "text",
    limitMicroKyat: "amount?",
    setAtMs: "count",
  },
  key: ["accountId", "keyId", "teamId", "userId", "period"],
  indexes: [],
});

/** The budgets projection. A budget that was lifted stays, with no limit. */
export const budgets: Projection = {
  name: "budgets",
  version: 2,
  parts: [tablePart({
    table: budgetsTable,
    types: ["BudgetSet"],
    keyOf({ event }) {
      if (event.type !== "BudgetSet") return null;
      return { ...ownerOf(event), period: event.payload.period };
    },
    fold(rows, { event, recordedAtMs }) {
      if (event.type !== "BudgetSet") return;
      const { period, limitMicroKyat } = event.payload;
      rows.put({ ...ownerOf(event), period, limitMicroKyat, setAtMs: recordedAtMs });
    },
  })],
};

function ownerOf({ payload }: EventOf<"BudgetSet">) {
  const { accountId, keyId, teamId = "", userId = "" } = payload;
  return { accountId, keyId: keyId ?? "", teamId, userId };
}
