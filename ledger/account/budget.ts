/**
 * Budgets: what an account or a key may spend in a day, a month or altogether. Spent is what was
 * charged in the period plus what is held now. Days and months are those of Asia/Yangon, which is
 * UTC+06:30 all year.
 *
 * @module
 */
import { BUDGET_PERIODS } from "../../shared/events/mod.ts";

/** How often a budget starts again. */
export type BudgetPeriod = (typeof BUDGET_PERIODS)[number];

const YANGON_OFFSET_MS = 23_400_000;
const DAY_MS = 86_400_000;

/** What an account or a key has spent, and its limits; amounts in microkyat. */
export interface Spending {
  /** The day, counted from the epoch in Yangon, that `chargedMicroKyat.day` belongs to. */
  dayIndex: number;
  /** The month, counted from year 0, that `chargedMicroKyat.month` belongs to. */
  monthIndex: number;
  /** Charged in that day, in that month, and ever. */
  readonly chargedMicroKyat: Record<BudgetPeriod, bigint>;
  /** Σ open holds. */
  heldMicroKyat: bigint;
  /** Null: no limit. */
  readonly limitMicroKyat: Record<BudgetPeriod, bigint | null>;
}

/** Nothing spent, nothing limited. */
export function newSpending(): Spending {
  return {
    dayIndex: -1,
    monthIndex: -1,
    chargedMicroKyat: { day: 0n, month: 0n, total: 0n },
    heldMicroKyat: 0n,
    limitMicroKyat: { day: null, month: null, total: null },
  };
}

/** Counts a charge made at `atMs`, which is never earlier than that of the charge before. */
export function addCharge(spending: Spending, amountMicroKyat: bigint, atMs: number): void {
  const dayIndex = dayOf(atMs);
  if (dayIndex !== spending.dayIndex) {
    const monthIndex = monthOf(atMs);
    if (monthIndex !== spending.monthIndex) spending.chargedMicroKyat.month = 0n;
    spending.chargedMicroKyat.day = 0n;
    spending.dayIndex = dayIndex;
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
  switch (period) {
    case "day":
      return spending.dayIndex === dayOf(nowMs);
    case "month":
      return spending.dayIndex === dayOf(nowMs) || spending.monthIndex === monthOf(nowMs);
    case "total":
      return true;
    default:
      throw period satisfies never;
  }
}

function dayOf(atMs: number): number {
  return Math.floor((atMs + YANGON_OFFSET_MS) / DAY_MS);
}

function monthOf(atMs: number): number {
  const inYangon = new Date(atMs + YANGON_OFFSET_MS);
  return inYangon.getUTCFullYear() * 12 + inYangon.getUTCMonth();
}
