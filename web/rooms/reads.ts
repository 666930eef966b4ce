/** Reads from the projections. @module */
import { z } from "zod";
import {
  type AccountRow,
  accountRowSchema,
  type BudgetRow,
  budgetRowSchema,
  dailyUsageRowSchema,
  type KeyRow,
  keyRowSchema,
  type PriceRow,
  priceRowSchema,
  type ProjectionStatus,
  projectionStatusSchema,
  type RatesRow,
  ratesRowSchema,
  type RequestRow,
  requestRowSchema,
  type TrialBalanceRow,
  trialBalanceRowSchema,
} from "../../shared/read_api/mod.ts";
import type { Page, Reader } from "./reader.ts";

/** Which requests to list; null or absent for all. */
export interface RequestFilter {
  readonly account?: string | null;
  readonly key?: string | null;
  readonly model?: string | null;
  readonly state?: string | null;
}

/** Which prices to list; null or absent for all. */
export interface PriceFilter {
  readonly model?: string | null;
  /** Who serves the model, or made it. */
  readonly provider?: string | null;
  readonly kind?: string | null;
  /** A part of a name. */
  readonly text?: string | null;
}

const dayTotalSchema = dailyUsageRowSchema.pick({
  day: true,
  requests: true,
  usage: true,
  chargedMicroKyat: true,
});

/** A day's usage of an account. */
export type DayTotal = z.output<typeof dayTotalSchema>;

const MAX_TRIAL_BALANCE_ROWS = 4_000;
const MAX_KEYS_OF_ACCOUNT = 1_000;
const MAX_KEYS = 2_000;

/** The read API on behalf of one person. `at` waits for that log position before it answers. */
export interface Reads {
  accounts(cursor: string | null, at?: string | null): Promise<Page<AccountRow>>;
  /** Null when there is no such account, or it is not for this person. */
  account(accountId: string, at?: string | null): Promise<AccountRow | null>;
  keys(accountId: string, at?: string | null, cursor?: string | null): Promise<Page<KeyRow>>;
  /** Every key of an account, at most 1,000. */
  everyKey(accountId: string): Promise<readonly KeyRow[]>;
  /** The keys of all accounts that name this router, of the first 2,000 keys that there are. */
  keysOfRouter(routerId: string): Promise<readonly KeyRow[]>;
  budgets(accountId: string, at?: string | null): Promise<Page<BudgetRow>>;
  requests(filter: RequestFilter, cursor: string | null): Promise<Page<RequestRow>>;
  /** Null when there is no such request, or it is not for this person. */
  request(requestId: string): Promise<RequestRow | null>;
  /** Totals by day, `from` and `to` inclusive as YYYY-MM-DD of Asia/Yangon. */
  usageByDay(accountId: string, from: string, to: string): Promise<readonly DayTotal[]>;
  prices(
    filter: PriceFilter,
    cursor: string | null,
    at?: string | null,
  ): Promise<Page<PriceRow>>;
  /** The newest price of a model; null when it never had one. */
  price(model: string): Promise<PriceRow | null>;
  rates(at?: string | null): Promise<RatesRow>;
  /** All rows of one trial balance, at most 4,000, and the cursor of what is left out. */
  trialBalance(): Promise<Page<TrialBalanceRow>>;
  projections(): Promise<Page<ProjectionStatus>>;
}

/** Builds the reads. Each throws RoomError when the projections can't answer. */
export function createReads({ list, one }: Reader): Reads {
  /** Page by page until `most` rows are there. */
  async function allOf<T extends z.ZodType>(row: T, path: string, most: number) {
    const rows: z.output<T>[] = [];
    for (let cursor: string | null = null, more = true; more;) {
      const page: Page<z.output<T>> = await list(row, path, { limit: "200", cursor });
      rows.push(...page.items);
      cursor = page.nextCursor;
      more = cursor !== null && rows.length < most;
    }
    return rows;
  }
  const trialBalancePage = (cursor: string | null) =>
    list(trialBalanceRowSchema, "/v1/trial-balance", { limit: "200", cursor });
  const of = (accountId: string) => `/v1/accounts/${encodeURIComponent(accountId)}`;

  return {
    accounts: (cursor, at) => list(accountRowSchema, "/v1/accounts", { cursor, min_position: at }),
    account: (accountId, at) => one(accountRowSchema, of(accountId), { min_position: at }),
    keys: (accountId, at, cursor) =>
      list(keyRowSchema, `${of(accountId)}/keys`, { min_position: at, cursor }),
    everyKey: (accountId) => allOf(keyRowSchema, `${of(accountId)}/keys`, MAX_KEYS_OF_ACCOUNT),
    keysOfRouter: async (routerId) =>
      (await allOf(keyRowSchema, "/v1/keys", MAX_KEYS)).filter((key) => key.routerId === routerId),
    budgets: (accountId, at) =>
      list(budgetRowSchema, `${of(accountId)}/budgets`, { min_position: at }),
    requests: (filter, cursor) => list(requestRowSchema, "/v1/requests", { ...filter, cursor }),
    request: (requestId) => one(requestRowSchema, `/v1/requests/${encodeURIComponent(requestId)}`),
    usageByDay: async (account, from, to) =>
      (await list(dayTotalSchema, "/v1/usage/daily", { account, from, to, group_by: "day" })).items,
    prices: (filter, cursor, at) =>
      list(priceRowSchema, "/v1/prices", { ...filter, cursor, min_position: at }),
    price: async (model) =>
      (await list(priceRowSchema, "/v1/prices", { model, limit: "1" })).items[0] ?? null,
    rates: async (at) =>
      await one(ratesRowSchema, "/v1/rates", { min_position: at }) ??
        { markup: null, fx: null, ownKeyFee: null },
    async trialBalance() {
      let page = await trialBalancePage(null);
      const items = [...page.items];
      while (page.nextCursor !== null && items.length < MAX_TRIAL_BALANCE_ROWS) {
        page = await trialBalancePage(page.nextCursor);
        items.push(...page.items);
      }
      return { ...page, items };
    },
    projections: () => list(projectionStatusSchema, "/v1/projections", { limit: null }),
  };
}
