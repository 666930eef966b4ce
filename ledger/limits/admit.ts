/** Whether limits let a call begin, and with how much output. @module */
import { LIMIT_NAMES, type LimitName, type RateLimit } from "../../shared/limits/mod.ts";
import { dayOf, dayStartMs, monthOfDay, monthStartMs } from "../calendar.ts";
import { type Counted, countedAt, endOfSecondMs, secondOf, secondsAt } from "./counters.ts";
import type { LimitedOwner } from "./limiter.ts";

/** One limit of an owner's plan, and how much of it is used. */
export interface LimitUse {
  readonly name: LimitName;
  readonly limit: number;
  readonly used: number;
  /** At least 0. */
  readonly remaining: number;
  /** When all of it is there again, should nothing else come; null: nobody knows. */
  readonly resetAtMs: number | null;
}

/** The limits of an owner's plan at `nowMs`; none without a plan. */
export function limitsInUse(owner: LimitedOwner, nowMs: number): LimitUse[] {
  const standings: Standing[] = [];
  addStandings(standings, owner, nowMs);
  return standings.map(({ name, limit, used }) => ({
    name,
    limit,
    used,
    remaining: Math.max(0, limit - used),
    resetAtMs: resetAtMs(name, nowMs),
  }));
}

/** A call that wants to begin. */
export interface CallBounds {
  /** Upper bound of its input tokens. */
  readonly inputTokens: number;
  /** The output that everything else carries. */
  readonly outputTokens: number;
  /** Below this the call is not worth making; at most `outputTokens`. */
  readonly leastOutputTokens: number;
}

/** Why a call may not begin now. */
export interface LimitRefusal {
  readonly status: "refused";
  readonly owner: LimitedOwner;
  readonly name: LimitName;
  readonly limit: number;
  /** What is left of it, at least 0, and what the call needs at least. */
  readonly remaining: number;
  readonly needed: number;
  /**
   * When the call would fit, should nothing else come; epoch milliseconds. Null when nobody knows
   * (`concurrentRequests`), or when it never fits, because `needed` is above `limit`.
   */
  readonly resetAtMs: number | null;
}

/** A call that may begin. */
export interface LimitAdmission {
  readonly status: "admitted";
  /** `outputTokens`, lowered to what limits on tokens carry. */
  readonly outputTokens: number;
  /** Each limit that applies, as it stands once the call has begun; the tightest of its name. */
  readonly rateLimits: readonly RateLimit[];
}

interface Standing {
  readonly owner: LimitedOwner;
  readonly name: LimitName;
  readonly limit: number;
  readonly used: number;
}

/**
 * Decides by all limits of all owners together; null when nothing is limited. Of several limits that
 * stand in the way the one that does so longest is named, and of equals the first.
 */
export function admitByLimits(
  owners: readonly LimitedOwner[],
  call: CallBounds,
  nowMs: number,
): LimitAdmission | LimitRefusal | null {
  const standings: Standing[] = [];
  for (const owner of owners) addStandings(standings, owner, nowMs);
  if (standings.length === 0) return null;
  let longest: LimitRefusal | null = null;
  let outputTokens = call.outputTokens;
  for (const standing of standings) {
    const refusal = refusalOf(standing, call, nowMs);
    if (refusal !== null) longest = longest === null ? refusal : longer(longest, refusal);
    if (!isOfTokens(standing.name)) continue;
    const left = Math.max(0, standing.limit - standing.used - call.inputTokens);
    outputTokens = Math.min(outputTokens, left);
  }
  if (longest !== null) return longest;
  const tokens = call.inputTokens + outputTokens;
  return { status: "admitted", outputTokens, rateLimits: rateLimitsOf(standings, tokens, nowMs) };
}

function addStandings(standings: Standing[], owner: LimitedOwner, nowMs: number): void {
  if (owner.limiter === null || owner.limiter.plan === null) return;
  const { plan: { limits }, counters } = owner.limiter;
  const counted = countedAt(counters, nowMs);
  for (const name of LIMIT_NAMES) {
    const limit = limits[name];
    if (limit !== null) standings.push({ owner, name, limit, used: usedOf(name, owner, counted) });
  }
}

function usedOf(name: LimitName, owner: LimitedOwner, counted: Counted): number {
  switch (name) {
    case "requestsPerMinute":
      return counted.requestsInMinute;
    case "tokensPerMinute":
      return counted.tokensInMinute;
    case "requestsPerDay":
      return counted.requestsInDay;
    case "tokensPerMonth":
      return counted.tokensInMonth;
    case "concurrentRequests":
      return owner.openHolds;
    default:
      throw name satisfies never;
  }
}

function isOfTokens(name: LimitName): boolean {
  return name === "tokensPerMinute" || name === "tokensPerMonth";
}

function refusalOf(standing: Standing, call: CallBounds, nowMs: number): LimitRefusal | null {
  const { owner, name, limit, used } = standing;
  const needed = isOfTokens(name) ? call.inputTokens + call.leastOutputTokens : 1;
  // What needs none fits even where more than there is was used.
  if (needed === 0 || used + needed <= limit) return null;
  const remaining = Math.max(0, limit - used);
  const resetAtMs = needed > limit ? null : fitsAtMs(standing, needed, nowMs);
  return { status: "refused", owner, name, limit, remaining, needed, resetAtMs };
}

/** When `needed` fits within a limit that is too tight for it now. */
function fitsAtMs({ owner, name, limit, used }: Standing, needed: number, nowMs: number) {
  switch (name) {
    case "requestsPerMinute":
    case "tokensPerMinute": {
      let left = used;
      for (const { second, requests, tokens } of secondsAt(owner.limiter!.counters, nowMs)) {
        left -= name === "requestsPerMinute" ? requests : tokens;
        if (left + needed <= limit) return endOfSecondMs(second);
      }
      return endOfSecondMs(secondOf(nowMs));
    }
    default:
      return resetAtMs(name, nowMs);
  }
}

/** When a limit is whole again for who uses some of it now. */
function resetAtMs(name: LimitName, nowMs: number): number | null {
  switch (name) {
    case "requestsPerMinute":
    case "tokensPerMinute":
      return endOfSecondMs(secondOf(nowMs));
    case "requestsPerDay":
      return dayStartMs(dayOf(nowMs) + 1);
    case "tokensPerMonth":
      return monthStartMs(monthOfDay(dayOf(nowMs)) + 1);
    case "concurrentRequests":
      return null;
    default:
      throw name satisfies never;
  }
}

function longer(one: LimitRefusal, other: LimitRefusal): LimitRefusal {
  return lastsUntilMs(other) > lastsUntilMs(one) ? other : one;
}

function lastsUntilMs({ limit, needed, resetAtMs }: LimitRefusal): number {
  return needed > limit ? Infinity : resetAtMs ?? 0;
}

function rateLimitsOf(standings: readonly Standing[], tokens: number, nowMs: number): RateLimit[] {
  const tightest = new Map<LimitName, RateLimit>();
  for (const { name, limit, used } of standings) {
    const remaining = Math.max(0, limit - used - (isOfTokens(name) ? tokens : 1));
    const known = tightest.get(name);
    if (known !== undefined && known.remaining <= remaining) continue;
    tightest.set(name, { name, limit, remaining, resetAtMs: resetAtMs(name, nowMs) });
  }
  return LIMIT_NAMES.flatMap((name) => tightest.get(name) ?? []);
}
