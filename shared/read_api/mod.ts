/**
 * The read API of the projections: paths, answers, and the page envelope. Every answer names the log
 * position that it reflects; `min_position` makes a read wait (at most 5 s) until that is reached.
 *
 * @module
 */
import { z } from "zod";
import { BUDGET_PERIODS, callFactsSchema, priceDetails, ratesSchema } from "../events/mod.ts";
import { evidenceGradeSchema, usageSchema } from "../usage/mod.ts";

export * from "./costs.ts";
export * from "./explain.ts";
export * from "./projections.ts";
export * from "./explorer.ts";
export * from "./alerts.ts";
export * from "./plans.ts";
export * from "./request_summary.ts";
export * from "./rerate.ts";
export * from "./status.ts";
export * from "./time_travel.ts";

const amount = z.string().regex(/^-?\d+$/);

/** Wraps the rows of a list: `nextCursor` null means that this was the last page. */
export const pageSchema = <T extends z.ZodType>(item: T) =>
  z.object({ position: z.string(), items: z.array(item), nextCursor: z.string().nullable() });

/** Wraps one row. */
export const itemSchema = <T extends z.ZodType>(item: T) =>
  z.object({ position: z.string(), item });

/** GET /v1/accounts, /v1/accounts/{accountId}: an account with its balance. */
export const accountRowSchema = z.object({
  accountId: z.string(),
  name: z.string(),
  currency: z.literal("MMK"),
  creditedMicroKyat: amount,
  settledMicroKyat: amount,
  heldMicroKyat: amount,
  availableMicroKyat: amount,
  openHolds: z.number().int(),
  openedAtMs: z.number().int(),
  updatedAtMs: z.number().int(),
});

/** GET /v1/accounts/{accountId}/keys, newest first; /v1/keys (filter: account), by account and key. */
export const keyRowSchema = z.object({
  keyId: z.string(),
  accountId: z.string(),
  label: z.string(),
  prefix: z.string(),
  state: z.enum(["active", "revoked"]),
  issuedAtMs: z.number().int(),
  expiresAtMs: z.number().int().nullable(),
  revokedAtMs: z.number().int().nullable(),
  /** Who in the account it belongs to; null: nobody in particular. */
  teamId: z.string().nullable().optional(),
  userId: z.string().nullable().optional(),
  /** 0 while it is as it was issued. */
  settingsVersion: z.number().int().optional(),
  allowedModels: z.array(z.string()).nullable().optional(),
  ipRanges: z.array(z.string()).nullable().optional(),
  routerId: z.string().nullable().optional(),
  tags: z.array(z.string()).optional(),
  lastUsedAtMs: z.number().int().nullable(),
});

/**
 * GET /v1/requests (filters: account, key, model, state, provider, outcome as in `call`, and from and
 * to, epoch milliseconds between which it was placed), /v1/requests/{requestId}.
 */
export const requestRowSchema = z.object({
  requestId: z.string(),
  accountId: z.string(),
  keyId: z.string(),
  edgeId: z.string(),
  endpoint: z.string(),
  /** The model that served; before the end the one that was held for. */
  model: z.string(),
  /** What the client named, such as an alias or `auto`. */
  askedModel: z.string(),
  state: z.enum(["held", "settled", "released", "expired", "late_settled"]),
  provider: z.string().nullable(),
  call: callFactsSchema.nullable(),
  usage: usageSchema.nullable(),
  evidence: evidenceGradeSchema.nullable(),
  inputTokensBound: z.number().int(),
  outputTokensRequested: z.number().int().nullable(),
  outputTokensGranted: z.number().int(),
  holdMicroKyat: amount,
  chargeMicroKyat: amount.nullable(),
  chargedMicroKyat: amount.nullable(),
  unbilledMicroKyat: amount.nullable(),
  costNanoUsd: amount.nullable(),
  /** The pinned terms of `model`. */
  pricing: z.record(z.string(), z.json()),
  /** The fee that was charged instead of tokens, because the customer's own key served; else null. */
  ownKeyFeePicoUsd: amount.nullable(),
  /** True when no provider bills such a call, so that `pricing` was not applied; absent: no. */
  isFree: z.literal(true).optional(),
  placedAtMs: z.number().int(),
  endedAtMs: z.number().int().nullable(),
  placedPosition: z.string(),
  endedPosition: z.string().nullable(),
});

/**
 * GET /v1/usage/daily (filters: account, from, to as YYYY-MM-DD of Asia/Yangon; group_by). A call
 * counts once, on the day its hold ended. A dimension that `group_by` leaves out is `*`; the provider
 * of a call that no target served is `none`.
 */
export const dailyUsageRowSchema = z.object({
  day: z.string(),
  accountId: z.string(),
  keyId: z.string(),
  model: z.string(),
  provider: z.string(),
  requests: z.number().int(),
  usage: usageSchema,
  chargedMicroKyat: amount,
  unbilledMicroKyat: amount,
  costNanoUsd: amount,
});

/** GET /v1/prices: the newest price of each model. */
export const priceRowSchema = z.object({
  model: z.string(),
  priceVersion: z.number().int(),
  displayName: z.string(),
  ownedBy: z.string(),
  ratesPicoUsdPerUnit: ratesSchema,
  contextWindowTokens: z.number().int(),
  maxOutputTokens: z.number().int(),
  source: z.string(),
  publishedAtMs: z.number().int(),
  /** What the price says besides; null or absent: nothing. */
  kind: priceDetails.kind.nullable(),
  tiers: priceDetails.tiers.nullable(),
  inputModalities: priceDetails.inputModalities.nullable(),
  outputModalities: priceDetails.outputModalities.nullable(),
  capabilities: priceDetails.capabilities.nullable(),
  deprecatedOn: priceDetails.deprecatedOn,
  retiredOn: priceDetails.retiredOn,
  providers: priceDetails.providers.nullable(),
  /** Since when it is not for sale; null or absent: it is. */
  withdrawnAtMs: z.number().int().nullable().optional(),
});

/** GET /v1/rates: markup, exchange rate and fee in force, null when never set. */
export const ratesRowSchema = z.object({
  markup: z.object({
    markupVersion: z.number().int(),
    markupPartsPerMillion: z.number().int(),
    setAtMs: z.number().int(),
  }).nullable(),
  fx: z.object({
    fxVersion: z.number().int(),
    microKyat: amount,
    nanoUsd: amount,
    source: z.string(),
    setAtMs: z.number().int(),
  }).nullable(),
  /** The fee for a call with the customer's own provider key, in picodollars; no markup on top. */
  ownKeyFee: z.object({
    feeVersion: z.number().int(),
    picoUsdPerRequest: amount,
    setAtMs: z.number().int(),
  }).nullable(),
});

/** GET /v1/accounts/{accountId}/budgets: of a key, a team, a user, or of the whole account. */
export const budgetRowSchema = z.object({
  accountId: z.string(),
  keyId: z.string().nullable(),
  teamId: z.string().nullable().optional(),
  userId: z.string().nullable().optional(),
  period: z.enum(BUDGET_PERIODS),
  limitMicroKyat: amount.nullable(),
});

/**
 * GET /v1/live?account=: server-sent events named `account`; the `data` of each is this, first at
 * once and then whenever the account's row changes.
 */
export const liveAccountSchema = itemSchema(accountRowSchema);

/** The rows of the read API. */
export type AccountRow = z.output<typeof accountRowSchema>;
/** See {@link keyRowSchema}. */
export type KeyRow = z.output<typeof keyRowSchema>;
/** See {@link requestRowSchema}. */
export type RequestRow = z.output<typeof requestRowSchema>;
/** See {@link dailyUsageRowSchema}. */
export type DailyUsageRow = z.output<typeof dailyUsageRowSchema>;
/** See {@link priceRowSchema}. */
export type PriceRow = z.output<typeof priceRowSchema>;
/** See {@link ratesRowSchema}. */
export type RatesRow = z.output<typeof ratesRowSchema>;
/** See {@link budgetRowSchema}. */
export type BudgetRow = z.output<typeof budgetRowSchema>;
/** See {@link liveAccountSchema}. */
export type LiveAccount = z.output<typeof liveAccountSchema>;
