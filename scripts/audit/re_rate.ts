/**
 * `deno task audit re-rate --from DAY --to DAY [terms] [--account A] [--model M] [--csv]`: what the
 * calls of a period would have cost under other terms, by account. Terms that are not given stay as
 * they were pinned: `--prices current` or `--price MODEL@VERSION` (several), `--markup PPM` or
 * `--markup-version N`, `--kyat-per-usd X` or `--fx-version N`. Reads the projections' tables.
 *
 * With `--issue REASON` each account that would have paid less gets a credit note, through the
 * ledger at `SARGALAY_LEDGER_URL` under the token `SARGALAY_TOKEN`. Doing that again issues nothing
 * twice, notes of overlapping periods are taken off, and a period that is not over gets none.
 *
 * @module
 */
import type { Kysely } from "kysely";
import { csvHeader, csvLine } from "../../projections/http/mod.ts";
import {
  type AskedTerms,
  reRate,
  type ReRatePeriod,
  type ReRateTerms,
  resolveTerms,
  termsQuery,
} from "../../projections/rerate/mod.ts";
import { daySchema, yangonDay } from "../../projections/daily_usage/mod.ts";
import { accountIdSchema, identifierSchema } from "../../shared/ids/mod.ts";
import { toJsonValue } from "../../shared/json.ts";
import { formatDecimal } from "../../shared/money/mod.ts";
import { reRateRowSchema } from "../../shared/read_api/mod.ts";
import { optionValue, readArguments } from "./arguments.ts";
import { openLedgerDatabase } from "./open_database.ts";
import { issueCreditNotes } from "./re_rating/issue.ts";

/** One account of the report; amounts are bigint. */
export type ReportRow = Awaited<ReturnType<typeof reRate>>[number];

const TERMS = {
  "--prices": "prices",
  "--price": "price",
  "--markup": "markup",
  "--markup-version": "markup_version",
  "--kyat-per-usd": "kyat_per_usd",
  "--fx-version": "fx_version",
} as const;

/** Runs the command; 0 when the report is whole, 1 when a credit note was refused. */
export async function run(args: readonly string[]): Promise<number> {
  const options = ["--from", "--to", "--account", "--model", "--issue", ...Object.keys(TERMS)];
  const given = readArguments(args, { options, flags: ["--csv"] });
  const needed = (option: string) => {
    const value = given.value(option);
    if (value === null) throw new Error(`re-rate needs ${option} DAY`);
    return optionValue(option, daySchema, value);
  };
  const model = given.value("--model");
  const period: ReRatePeriod = {
    from: needed("--from"),
    to: needed("--to"),
    model: model === null ? null : optionValue("--model", identifierSchema, model),
  };
  if (period.from > period.to) {
    throw new Error(`--from ${period.from} is after --to ${period.to}`);
  }
  const account = given.value("--account");
  const accountId = account === null ? null : optionValue("--account", accountIdSchema, account);
  const asked = askedTerms((option) => given.values(option).join(",") || undefined);
  const { database, close } = await openLedgerDatabase();
  try {
    const db = database as unknown as Kysely<unknown>;
    const terms = await resolveTerms(db, asked);
    if ("missing" in terms) throw new Error(`there is no such ${terms.missing}`);
    const today = yangonDay(Date.now());
    const rows = await allRows(db, { period, terms, accountId, today });
    console.log(given.has("--csv") ? csvText(rows) : reportText(rows, period));
    const reason = given.value("--issue");
    if (reason === null) return 0;
    const ledgerUrl = Deno.env.get("SARGALAY_LEDGER_URL") ?? "http://127.0.0.1:8788";
    const token = Deno.env.get("SARGALAY_TOKEN");
    if (!token) throw new Error("--issue needs a token in SARGALAY_TOKEN");
    const outcomes = await issueCreditNotes(rows, { ledgerUrl, token, period, reason, fetch });
    for (const { accountId, text } of outcomes) console.log(`${accountId}: ${text}`);
    return outcomes.every(({ refused }) => !refused) ? 0 : 1;
  } finally {
    await close();
  }
}

function askedTerms(valueOf: (option: string) => string | undefined): AskedTerms {
  return Object.fromEntries(
    Object.entries(TERMS).map(([option, name]) => [
      name,
      optionValue(option, termsQuery[name], valueOf(option)),
    ]),
  );
}

async function allRows(
  db: Kysely<unknown>,
  { period, terms, accountId, today }: {
    readonly period: ReRatePeriod;
    readonly terms: ReRateTerms;
    readonly accountId: string | null;
    readonly today: string;
  },
): Promise<ReportRow[]> {
  const limit = 500;
  const rows: ReportRow[] = [];
  while (true) {
    const after = rows.at(-1)?.accountId ?? null;
    const page = await reRate(db, { period, terms, page: { accountId, after, limit }, today });
    rows.push(...page);
    if (page.length < limit) return rows;
  }
}

function csvText(rows: readonly ReportRow[]): string {
  const columns = Object.keys(reRateRowSchema.shape);
  const lines = rows.map((row) => csvLine(columns, toJsonValue(row) as Record<string, unknown>));
  return [csvHeader(columns), ...lines].join("").trimEnd();
}

/** The report for people. */
export function reportText(rows: readonly ReportRow[], { from, to, model }: ReRatePeriod): string {
  const sum = (name: "chargeMicroKyat" | "reRatedMicroKyat" | "creditMicroKyat") =>
    rows.reduce((total, row) => total + row[name], 0n);
  const line = (name: string, cells: readonly string[]) =>
    name.padEnd(40) + cells.map((cell) => cell.padStart(22)).join("");
  return [
    `${from} to ${to}${model === null ? "" : `, ${model}`}: ${rows[0]?.reRateId ?? "no calls"}`,
    line("account", ["charged, MMK", "re-rated, MMK", "credit, MMK"]),
    ...rows.map((row) =>
      line(row.accountId, [
        kyat(row.chargeMicroKyat),
        kyat(row.reRatedMicroKyat),
        kyat(row.creditMicroKyat) + (row.creditedMicroKyat === null ? "" : " (issued)") +
        (row.isPeriodOpen ? " (not over)" : ""),
      ])
    ),
    line("all", [
      kyat(sum("chargeMicroKyat")),
      kyat(sum("reRatedMicroKyat")),
      kyat(sum("creditMicroKyat")),
    ]),
  ].join("\n");
}

function kyat(microKyat: bigint): string {
  return formatDecimal(microKyat, 6, 6);
}
