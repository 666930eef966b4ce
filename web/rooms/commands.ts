/** Commands to the ledger. @module */
import { z } from "zod";
import type { JsonObject } from "../../shared/json.ts";
import type { CommandOutcome, Sender } from "./sender.ts";

const issuedKeySchema = z.object({
  keyId: z.string(),
  /** Null when the same form was sent before: the secret was shown then. */
  secret: z.string().nullable(),
  prefix: z.string(),
});

/** A key as the ledger answers to its issue. */
export type IssuedKey = z.output<typeof issuedKeySchema>;

/**
 * The ledger's command API on behalf of one person. `operationId` makes each idempotent: sending it
 * again has no second effect. They throw RoomError when the ledger can't answer.
 */
export interface Commands {
  openAccount(operationId: string, body: JsonObject): Promise<CommandOutcome>;
  grantCredit(operationId: string, accountId: string, body: JsonObject): Promise<CommandOutcome>;
  postAdjustment(operationId: string, accountId: string, body: JsonObject): Promise<CommandOutcome>;
  issueCreditNote(
    operationId: string,
    accountId: string,
    body: JsonObject,
  ): Promise<CommandOutcome>;
  issueKey(
    operationId: string,
    accountId: string,
    body: JsonObject,
  ): Promise<CommandOutcome<IssuedKey>>;
  revokeKey(
    operationId: string,
    key: { readonly accountId: string; readonly keyId: string; readonly reason: string },
  ): Promise<CommandOutcome>;
  /** Replaces all settings of a key. */
  configureKey(
    operationId: string,
    key: { readonly accountId: string; readonly keyId: string },
    body: JsonObject,
  ): Promise<CommandOutcome>;
  setBudget(operationId: string, accountId: string, body: JsonObject): Promise<CommandOutcome>;
  publishPrice(operationId: string, body: JsonObject): Promise<CommandOutcome>;
  setMarkup(operationId: string, body: JsonObject): Promise<CommandOutcome>;
  setFxRate(operationId: string, body: JsonObject): Promise<CommandOutcome>;
  setOwnKeyFee(operationId: string, body: JsonObject): Promise<CommandOutcome>;
}

/** Builds the commands. */
export function createCommands(send: Sender): Commands {
  const change = (
    method: "POST" | "PUT",
    path: string,
    operationId: string,
    body: JsonObject,
  ) => send(z.unknown(), { method, path, operationId, body });
  const of = (accountId: string) => `/v1/accounts/${encodeURIComponent(accountId)}`;

  return {
    openAccount: (id, body) => change("POST", "/v1/accounts", id, body),
    grantCredit: (id, account, body) => change("POST", `${of(account)}/credits`, id, body),
    postAdjustment: (id, account, body) => change("POST", `${of(account)}/adjustments`, id, body),
    issueCreditNote: (id, account, body) => change("POST", `${of(account)}/credit-notes`, id, body),
    issueKey: (operationId, account, body) =>
      send(issuedKeySchema, { method: "POST", path: `${of(account)}/keys`, operationId, body }),
    revokeKey: (operationId, { accountId, keyId, reason }) =>
      send(z.unknown(), {
        method: "DELETE",
        path: `${of(accountId)}/keys/${encodeURIComponent(keyId)}`,
        operationId,
        query: { reason },
      }),
    configureKey: (id, { accountId, keyId }, body) =>
      change("PUT", `${of(accountId)}/keys/${encodeURIComponent(keyId)}/settings`, id, body),
    setBudget: (id, account, body) => change("PUT", `${of(account)}/budgets`, id, body),
    publishPrice: (id, body) => change("POST", "/v1/prices", id, body),
    setMarkup: (id, body) => change("PUT", "/v1/markup", id, body),
    setFxRate: (id, body) => change("PUT", "/v1/fx", id, body),
    setOwnKeyFee: (id, body) => change("PUT", "/v1/own-key-fee", id, body),
  };
}
