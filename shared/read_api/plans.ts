/** Plans in the read API. @module */
import { z } from "zod";
import { limitsSchema } from "../limits/mod.ts";

/** GET /v1/plans: the newest version of each plan. */
export const planRowSchema = z.object({
  planId: z.string(),
  planVersion: z.number().int(),
  name: z.string(),
  family: z.string(),
  /** In nanodollars; null: not sold by the month. */
  monthlyPriceNanoUsd: z.string().regex(/^\d+$/).nullable(),
  limits: limitsSchema,
  publishedAtMs: z.number().int(),
});

/** See {@link planRowSchema}. */
export type PlanRow = z.output<typeof planRowSchema>;

/**
 * GET /v1/accounts/{accountId}/plans, /v1/plans/{planId}/assignments. `keyId` null: the whole
 * account; `planId` null: the plan was taken away. What is used of the limits is told by the ledger:
 * GET /v1/accounts/{accountId}/limits.
 */
export const planAssignmentRowSchema = z.object({
  accountId: z.string(),
  keyId: z.string().nullable(),
  planId: z.string().nullable(),
  planVersion: z.number().int().nullable(),
  limits: limitsSchema,
  assignedAtMs: z.number().int(),
});

/** See {@link planAssignmentRowSchema}. */
export type PlanAssignmentRow = z.output<typeof planAssignmentRowSchema>;
