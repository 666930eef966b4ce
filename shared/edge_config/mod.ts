/**
 * What an edge must know to admit a call: keys by hash and the models for sale. A snapshot at a
 * position of the shard's log, then changes. The edge asks again on each `config_changed` broadcast
 * and every half second, so a revoked key is refused everywhere within a second; the ledger checks
 * the key once more when it places the hold.
 *
 * @module
 */
import { z } from "zod";
import { accountIdSchema, identifierSchema } from "../ids/mod.ts";
import { priceDetails, ratesSchema } from "../events/mod.ts";

/** A key as an edge knows it. */
export const edgeKeySchema = z.object({
  keyHash: z.string().regex(/^[0-9a-f]{64}$/),
  keyId: identifierSchema,
  accountId: accountIdSchema,
  expiresAtMs: z.number().int().nullable(),
  revoked: z.boolean(),
});

/** See {@link edgeKeySchema}. */
export type EdgeKey = z.output<typeof edgeKeySchema>;

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

/** Asks for what changed after a log position; `"0"` asks for everything. */
export const edgeConfigRequestSchema = z.object({
  afterPosition: z.string().regex(/^\d{1,19}$/),
  limit: z.number().int().min(1).max(2_000),
});

/** See {@link edgeConfigRequestSchema}. */
export type EdgeConfigRequest = z.output<typeof edgeConfigRequestSchema>;

/** Keys and models whose newest state stands after `afterPosition`, oldest change first. */
export const edgeConfigPageSchema = z.object({
  /** Ask next from here. */
  position: z.string(),
  keys: z.array(edgeKeySchema),
  models: z.array(edgeModelSchema),
  /** More is waiting: ask again at once. */
  more: z.boolean(),
});

/** See {@link edgeConfigPageSchema}. */
export type EdgeConfigPage = z.output<typeof edgeConfigPageSchema>;
