/** When a router's rule applies. @module */
import type { RouterCondition, RouterRule } from "../../shared/routing/mod.ts";
import type { CallNeeds } from "./parts.ts";

const HOUR_MS = 3_600_000;
/** Myanmar is 6 hours and 30 minutes ahead of UTC, all year. */
const YANGON_AHEAD_MS = 6.5 * HOUR_MS;

/** The hour of the day in Asia/Yangon, 0 to 23. */
export function yangonHour(nowMs: number): number {
  return Math.floor((nowMs + YANGON_AHEAD_MS) / HOUR_MS) % 24;
}

/** What a condition is checked against. */
export interface ConditionFacts {
  /** The model as the client named it. */
  readonly name: string;
  readonly needs: CallNeeds;
  readonly nowMs: number;
}

/** The first rule that applies, or null. */
export function ruleFor(rules: readonly RouterRule[], facts: ConditionFacts): RouterRule | null {
  return rules.find(({ when }) => when === undefined || holds(when, facts)) ?? null;
}

/** Whether every member of a condition that is there holds. */
export function holds(when: RouterCondition, { name, needs, nowMs }: ConditionFacts): boolean {
  const { models, modalities, inputTokensAbove, inputTokensAtMost, tags, keyIds, hours } = when;
  if (models !== undefined && !models.some((pattern) => matches(pattern, name))) return false;
  if (modalities !== undefined && !modalities.some((one) => needs.inputModalities.includes(one))) {
    return false;
  }
  if (inputTokensAbove !== undefined && needs.inputTokens <= inputTokensAbove) return false;
  if (inputTokensAtMost !== undefined && needs.inputTokens > inputTokensAtMost) return false;
  if (tags !== undefined && !tags.every((tag) => needs.tags.includes(tag))) return false;
  if (keyIds !== undefined && !keyIds.includes(needs.keyId)) return false;
  return hours === undefined || isWithin(hours, yangonHour(nowMs));
}

function matches(pattern: string, name: string): boolean {
  if (pattern === "*") return true;
  return pattern.endsWith("/*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

function isWithin({ from, to }: { from: number; to: number }, hour: number): boolean {
  return from < to ? hour >= from && hour < to : hour >= from || hour < to;
}
