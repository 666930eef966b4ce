/** What an alert rule watches for: one shape per kind, each with its own threshold. @module */
import { z } from "zod";
import { accountIdSchema, identifierSchema } from "../ids/mod.ts";
import { microKyatSchema } from "../money/mod.ts";

const positiveAmount = microKyatSchema.refine((value) => value > 0n, "expected more than 0");
const windowMinutes = z.number().int().min(1).max(60);
const seconds = z.number().int().min(1).max(604_800);

/** Who a figure is of: each account by itself, or the whole platform. */
const ofSomebody = {
  scope: z.enum(["account", "platform"]),
  /**
   * With the scope `account`: null for every account, or the one that this rule is about. A rule that
   * names an account takes the place of those of its kind and severity that are about every account.
   */
  accountId: accountIdSchema.nullable(),
};

/** Provider cost of the current minute and the 59 before it, in nanodollars, is above the threshold. */
const spendPerHour = z.strictObject({
  kind: z.literal("spend_per_hour"),
  ...ofSomebody,
  aboveNanoUsd: positiveAmount,
});

/** What an account that was ever credited has available, in microkyat, is below the threshold. */
const balanceLow = z.strictObject({
  kind: z.literal("balance_low"),
  accountId: accountIdSchema.nullable(),
  belowMicroKyat: positiveAmount,
});

/** The share of calls that failed through no fault of their caller is above the threshold. */
const errorRate = z.strictObject({
  kind: z.literal("error_rate"),
  ...ofSomebody,
  windowMinutes,
  abovePartsPerMillion: z.number().int().min(0).max(999_999),
  /** With fewer ended calls in the window nothing is known. */
  minimumCalls: z.number().int().min(1).max(1_000_000),
});

/** A provider was tried this often in the window, and served nothing. */
const providerDown = z.strictObject({
  kind: z.literal("provider_down"),
  /** Null: every provider. */
  provider: identifierSchema.nullable(),
  windowMinutes,
  minimumAttempts: z.number().int().min(1).max(1_000_000),
});

/** A hold is still open this long after it should have expired. */
const holdStuck = z.strictObject({ kind: z.literal("hold_stuck"), overdueSeconds: seconds });

/** The oldest event that a projection has not applied is older than this. */
const projectionLagging = z.strictObject({
  kind: z.literal("projection_lagging"),
  /** Null: every projection. */
  projection: identifierSchema.nullable(),
  behindSeconds: seconds,
});

/** The oldest event of a shard that no signed checkpoint covers is older than this. */
const checkpointLate = z.strictObject({
  kind: z.literal("checkpoint_late"),
  lateSeconds: seconds,
});

/** The kinds of alert rules. */
export const ALERT_KINDS = [
  "spend_per_hour",
  "balance_low",
  "error_rate",
  "provider_down",
  "hold_stuck",
  "projection_lagging",
  "checkpoint_late",
] as const;

/** One of {@link ALERT_KINDS}. */
export type AlertKind = (typeof ALERT_KINDS)[number];

/** The condition of a rule, told apart by `kind`; amounts are decimal strings in JSON. */
export const alertConditionSchema = z.discriminatedUnion("kind", [
  spendPerHour,
  balanceLow,
  errorRate,
  providerDown,
  holdStuck,
  projectionLagging,
  checkpointLate,
], { error: () => `expected one of ${ALERT_KINDS.join(", ")}` }).refine(
  (condition) =>
    !("scope" in condition) || condition.scope === "account" || condition.accountId === null,
  { path: ["accountId"], error: "expected null, because the scope is the whole platform" },
);

/** See {@link alertConditionSchema}. */
export type AlertCondition = z.output<typeof alertConditionSchema>;

/** The condition of one kind. */
export type AlertConditionOf<K extends AlertKind> = Extract<AlertCondition, { kind: K }>;
