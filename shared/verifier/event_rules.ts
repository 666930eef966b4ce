/** What each type of event holds, whose stream it is in, and which postings it leads to. @module */
import type { JsonMembers } from "./canonical.ts";
import { count, isMembers, type Kind, ordinal, text } from "./lines_of_export.ts";
import { signingKeyShape } from "./manifest.ts";
import { amountOf, nullable, oneOf, optional, signed, textOf, unsigned } from "./payload.ts";
import { heldKinds, servedKinds } from "./held.ts";
import { pricingKind, ratesKind, tiersKind, usageKind } from "./usage.ts";

/** A posting that a payload leads to. */
export interface Leg {
  readonly account: string;
  readonly currency: string;
  readonly amount: bigint;
}

/** The rules for one type of event, schema version 1. */
export interface EventRule {
  /** Members that are used here; those that may be absent are of an optional kind. */
  readonly members: Readonly<Record<string, Kind>>;
  /** The stream that the event must be in. */
  stream(payload: JsonMembers): string;
  /** Its postings in the order of their legs; legs of zero are left out. */
  postings(payload: JsonMembers): Leg[];
}

const none = () => [];
const ofAccount = (payload: JsonMembers) => `account-${textOf(payload, "accountId")}`;
const wallet = (payload: JsonMembers) => `2000:${textOf(payload, "accountId")}`;
const holds = (payload: JsonMembers) => `2010:${textOf(payload, "accountId")}`;
const request = { accountId: text, requestId: text };
const usage = {
  usage: usageKind,
  evidence: oneOf("reported", "observed", "bounded", "unknown"),
  ...servedKinds,
};

function account(
  members: Readonly<Record<string, Kind>>,
  postings: EventRule["postings"] = none,
): EventRule {
  return { members: { accountId: text, ...members }, stream: ofAccount, postings };
}

function alertRule(members: Readonly<Record<string, Kind>>): EventRule {
  return {
    members: { ruleId: text, ruleVersion: ordinal, ...members },
    stream: (payload) => `alert-rule-${textOf(payload, "ruleId")}`,
    postings: none,
  };
}

const isBoolean: Kind = (value) => typeof value === "boolean";

function provider(members: Readonly<Record<string, Kind>>): EventRule {
  return {
    members: { provider: text, ...members },
    stream: (payload) => `provider-${textOf(payload, "provider")}`,
    postings: none,
  };
}

function router(members: Readonly<Record<string, Kind>>): EventRule {
  return {
    members: { routerId: text, routerVersion: ordinal, ...members },
    stream: (payload) => `router-${textOf(payload, "routerId")}`,
    postings: none,
  };
}

/** The rules by type. */
export const EVENT_RULES: Readonly<Record<string, EventRule>> = {
  AccountOpened: account({ name: text, currency: oneOf("MMK") }),
  CreditGranted: account(
    { amountMicroKyat: unsigned, source: oneOf("manual_payment", "promotion"), reference: text },
    (payload) => {
      const from = payload["source"] === "promotion" ? "4090" : "1010";
      return transfer(from, wallet(payload), amountOf(payload, "amountMicroKyat"));
    },
  ),
  AdjustmentPosted: account(
    { amountMicroKyat: signed, reason: text },
    (payload) => transfer("5400", wallet(payload), amountOf(payload, "amountMicroKyat")),
  ),
  CreditNoteIssued: account(
    {
      reference: text,
      amountMicroKyat: unsigned,
      fromDay: nullable(text),
      toDay: nullable(text),
      reason: text,
    },
    (payload) => transfer("4000", wallet(payload), amountOf(payload, "amountMicroKyat")),
  ),
  KeyIssued: account({ keyId: text, keyHash: text, expiresAtMs: nullable(count) }),
  KeyRevoked: account({ keyId: text, reason: text }),
  KeyConfigured: account({
    keyId: text,
    settingsVersion: ordinal,
    label: text,
    expiresAtMs: nullable(count),
  }),
  BudgetSet: account({
    keyId: nullable(text),
    period: oneOf("day", "week", "month", "total"),
    limitMicroKyat: nullable(unsigned),
  }),
  HoldPlaced: account(
    {
      ...request,
      keyId: text,
      model: text,
      amountMicroKyat: unsigned,
      inputTokensBound: count,
      outputTokensRequested: nullable(count),
      outputTokensGranted: count,
      pricing: pricingKind,
      expiresAtMs: count,
      ...heldKinds,
    },
    (payload) => transfer(wallet(payload), holds(payload), amountOf(payload, "amountMicroKyat")),
  ),
  HoldExtended: account({ ...request, sequence: ordinal, expiresAtMs: count }),
  UsageReported: account({ ...request, sequence: ordinal, ...usage }),
  HoldSettled: account(
    {
      ...request,
      ...usage,
      basis: oneOf("final", "expiry"),
      holdMicroKyat: unsigned,
      chargeMicroKyat: unsigned,
      chargedMicroKyat: unsigned,
      overageMicroKyat: unsigned,
      releasedMicroKyat: unsigned,
      unbilledMicroKyat: unsigned,
      costNanoUsd: unsigned,
      call: isMembers,
    },
    (payload) =>
      withoutZeros([
        kyat(holds(payload), amountOf(payload, "holdMicroKyat")),
        kyat(
          wallet(payload),
          amountOf(payload, "overageMicroKyat") - amountOf(payload, "releasedMicroKyat"),
        ),
        kyat("5010", amountOf(payload, "unbilledMicroKyat")),
        kyat("4000", -amountOf(payload, "chargeMicroKyat")),
        ...upstreamCost(payload),
      ]),
  ),
  HoldReleased: account(
    {
      ...request,
      amountMicroKyat: unsigned,
      reason: oneOf("upstream_not_called", "upstream_failed", "unsupported"),
      call: isMembers,
    },
    (payload) => transfer(holds(payload), wallet(payload), amountOf(payload, "amountMicroKyat")),
  ),
  HoldExpired: account(
    { ...request, amountMicroKyat: unsigned },
    (payload) => transfer(holds(payload), wallet(payload), amountOf(payload, "amountMicroKyat")),
  ),
  LateUsageSettled: account(
    {
      ...request,
      ...usage,
      chargeMicroKyat: unsigned,
      alreadyChargedMicroKyat: unsigned,
      chargedMicroKyat: unsigned,
      unbilledMicroKyat: unsigned,
      costNanoUsd: unsigned,
      call: isMembers,
    },
    (payload) => {
      const charged = amountOf(payload, "chargedMicroKyat");
      const unbilled = amountOf(payload, "unbilledMicroKyat");
      return withoutZeros([
        kyat(wallet(payload), charged),
        kyat("5010", unbilled),
        kyat("4000", -(charged + unbilled)),
        ...upstreamCost(payload),
      ]);
    },
  ),
  PricePublished: {
    members: {
      model: text,
      priceVersion: ordinal,
      ratesPicoUsdPerUnit: ratesKind,
      contextWindowTokens: ordinal,
      maxOutputTokens: ordinal,
      tiers: optional(tiersKind),
    },
    stream: (payload) => `price-${textOf(payload, "model")}`,
    postings: none,
  },
  PriceWithdrawn: {
    members: { model: text, priceVersion: ordinal, reason: text },
    stream: (payload) => `price-${textOf(payload, "model")}`,
    postings: none,
  },
  OwnKeyFeeSet: {
    members: { feeVersion: ordinal, picoUsdPerRequest: unsigned },
    stream: () => "own-key-fee-default",
    postings: none,
  },
  MarkupSet: {
    members: { markupVersion: ordinal, markupPartsPerMillion: count },
    stream: () => "markup-default",
    postings: none,
  },
  FxRateSet: {
    members: { fxVersion: ordinal, microKyat: unsigned, nanoUsd: unsigned },
    stream: () => "fx-USD-MMK",
    postings: none,
  },
  PlanPublished: {
    members: {
      planId: text,
      planVersion: ordinal,
      name: text,
      family: text,
      monthlyPriceNanoUsd: nullable(unsigned),
      limits: isMembers,
    },
    stream: (payload) => `plan-${textOf(payload, "planId")}`,
    postings: none,
  },
  PlanAssigned: account({
    keyId: nullable(text),
    planId: nullable(text),
    planVersion: nullable(ordinal),
    limits: isMembers,
  }),
  AlertRuleSet: alertRule({ rule: isMembers }),
  AlertRuleRemoved: alertRule({ reason: text }),
  AlertAcknowledged: {
    members: { alertId: text, note: nullable(text) },
    stream: (payload) => `alert-${textOf(payload, "alertId")}`,
    postings: none,
  },
  ProviderConfigured: provider({
    providerVersion: ordinal,
    profile: text,
    baseUrl: nullable(text),
    enabled: isBoolean,
    models: nullable(isMembers),
    priority: count,
  }),
  ProviderKeyStored: provider({
    keyId: text,
    keyVersion: ordinal,
    level: oneOf("user", "organisation", "tier", "system"),
    ownerId: nullable(text),
    envelope: isMembers,
    fingerprint: isMembers,
  }),
  ProviderKeyRemoved: provider({ keyId: text, keyVersion: ordinal, reason: text }),
  RouterConfigured: router({ definition: isMembers }),
  RouterRemoved: router({ reason: text }),
  ModelAliasSet: {
    members: { alias: text, aliasVersion: ordinal, models: Array.isArray },
    stream: (payload) => `model-alias-${textOf(payload, "alias")}`,
    postings: none,
  },
  SigningKeySet: {
    members: signingKeyShape,
    stream: () => "integrity-checkpoint",
    postings: none,
  },
};

/** The rules of a type and version, or null when this verifier does not know it. */
export function ruleOf(type: string, schemaVersion: number): EventRule | null {
  if (schemaVersion !== 1 || !Object.hasOwn(EVENT_RULES, type)) return null;
  return EVENT_RULES[type]!;
}

function transfer(debit: string, credit: string, amount: bigint): Leg[] {
  return withoutZeros([kyat(debit, amount), kyat(credit, -amount)]);
}

function kyat(account: string, amount: bigint): Leg {
  return { account, currency: "MMK", amount };
}

function upstreamCost(payload: JsonMembers): Leg[] {
  const nanoUsd = amountOf(payload, "costNanoUsd");
  return [
    { account: "5000", currency: "USD", amount: nanoUsd },
    { account: "2100", currency: "USD", amount: -nanoUsd },
  ];
}

function withoutZeros(legs: readonly Leg[]): Leg[] {
  return legs.filter(({ amount }) => amount !== 0n);
}
