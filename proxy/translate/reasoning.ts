/** Efforts, and the thinking budgets that they stand for. @module */
import type { Effort } from "./conversation.ts";

/** The part of the output limit that an effort may think, as one of a hundred. */
const PERCENT: Readonly<Record<Effort, number>> = {
  minimal: 10,
  low: 20,
  medium: 50,
  high: 80,
  xhigh: 90,
  max: 95,
};

/** The least budget that Anthropic takes, in tokens. */
export const LEAST_BUDGET = 1_024;

/** The budget of an effort in tokens, at least {@link LEAST_BUDGET}. */
export function budgetOf(effort: Effort, outputLimit: number): number {
  return Math.max(LEAST_BUDGET, Math.floor(outputLimit * PERCENT[effort] / 100));
}

/** The effort that every API knows and that is nearest to a budget. */
export function effortOf(tokens: number, outputLimit: number): "low" | "medium" | "high" {
  const percent = 100 * tokens / Math.max(1, outputLimit);
  return percent < 35 ? "low" : percent < 65 ? "medium" : "high";
}
