/** Commands of people: accounts, credit, keys, budgets, prices. @module */
import { z } from "zod";
import { BUDGET_PERIODS, keyOwners, priceDetails, ratesSchema } from "../events/mod.ts";
import { accountIdSchema, identifierSchema, labelSchema } from "../ids/mod.ts";
import { microKyatSchema, signedAmountSchema } from "../money/mod.ts";

const daySchema = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, "expected YYYY-MM-DD");
const ofAccount = { accountId: accountIdSchema };

/** Body schemas of the admin commands, by type. */
export const adminCommandSchemas = {
  OpenAccount: z.object({ ...ofAccount, name: labelSchema }),
  GrantCredit: z.object({
    ...ofAccount,
    amountMicroKyat: microKyatSchema,
    source: z.enum(["manual_payment", "promotion"]),
    reference: labelSchema,
  }),
  PostAdjustment: z.object({
    ...ofAccount,
    amountMicroKyat: signedAmountSchema,
    reason: labelSchema,
  }),
  /** `reference` is what the note is for, such as the id of a re-rating: one note an account. */
  IssueCreditNote: z.object({
    ...ofAccount,
    reference: identifierSchema,
    amountMicroKyat: microKyatSchema,
    fromDay: daySchema.nullable(),
    toDay: daySchema.nullable(),
    reason: labelSchema,
  }),
  /** The secret is made outside; only its hash comes here. */
  IssueKey: z.object({
    ...ofAccount,
    keyId: identifierSchema,
    keyHash: z.string().regex(/^[0-9a-f]{64}$/),
    prefix: z.string().max(32),
    label: labelSchema,
    expiresAtMs: z.number().int().min(0).nullable(),
    ...keyOwners,
  }),
  RevokeKey: z.object({ ...ofAccount, keyId: identifierSchema, reason: labelSchema }),
  /** For a key, a team, a user, or, when none of them is named, for the whole account. */
  SetBudget: z.object({
    ...ofAccount,
    keyId: identifierSchema.nullable(),
    ...keyOwners,
    period: z.enum(BUDGET_PERIODS),
    limitMicroKyat: microKyatSchema.nullable(),
  }),
  PublishPrice: z.object({
    model: identifierSchema,
    displayName: labelSchema,
    ownedBy: identifierSchema,
    ratesPicoUsdPerUnit: ratesSchema,
    contextWindowTokens: z.number().int().min(1).max(100_000_000),
    maxOutputTokens: z.number().int().min(1).max(100_000_000),
    source: labelSchema,
    ...priceDetails,
  }),
  /** Takes a model out of sale; a price published later sells it again. */
  WithdrawPrice: z.object({ model: identifierSchema, reason: labelSchema }),
  /** Our fee for a call with the customer's own provider key, in picodollars, without markup. */
  SetOwnKeyFee: z.object({ picoUsdPerRequest: microKyatSchema }),
  SetMarkup: z.object({ markupPartsPerMillion: z.number().int().min(0).max(10_000_000) }),
  /** Kyat for one dollar, up to six decimals, as text: `4500.25`. */
  SetFxRate: z.object({
    kyatPerUsd: z.string().regex(/^\d{1,9}(\.\d{1,6})?$/, "expected a number such as 4500.25"),
    source: labelSchema,
  }),
} as const;
