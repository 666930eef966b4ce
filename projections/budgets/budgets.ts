/** The budget in force for each account or key and period. @module */
import { type Projection, tablePart } from "../projection/mod.ts";
import { table } from "../table/mod.ts";

/** One row a budget; `keyId` is empty for the whole account's, because a key column is never null. */
export const budgetsTable = table({
  name: "budgets",
  columns: {
    accountId: "text",
    keyId: "text",
    period: "text",
    limitMicroKyat: "amount?",
    setAtMs: "count",
  },
  key: ["accountId", "keyId", "period"],
  indexes: [],
});

/** The budgets projection. A budget that was lifted stays, with no limit. */
export const budgets: Projection = {
  name: "budgets",
  version: 1,
  parts: [tablePart({
    table: budgetsTable,
    types: ["BudgetSet"],
    keyOf({ event }) {
      if (event.type !== "BudgetSet") return null;
      const { accountId, keyId, period } = event.payload;
      return { accountId, keyId: keyId ?? "", period };
    },
    fold(rows, { event, recordedAtMs }) {
      if (event.type !== "BudgetSet") return;
      const { accountId, keyId, period, limitMicroKyat } = event.payload;
      rows.put({ accountId, keyId: keyId ?? "", period, limitMicroKyat, setAtMs: recordedAtMs });
    },
  })],
};
