/** Events of plans and of what is set on keys. @module */
import { z } from "zod";
import { accountIdSchema, identifierSchema, labelSchema } from "../ids/mod.ts";
import { keySettingsSchema } from "../key_settings/mod.ts";
import { limitsSchema } from "../limits/mod.ts";
import { microKyatSchema } from "../money/mod.ts";

/** What a plan says of itself; one shape in the command and the event. */
export const planSchema = z.object({
  planId: identifierSchema,
  name: labelSchema,
  /** Plans of one family are alternatives to each other. */
  family: identifierSchema,
  /** What it costs a month, in nanodollars; null: it is not sold by the month. */
  monthlyPriceNanoUsd: microKyatSchema.nullable(),
  limits: limitsSchema,
});

const versionSchema = z.number().int().min(1);

/** The payload schema of each event about plans and settings of keys, by type. */
export const planEventSchemas = {
  /** The whole plan, numbered per id from 1. Who has it keeps the version that was assigned. */
  PlanPublished: z.object({ ...planSchema.shape, planVersion: versionSchema }),
  /**
   * The plan of an account, or of one of its keys; it replaces the one before. `planId` and
   * `planVersion` are null when the plan was taken away: then nothing is limited any more.
   */
  PlanAssigned: z.object({
    accountId: accountIdSchema,
    keyId: identifierSchema.nullable(),
    planId: identifierSchema.nullable(),
    planVersion: versionSchema.nullable(),
    /** Pinned: what is published later changes nothing here. */
    limits: limitsSchema,
  }),
  /** All settings of a key, numbered per key from 1; they replace those before. */
  KeyConfigured: z.object({
    accountId: accountIdSchema,
    keyId: identifierSchema,
    settingsVersion: versionSchema,
    ...keySettingsSchema.shape,
  }),
} as const;
