/** Each API key: its settings, state and last use; never its hash. @module */
import { type Projection, tablePart } from "../projection/mod.ts";
import type { LogEvent } from "../log/mod.ts";
import { type Rows, table } from "../table/mod.ts";

/** One row a key. */
export const keysTable = table({
  name: "keys",
  columns: {
    accountId: "text",
    keyId: "text",
    label: "text",
    teamId: "text?",
    userId: "text?",
    settingsVersion: "count",
    allowedModels: "json?",
    ipRanges: "json?",
    routerId: "text?",
    tags: "json",
    prefix: "text",
    issuedAtMs: "count",
    expiresAtMs: "count?",
    revokedAtMs: "count?",
    lastUsedAtMs: "count?",
  },
  key: ["accountId", "keyId"],
  indexes: ["account_id, issued_at_ms desc, key_id desc"],
});

/** The keys projection. */
export const keys: Projection = {
  name: "keys",
  version: 2,
  parts: [tablePart({
    table: keysTable,
    types: ["KeyIssued", "KeyConfigured", "KeyRevoked", "HoldPlaced"],
    keyOf({ event }) {
      switch (event.type) {
        case "KeyIssued":
        case "KeyConfigured":
        case "KeyRevoked":
        case "HoldPlaced":
          return { accountId: event.payload.accountId, keyId: event.payload.keyId };
        default:
          return null;
      }
    },
    fold: foldKey,
  })],
};

/** Applies one event to the row of its key. */
export function foldKey(
  rows: Rows<typeof keysTable.columns>,
  { event, recordedAtMs }: LogEvent,
): void {
  if (event.type === "KeyIssued") {
    const { keyHash: _, teamId = null, userId = null, ...issued } = event.payload;
    return rows.put({
      ...issued,
      teamId,
      userId,
      settingsVersion: 0,
      allowedModels: null,
      ipRanges: null,
      routerId: null,
      tags: [],
      issuedAtMs: recordedAtMs,
      revokedAtMs: null,
      lastUsedAtMs: null,
    });
  }
  if (
    event.type !== "KeyConfigured" && event.type !== "KeyRevoked" && event.type !== "HoldPlaced"
  ) return;
  const { accountId, keyId } = event.payload;
  const row = rows.get({ accountId, keyId });
  if (row === null) throw new Error(`key ${keyId} of ${accountId} was never issued`);
  if (event.type === "KeyConfigured") return rows.put({ ...row, ...event.payload });
  rows.put(
    event.type === "KeyRevoked"
      ? { ...row, revokedAtMs: row.revokedAtMs ?? recordedAtMs }
      : { ...row, lastUsedAtMs: recordedAtMs },
  );
}
