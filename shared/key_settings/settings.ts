/** What can be set on an API key after it was issued. @module */
import { z } from "zod";
import { identifierSchema, labelSchema } from "../ids/mod.ts";
import { parseIpRange } from "./ip_range.ts";

const modelRuleSchema = z.string().regex(
  /^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,127}(\/\*)?$/,
  "expected a model's name, or provider/* for all of its models",
);

const ipRangeSchema = z.string().max(64).refine(
  (text) => parseIpRange(text) !== null,
  "expected an IP address or range such as 192.0.2.0/24 or 2001:db8::/32",
);

/** The settings of a key, always all of them. */
export const keySettingsSchema = z.object({
  /** For people. */
  label: labelSchema,
  /** From this epoch millisecond on the key is refused; null: never. */
  expiresAtMs: z.number().int().min(0).nullable(),
  /** Names of models, or `provider/*`; null: all, an empty list: none. */
  allowedModels: z.array(modelRuleSchema).max(1_000).nullable(),
  /** Where calls may come from, in CIDR notation; null: anywhere. The edges see to it. */
  ipRanges: z.array(ipRangeSchema).max(100).nullable(),
  /** The router that chooses for calls of this key; null: the default. */
  routerId: identifierSchema.nullable(),
  /** Words that routers and reports can tell keys by. */
  tags: z.array(identifierSchema).max(32),
});

/** See {@link keySettingsSchema}. */
export type KeySettings = z.output<typeof keySettingsSchema>;
