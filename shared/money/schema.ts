/** zod schemas for amounts in JSON. @module */
import { z } from "zod";

const MAXIMUM_MAGNITUDE = 2n ** 63n - 1n;

const amount = (pattern: RegExp, expected: string) =>
  z.string().max(20).regex(pattern, `expected ${expected} as a decimal string`)
    .transform((text) => BigInt(text))
    .refine(
      (value) => value <= MAXIMUM_MAGNITUDE && value >= -MAXIMUM_MAGNITUDE,
      "the amount does not fit 63 bits",
    );

/** A non-negative integer amount below 2^63 as a decimal string in JSON; bigint once parsed. */
export const microKyatSchema = amount(/^(0|[1-9]\d*)$/, "a whole non-negative number");

/** A signed integer amount whose magnitude is below 2^63, as a decimal string; bigint once parsed. */
export const signedAmountSchema = amount(/^(0|-?[1-9]\d*)$/, "a whole number");
