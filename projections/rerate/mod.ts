/** Re-rating: what a period would have cost under other terms. @module */
import { z } from "zod";
import { accountIdSchema, identifierSchema } from "../../shared/ids/mod.ts";
import { pageSchema, reRateRowSchema } from "../../shared/read_api/mod.ts";
import { daysBetween, daySchema, yangonDay } from "../daily_usage/mod.ts";
import { invalidParameter, listQuery, pageOf, type ReadRoute, readRoute } from "../http/mod.ts";
import { reRate } from "./report.ts";
import { resolveTerms } from "./terms.ts";

export { type ReportPage, reRate } from "./report.ts";
export {
  type AskedTerms,
  reRateIdOf,
  type ReRatePeriod,
  type ReRateTerms,
  resolveTerms,
} from "./terms.ts";

const LONGEST_DAYS = 366;

const versionSchema = z.string().regex(/^[1-9]\d{0,8}$/, "expected a version")
  .transform((text) => parseInt(text, 10));

/** `gpt-4o@3,o3@1`: price versions by model. */
const pricesSchema = z.string().max(4_000).transform((text, context) => {
  const versions = new Map<string, number>();
  for (const part of text.split(",")) {
    const at = part.lastIndexOf("@");
    const model = identifierSchema.safeParse(part.slice(0, at));
    const version = versionSchema.safeParse(part.slice(at + 1));
    if (at < 1 || !model.success || !version.success) {
      context.addIssue({ code: "custom", message: "expected model@version,…" });
      return z.NEVER;
    }
    versions.set(model.data, version.data);
  }
  return versions;
});

/** The query parameters that say under which terms. */
export const termsQuery = {
  prices: z.enum(["current"]).optional(),
  price: pricesSchema.optional(),
  markup_version: versionSchema.optional(),
  markup: z.string().regex(/^\d{1,8}$/, "expected parts per million")
    .transform((text) => parseInt(text, 10)).optional(),
  fx_version: versionSchema.optional(),
  kyat_per_usd: z.string().regex(/^\d{1,9}(\.\d{1,6})?$/, "expected a number such as 4500.25")
    .refine((text) => /[1-9]/.test(text), "expected more than nothing").optional(),
};

/** The routes of re-rating. */
export const reRateRoutes: readonly ReadRoute[] = [
  readRoute({
    path: "/v1/re-rate",
    permission: "ledger:read",
    summary: "What the calls of a period would have cost under other terms, by account.",
    scope: "query",
    reads: ["requests", "ended_calls", "event_index", "catalog"],
    query: z.object({
      account: accountIdSchema.optional(),
      model: identifierSchema.optional(),
      from: daySchema,
      to: daySchema,
      ...termsQuery,
      ...listQuery([accountIdSchema]),
    }).refine(({ from, to }) => from <= to && daysBetween(from, to) < LONGEST_DAYS, {
      message: `expected a day that is not after \`to\`, and at most ${LONGEST_DAYS} days`,
      path: ["from"],
    }).refine(({ markup, markup_version }) => !(markup !== undefined && markup_version), {
      message: "expected either markup or markup_version",
      path: ["markup"],
    }).refine(({ kyat_per_usd, fx_version }) => !(kyat_per_usd && fx_version), {
      message: "expected either kyat_per_usd or fx_version",
      path: ["kyat_per_usd"],
    }),
    answer: pageSchema(reRateRowSchema),
    async handle({ accountId, query }, { db, effects }) {
      const { from, to, model = null, limit, cursor, ...asked } = query;
      const terms = await resolveTerms(db, asked);
      if ("missing" in terms) {
        return invalidParameter(terms.missing, "there is no such version");
      }
      const page = { accountId, after: cursor?.[0] ?? null, limit: limit + 1 };
      const today = yangonDay(effects.clock.nowMs());
      const rows = await reRate(db, { period: { from, to, model }, terms, page, today });
      return pageOf(rows, limit, (row) => [row.accountId], (row) => row);
    },
  }),
];
