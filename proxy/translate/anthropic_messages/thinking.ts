/** How Anthropic's models are told to think. @module */
import type { JsonObject } from "../../../shared/json.ts";
import type { Reasoning } from "../conversation.ts";
import { budgetOf, effortOf, LEAST_BUDGET } from "../reasoning.ts";

const GENERATION = /claude-[a-z]+-(\d{1,2})(?:[-.](\d{1,2}))?(?!\d)/;
const FIRST_WITH_EFFORT = 406;

/** The members that say it. */
export interface ThinkingMembers {
  readonly thinking?: JsonObject;
  readonly effort?: string;
}

/**
 * The members for a model; null when the output limit leaves no room for the least budget. From
 * generation 4.6 on, models decide by themselves how much they think, and are given an effort; the
 * ones before take a budget, which must be less than the output limit.
 */
export function thinkingFor(
  reasoning: Reasoning | null,
  upstreamModel: string,
  outputLimit: number,
): ThinkingMembers | null {
  if (reasoning === null) return {};
  if (reasoning.kind === "off") return { thinking: { type: "disabled" } };
  if (takesEffort(upstreamModel)) {
    const thinking = { type: "adaptive", display: "summarized" };
    if (reasoning.kind === "auto") return { thinking };
    const effort = reasoning.kind === "budget"
      ? effortOf(reasoning.tokens, outputLimit)
      : reasoning.effort;
    return { thinking, effort: effort === "minimal" ? "low" : effort };
  }
  if (outputLimit <= LEAST_BUDGET) return null;
  const budget = reasoning.kind === "budget"
    ? Math.max(LEAST_BUDGET, reasoning.tokens)
    : budgetOf(reasoning.kind === "auto" ? "medium" : reasoning.effort, outputLimit);
  return { thinking: { type: "enabled", budget_tokens: Math.min(budget, outputLimit - 1) } };
}

function takesEffort(model: string): boolean {
  const found = GENERATION.exec(model);
  if (found === null) return false;
  return Number(found[1]) * 100 + Number(found[2] ?? 0) >= FIRST_WITH_EFFORT;
}
