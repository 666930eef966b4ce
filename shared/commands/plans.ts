/** Commands about plans and settings of keys. @module */
import { z } from "zod";
import { planSchema } from "../events/mod.ts";
import { accountIdSchema, identifierSchema } from "../ids/mod.ts";
import { keySettingsSchema } from "../key_settings/mod.ts";

/** Body schemas of the commands about plans and settings of keys, by type. */
export const planCommandSchemas = {
  /** Goes to every shard, as prices do. */
  PublishPlan: planSchema,
  /** Assigns the newest version of a plan, or with null takes the plan away. */
  AssignPlan: z.object({
    accountId: accountIdSchema,
    keyId: identifierSchema.nullable(),
    planId: identifierSchema.nullable(),
  }),
  /** Replaces all settings of a key. */
  ConfigureKey: z.object({
    accountId: accountIdSchema,
    keyId: identifierSchema,
    ...keySettingsSchema.shape,
  }),
} as const;
