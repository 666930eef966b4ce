/** Re-rating: what a period would have cost under other terms. @module */
import { z } from "zod";

const amount = z.string().regex(/^-?\d+$/);

/**
 * GET /v1/re-rate: the calls whose hold ended from `from` to `to` (days of Asia/Yangon, both
 * inclusive, 366 at most), priced again from their usage, by account. Filters: `account`, `model`.
 * What is not given stays as it was pinned for each call:
 *
 * - `prices=current`, or `price=gpt-4o@3,…`: the newest price of each model, or the named versions.
 * - `markup_version=2`, or `markup=50000` in parts per million.
 * - `fx_version=2`, or `kyat_per_usd=4500.25`.
 */
export const reRateRowSchema = z.object({
  /**
   * Names period, models and terms, whichever account is asked for: the `reference` of credit notes
   * that follow from it.
   */
  reRateId: z.string(),
  accountId: z.string(),
  requests: z.number().int(),
  /** What the calls' usage cost under their own terms, and what of it was paid and written off. */
  chargeMicroKyat: amount,
  chargedMicroKyat: amount,
  unbilledMicroKyat: amount,
  /** What it costs under the asked terms, each call rounded once half up. */
  reRatedMicroKyat: amount,
  /** Re-rated less charge: negative when it would have been cheaper. */
  differenceMicroKyat: amount,
  /** Σ of the account's credit notes that are about a day of the period, or about none. */
  creditedInPeriodMicroKyat: amount,
  /**
   * What a credit note would give back: paid less re-rated less what was credited in the period, at
   * least 0, and 0 while the period is open.
   */
  creditMicroKyat: amount,
  /** What was credited under this id already; null when nothing was. */
  creditedMicroKyat: amount.nullable(),
  /** Whether `to` is today in Yangon or later: nothing is credited before the period has ended. */
  isPeriodOpen: z.boolean(),
});

/** See {@link reRateRowSchema}. */
export type ReRateRow = z.output<typeof reRateRowSchema>;
