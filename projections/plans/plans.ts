/** The plans on offer, and which account or key has which. @module */
import { type Projection, tablePart } from "../projection/mod.ts";
import { table } from "../table/mod.ts";

/** The newest version of each plan; each shard keeps its own, so that shards do not wait. */
export const plansTable = table({
  name: "plans",
  columns: {
    shard: "count",
    planId: "text",
    planVersion: "count",
    name: "text",
    family: "text",
    monthlyPriceNanoUsd: "amount?",
    limits: "json",
    publishedAtMs: "count",
  },
  key: ["shard", "planId"],
  indexes: [],
});

/** One row an account or key that ever had a plan; `keyId` is empty for the account itself. */
export const planAssignmentsTable = table({
  name: "plan_assignments",
  columns: {
    accountId: "text",
    keyId: "text",
    planId: "text?",
    planVersion: "count?",
    limits: "json",
    assignedAtMs: "count",
    /** Of the first plan: from there on calls are counted. */
    sincePosition: "position",
  },
  key: ["accountId", "keyId"],
  indexes: ["plan_id, account_id, key_id"],
});

const offered = tablePart({
  table: plansTable,
  types: ["PlanPublished"],
  keyOf: ({ shard, event }) =>
    event.type === "PlanPublished" ? { shard, planId: event.payload.planId } : null,
  fold(rows, { shard, event, recordedAtMs }) {
    if (event.type !== "PlanPublished") return;
    rows.put({ shard, ...event.payload, publishedAtMs: recordedAtMs });
  },
});

const assigned = tablePart({
  table: planAssignmentsTable,
  types: ["PlanAssigned"],
  keyOf: ({ event }) =>
    event.type === "PlanAssigned"
      ? { accountId: event.payload.accountId, keyId: event.payload.keyId ?? "" }
      : null,
  fold(rows, { event, recordedAtMs, position }) {
    if (event.type !== "PlanAssigned") return;
    const { accountId, keyId: ofKey, ...assignment } = event.payload;
    const keyId = ofKey ?? "";
    const known = rows.get({ accountId, keyId });
    // Counting begins with a first plan; taking away what never was begins nothing.
    if (known === null && assignment.planId === null) return;
    const sincePosition = known?.sincePosition ?? position;
    rows.put({ accountId, keyId, ...assignment, assignedAtMs: recordedAtMs, sincePosition });
  },
});

/** The plans projection. A plan that was taken away leaves a row without a plan. */
export const plans: Projection = { name: "plans", version: 2, parts: [offered, assigned] };
