/** What an action of a person changes, and what that is before and after it. @module */
import { type DomainEvent, streamOf } from "../../shared/events/mod.ts";
import { type JsonObject, toJsonValue } from "../../shared/json.ts";

/** What an event changes. */
export interface Change {
  /** Such as `price:gpt-4o`; the state before is that of the newest event with the same subject. */
  readonly subject: string;
  /** The state after the event, from the state before; amounts are decimal strings. */
  after(before: JsonObject | null): JsonObject;
}

/** The change that an event makes. An event that is not known here stands for its own state. */
export function changeOf(event: DomainEvent): Change {
  switch (event.type) {
    case "PricePublished":
      return replaced(`price:${event.payload.model}`, event.payload);
    case "PriceWithdrawn": {
      const { model, reason } = event.payload;
      const after = (before: JsonObject | null) => ({ ...before, state: "withdrawn", reason });
      return { subject: `price:${model}`, after };
    }
    case "OwnKeyFeeSet":
      return replaced("own-key-fee", event.payload);
    case "MarkupSet":
      return replaced("markup", event.payload);
    case "FxRateSet":
      return replaced("fx", event.payload);
    case "AccountOpened":
      return replaced(`account:${event.payload.accountId}`, event.payload);
    case "BudgetSet": {
      const { accountId, keyId, teamId, userId, period, limitMicroKyat } = event.payload;
      const owner = teamId !== undefined
        ? `team/${teamId}`
        : userId !== undefined
        ? `user/${userId}`
        : keyId ?? "*";
      return replaced(`budget:${accountId}:${owner}:${period}`, { limitMicroKyat });
    }
    case "KeyIssued": {
      const { accountId, keyId, label, prefix, expiresAtMs } = event.payload;
      return replaced(`key:${accountId}:${keyId}`, { state: "active", label, prefix, expiresAtMs });
    }
    case "KeyConfigured": {
      const { accountId, keyId, settingsVersion: _, ...settings } = event.payload;
      const after = (before: JsonObject | null) => ({ ...before, ...settings });
      return { subject: `key:${accountId}:${keyId}`, after };
    }
    case "PlanAssigned": {
      const { accountId, keyId, ...plan } = event.payload;
      return replaced(`plan-of:${accountId}:${keyId ?? "*"}`, plan);
    }
    case "KeyRevoked": {
      const { accountId, keyId, reason } = event.payload;
      const after = (before: JsonObject | null) => ({ ...before, state: "revoked", reason });
      return { subject: `key:${accountId}:${keyId}`, after };
    }
    case "ProviderKeyStored": {
      const { envelope: { masterKeyId }, provider, keyId, ...shown } = event.payload;
      const state = { state: "stored", ...shown, masterKeyId };
      return replaced(`provider-key:${provider}:${keyId}`, state);
    }
    case "ProviderKeyRemoved": {
      const { provider, keyId, keyVersion, reason } = event.payload;
      const gone = { state: "removed", keyVersion, reason };
      const after = (before: JsonObject | null) => ({ ...before, ...gone });
      return { subject: `provider-key:${provider}:${keyId}`, after };
    }
    case "CreditGranted":
    case "AdjustmentPosted":
    case "CreditNoteIssued":
      return credited(event.payload.accountId, event.payload.amountMicroKyat);
    default: {
      const stream = streamOf(event);
      return replaced(
        stream.startsWith("account-") ? `${event.type}:${stream}` : stream,
        event.payload,
      );
    }
  }
}

function replaced(subject: string, payload: object): Change {
  return { subject, after: () => toJsonValue(payload) as JsonObject };
}

/** `creditedMicroKyat`: all that the account was ever given, corrections included. */
function credited(accountId: string, amountMicroKyat: bigint): Change {
  return {
    subject: `credit:${accountId}`,
    after(before) {
      const sum = BigInt(String(before?.creditedMicroKyat ?? "0")) + amountMicroKyat;
      return { creditedMicroKyat: sum.toString() };
    },
  };
}
