/** Routers: rules that say where a call may go, in which order, and what comes after. @module */
import { z } from "zod";
import { MODEL_MODALITIES } from "../models/mod.ts";
import { identifierSchema, labelSchema } from "../ids/mod.ts";
import { AUTO_MODEL, providerNameSchema } from "./names.ts";

/** How the targets that may serve a call are put in order. */
export const STRATEGIES = [
  /** As they are listed. */
  "manual",
  /** By chance, in proportion to their weights. */
  "weighted",
  /** By the estimated cost of this call. */
  "cheapest",
  /** By the measured time to the first byte. */
  "fastest",
  /** By the model's quality figure. */
  "quality",
  /** By quality × 2 + speed − log10(cost) × 2. */
  "balanced",
  /** Balanced, leaning towards quality or speed by what the call asks for. */
  "auto",
] as const;

/** One of {@link STRATEGIES}. */
export type Strategy = (typeof STRATEGIES)[number];

/** Most rules of a router. */
export const MAXIMUM_RULES = 64;
/** Most targets of a rule, and of a fallback chain. */
export const MAXIMUM_TARGETS = 16;

/** One place that a call may go to. */
export const routerTargetSchema = z.strictObject({
  /** Null: any provider that serves the model. */
  provider: providerNameSchema.nullable(),
  /**
   * A model for sale; null: the model that was asked for, and nothing where the provider lacks it;
   * `auto`: the one asked for where the provider has it, else the best that fits the call there.
   */
  model: identifierSchema.nullable(),
  /** Share of the traffic where the strategy is `weighted`; 1 when absent. */
  weight: z.number().int().min(1).max(1_000).optional(),
});

/** See {@link routerTargetSchema}. */
export type RouterTarget = z.output<typeof routerTargetSchema>;

const few = <T extends z.ZodType>(item: T) => z.array(item).min(1).max(64);
const hourSchema = z.number().int().min(0).max(24);

/** When a rule applies: every member that is there must hold. */
export const routerConditionSchema = z.strictObject({
  /** The model as the client named it: one of these names or prefixes such as `openai/*`. */
  models: few(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,127}(\/\*)?$|^\*$/)).optional(),
  /** The call carries at least one of these. */
  modalities: few(z.enum(MODEL_MODALITIES)).optional(),
  /** The estimated input tokens are more than this. */
  inputTokensAbove: z.number().int().min(0).optional(),
  /** The estimated input tokens are at most this. */
  inputTokensAtMost: z.number().int().min(0).optional(),
  /** The key or the call carries all of these. */
  tags: few(identifierSchema).optional(),
  /** The call comes with one of these API keys. */
  keyIds: few(identifierSchema).optional(),
  /** Asia/Yangon's hour is at least `from` and below `to`; 22 to 6 goes over midnight. */
  hours: z.strictObject({ from: hourSchema.max(23), to: hourSchema.min(1) }).optional(),
});

/** See {@link routerConditionSchema}. */
export type RouterCondition = z.output<typeof routerConditionSchema>;

/** One rule; without a condition it always applies. */
export const routerRuleSchema = z.strictObject({
  name: labelSchema,
  when: routerConditionSchema.optional(),
  strategy: z.enum(STRATEGIES),
  targets: z.array(routerTargetSchema).min(1).max(MAXIMUM_TARGETS),
});

/** See {@link routerRuleSchema}. */
export type RouterRule = z.output<typeof routerRuleSchema>;

/** A router: the first rule that applies is used, and then the fallback chain, as it is listed. */
export const routerDefinitionSchema = z.strictObject({
  name: labelSchema,
  enabled: z.boolean(),
  /** The first has the highest priority. */
  rules: z.array(routerRuleSchema).max(MAXIMUM_RULES),
  fallback: z.array(routerTargetSchema).max(MAXIMUM_TARGETS),
  /** Quality figures by model, 0 to 10, instead of the gateway's estimate. */
  quality: z.record(identifierSchema, z.number().min(0).max(10)).optional(),
}).refine(({ rules, fallback }) => rules.length + fallback.length > 0, {
  error: "expected at least one rule or one target in the fallback chain",
});

/** See {@link routerDefinitionSchema}. */
export type RouterDefinition = z.output<typeof routerDefinitionSchema>;

const anyModelAt = (provider: string): RouterTarget => ({ provider, model: AUTO_MODEL });

/** Routers that every deployment has; one that is configured under the same id replaces it. */
export const BUILT_IN_ROUTERS: ReadonlyMap<string, RouterDefinition> = new Map([
  ["free-first", {
    name: "Free providers first",
    enabled: true,
    rules: [],
    fallback: ["groq", "sambanova", "cerebras", "gemini", "openrouter", "simulator"]
      .map(anyModelAt),
  }],
]);
