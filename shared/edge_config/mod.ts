/**
 * What an edge must know to admit and route a call: keys by hash, the models for sale, providers with
 * their sealed keys, routers and aliases. A snapshot at a
 * position of the shard's log, then changes. The edge asks again on each `config_changed` broadcast
 * and every half second, so a revoked key is refused everywhere within a second; the ledger checks
 * the key once more when it places the hold.
 *
 * @module
 */
import { z } from "zod";
import { accountIdSchema, identifierSchema } from "../ids/mod.ts";
import { microKyatSchema } from "../money/mod.ts";
import { keySettingsSchema } from "../key_settings/mod.ts";
import { priceDetails, providerSettings, ratesSchema } from "../events/mod.ts";
import {
  aliasNameSchema,
  envelopeSchema,
  fingerprintSchema,
  ownerIdSchema,
  PROVIDER_KEY_LEVELS,
  providerNameSchema,
  routerDefinitionSchema,
  routerIdSchema,
} from "../routing/mod.ts";

/** A key as an edge knows it. */
export const edgeKeySchema = z.object({
  keyHash: z.string().regex(/^[0-9a-f]{64}$/),
  keyId: identifierSchema,
  accountId: accountIdSchema,
  expiresAtMs: z.number().int().nullable(),
  revoked: z.boolean(),
  /** Who in the account it belongs to; null or absent: nobody in particular. */
  teamId: identifierSchema.nullable().optional(),
  userId: identifierSchema.nullable().optional(),
  /** See `isModelAllowed` of `shared/key_settings`; null or absent: all. */
  allowedModels: keySettingsSchema.shape.allowedModels.optional(),
  /** See `ipRangeMatcher` of `shared/key_settings`; null or absent: calls may come from anywhere. */
  ipRanges: keySettingsSchema.shape.ipRanges.optional(),
  /** Null or absent: the default router. */
  routerId: identifierSchema.nullable().optional(),
  /** The plan of the key itself; null or absent: that of its account counts. */
  planId: identifierSchema.nullable().optional(),
  tags: keySettingsSchema.shape.tags.optional(),
});

/** See {@link edgeKeySchema}. */
export type EdgeKey = z.output<typeof edgeKeySchema>;

/** The plan of a whole account, or null after it was taken away. */
export const edgePlanSchema = z.object({
  accountId: accountIdSchema,
  planId: identifierSchema.nullable(),
});

/** See {@link edgePlanSchema}. */
export type EdgePlan = z.output<typeof edgePlanSchema>;

/** A model for sale. Rates are for display only: the edge computes no money. */
export const edgeModelSchema = z.object({
  model: identifierSchema,
  displayName: z.string(),
  ownedBy: identifierSchema,
  contextWindowTokens: z.number().int(),
  maxOutputTokens: z.number().int(),
  ratesPicoUsdPerUnit: ratesSchema,
  publishedAtMs: z.number().int(),
  ...priceDetails,
  /** The number of its price. */
  priceVersion: z.number().int().min(1).optional(),
  /** True when the model is no longer for sale. */
  withdrawn: z.boolean().optional(),
});

/** See {@link edgeModelSchema}. */
export type EdgeModel = z.output<typeof edgeModelSchema>;

/** A provider as it is configured. */
export const edgeProviderSchema = z.object({
  provider: providerNameSchema,
  providerVersion: z.number().int().min(1),
  ...providerSettings,
});

/** See {@link edgeProviderSchema}. */
export type EdgeProvider = z.output<typeof edgeProviderSchema>;

/** A provider's key, sealed; without an envelope it was removed. */
export const edgeProviderKeySchema = z.object({
  keyId: identifierSchema,
  keyVersion: z.number().int().min(1),
  provider: providerNameSchema,
  level: z.enum(PROVIDER_KEY_LEVELS),
  ownerId: ownerIdSchema,
  envelope: envelopeSchema.nullable(),
  fingerprint: fingerprintSchema,
});

/** See {@link edgeProviderKeySchema}. */
export type EdgeProviderKey = z.output<typeof edgeProviderKeySchema>;

/** A router; without a definition it was removed. */
export const edgeRouterSchema = z.object({
  routerId: routerIdSchema,
  routerVersion: z.number().int().min(1),
  definition: routerDefinitionSchema.nullable(),
});

/** See {@link edgeRouterSchema}. */
export type EdgeRouter = z.output<typeof edgeRouterSchema>;

/** What a name stands for; without models it was removed. */
export const edgeAliasSchema = z.object({
  alias: aliasNameSchema,
  aliasVersion: z.number().int().min(1),
  models: z.array(identifierSchema),
});

/** See {@link edgeAliasSchema}. */
export type EdgeAlias = z.output<typeof edgeAliasSchema>;

/** What turns provider rates into kyat, for display only; null: not set yet. */
export const edgeTermsSchema = z.object({
  markupPartsPerMillion: z.number().int().min(0).nullable(),
  /** Kyat for a dollar, as an exact ratio. */
  fx: z.object({ microKyat: microKyatSchema, nanoUsd: microKyatSchema }).nullable(),
});

/** See {@link edgeTermsSchema}. */
export type EdgeTerms = z.output<typeof edgeTermsSchema>;

/** Asks for what changed after a log position; `"0"` asks for everything. */
export const edgeConfigRequestSchema = z.object({
  afterPosition: z.string().regex(/^\d{1,19}$/),
  limit: z.number().int().min(1).max(2_000),
});

/** See {@link edgeConfigRequestSchema}. */
export type EdgeConfigRequest = z.output<typeof edgeConfigRequestSchema>;

/** Everything whose newest state stands after `afterPosition`, oldest change first. */
export const edgeConfigPageSchema = z.object({
  /** Ask next from here. */
  position: z.string(),
  keys: z.array(edgeKeySchema),
  models: z.array(edgeModelSchema),
  plans: z.array(edgePlanSchema).default([]),
  // These four stand in shard 0 only; a ledger from before them says nothing of them.
  providers: z.array(edgeProviderSchema).default([]),
  providerKeys: z.array(edgeProviderKeySchema).default([]),
  routers: z.array(edgeRouterSchema).default([]),
  aliases: z.array(edgeAliasSchema).default([]),
  /** The terms in force, when they changed. */
  terms: edgeTermsSchema.optional(),
  /** More is waiting: ask again at once. */
  more: z.boolean(),
});

/** See {@link edgeConfigPageSchema}. */
export type EdgeConfigPage = z.output<typeof edgeConfigPageSchema>;
