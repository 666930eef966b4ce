/**
 * Budgets: what an account, a team, a user or a key may spend in a day, a week, a month or altogether.
 * Spent is what was charged in the period plus what is held now. Periods are those of Asia/Yangon.
 *
 * @module
 */
import { BUDGET_PERIODS } from "../../shared/events/mod.ts";
import { dayOf, monthOfDay, weekOfDay } from "../calendar.ts";

/** How often a budget starts again. */
export type BudgetPeriod = (typeof BUDGET_PERIODS)[number];

/** Who spends. */
export interface Spender {
  readonly kind: "account" | "key" | "team" | "user";
  readonly id: string;
}

/** What somebody has spent, and the limits of it; amounts in microkyat. */
export interface Spending {
  readonly spender: Spender;
  /** The day, counted from the epoch in Yangon, that `chargedMicroKyat.day` belongs to. */
  dayIndex: number;
  /** The week, counted from the epoch, that `chargedMicroKyat.week` belongs to. */
  weekIndex: number;
  /** The month, counted from year 0, that `chargedMicroKyat.month` belongs to. */
  monthIndex: number;
  /** Charged in that day, in that week, in that month, and ever. */
  readonly chargedMicroKyat: Record<BudgetPeriod, bigint>;
  /** Σ open holds. */
  heldMicroKyat: bigint;
  /** Null: no limit. */
  readonly limitMicroKyat: Record<BudgetPeriod, bigint | null>;
}

/** Nothing spent, nothing limited. */
export function newSpending(spender: Spender): Spending {
  return {
    spender,
    dayIndex: -1,
    weekIndex: -1,
    monthIndex: -1,
    chargedMicroKyat: { day: 0n, week: 0n, month: 0n, total: 0n },
    heldMicroKyat: 0n,
    limitMicroKyat: { day: null, week: null, month: null, total: null },
  };
}

/** Counts a charge made at `atMs`, which is never earlier than that of the charge before. */
export function addCharge(spending: Spending, amountMicroKyat: bigint, atMs: number): void {
  const dayIndex = dayOf(atMs);
  if (dayIndex !== spending.dayIndex) {
    const weekIndex = weekOfDay(dayIndex);
    const monthIndex = monthOfDay(dayIndex);
    if (weekIndex !== spending.weekIndex) spending.chargedMicroKyat.week = 0n;
    if (monthIndex !== spending.monthIndex) spending.chargedMicroKyat.month = 0n;
    spending.chargedMicroKyat.day = 0n;
    spending.dayIndex = dayIndex;
    spending.weekIndex = weekIndex;
    spending.monthIndex = monthIndex;
  }
  for (const period of BUDGET_PERIODS) spending.chargedMicroKyat[period] += amountMicroKyat;
}

/** What counts against the limit of `period` at `nowMs`: charged in the period, and held now. */
export function spentMicroKyat(spending: Spending, period: BudgetPeriod, nowMs: number): bigint {
  return spending.heldMicroKyat +
    (isCurrent(spending, period, nowMs) ? spending.chargedMicroKyat[period] : 0n);
}

/** The limit that leaves least room. */
export interface TightestBudget {
  readonly period: BudgetPeriod;
  readonly limitMicroKyat: bigint;
  readonly spentMicroKyat: bigint;
  /** limit − spent; below zero when overage or a lowered limit has passed it. */
  readonly roomMicroKyat: bigint;
}

/** The budget that leaves least room at `nowMs`, or null when nothing is limited. */
export function tightestBudget(spending: Spending, nowMs: number): TightestBudget | null {
  let tightest: TightestBudget | null = null;
  for (const period of BUDGET_PERIODS) {
    const limit = spending.limitMicroKyat[period];
    if (limit === null) continue;
    const spent = spentMicroKyat(spending, period, nowMs);
    const room = limit - spent;
    if (tightest !== null && room >= tightest.roomMicroKyat) continue;
    tightest = { period, limitMicroKyat: limit, spentMicroKyat: spent, roomMicroKyat: room };
  }
  return tightest;
}

function isCurrent(spending: Spending, period: BudgetPeriod, nowMs: number): boolean {
  if (period === "total") return true;
  const dayIndex = dayOf(nowMs);
  if (spending.dayIndex === dayIndex) return true;
  switch (period) {
    case "day":
      return false;
    case "week":
      return spending.weekIndex === weekOfDay(dayIndex);
    case "month":
      return spending.monthIndex === monthOfDay(dayIndex);
    default:
      throw period satisfies never;
  }
}
