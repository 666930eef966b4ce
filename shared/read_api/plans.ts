/** Plans in the read API. @module */
import { z } from "zod";
import { limitsSchema, rateLimitSchema } from "../limits/mod.ts";

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

/**
 * GET /v1/accounts/{accountId}/plan-usage (`at`: epoch milliseconds, now when absent): what was used
 * of each limit in the minute, the day and the month of that time. It is as new as `position`; the
 * ledger decides by its own figures: GET /v1/accounts/{accountId}/limits there.
 */
export const planUsageRowSchema = z.object({
  keyId: z.string().nullable(),
  planId: z.string(),
  planVersion: z.number().int(),
  limits: z.array(rateLimitSchema.extend({ used: z.number().int().min(0) })),
});

/** See {@link planUsageRowSchema}. */
export type PlanUsageRow = z.output<typeof planUsageRowSchema>;
