/**
 * What counts against limits: calls and tokens of the last minute by the second, the calls of the
 * day and the tokens of the month. A call counts at the time at which its hold was placed, whenever
 * it ends.
 *
 * @module
 */
import { dayOf, monthOfDay } from "../calendar.ts";

/** The length of the sliding window, in seconds. */
export const WINDOW_SECONDS = 60;

/** What began within one second of the ledger's clock. */
export interface SecondCount {
  /** Counted from the epoch. */
  readonly second: number;
  requests: number;
  tokens: number;
}

/** See the module; changed by the functions of this file only. */
export interface LimitCounters {
  /** The seconds of the last minute in which a call began, oldest first: at most 60. */
  readonly seconds: SecondCount[];
  /** Σ of those seconds. */
  requestsInSeconds: number;
  tokensInSeconds: number;
  /** The day in Yangon that `requestsInDay` belongs to. */
  dayIndex: number;
  requestsInDay: number;
  /** The month in Yangon that `tokensInMonth` belongs to. */
  monthIndex: number;
  tokensInMonth: number;
}

/** Nothing counted. */
export function newCounters(): LimitCounters {
  return {
    seconds: [],
    requestsInSeconds: 0,
    tokensInSeconds: 0,
    dayIndex: -1,
    requestsInDay: 0,
    monthIndex: -1,
    tokensInMonth: 0,
  };
}

/** A call that counts, as long as its tokens may still be corrected. */
export interface CountedCall {
  /** When its hold was placed. */
  readonly atMs: number;
  /** As how many tokens it counts now. */
  tokens: number;
  readonly by: readonly LimitCounters[];
}

/** Counts a call that begins at `atMs`, which is never earlier than that of the call before. */
export function countCall(
  by: readonly LimitCounters[],
  call: { readonly atMs: number; readonly tokens: number },
): CountedCall {
  const { atMs, tokens } = call;
  for (const counters of by) {
    const now = secondOf(atMs);
    const last = counters.seconds.at(-1);
    if (last?.second === now) {
      last.requests++;
      last.tokens += tokens;
    } else {
      forgetSeconds(counters, now);
      counters.seconds.push({ second: now, requests: 1, tokens });
    }
    counters.requestsInSeconds++;
    counters.tokensInSeconds += tokens;
    turnTo(counters, dayOf(atMs));
    counters.requestsInDay++;
    counters.tokensInMonth += tokens;
  }
  return { atMs, tokens, by };
}

/** Corrects the tokens of a call, in whichever of its windows is still being counted. */
export function correctTokens(call: CountedCall, tokens: number): void {
  const added = tokens - call.tokens;
  call.tokens = tokens;
  if (added === 0) return;
  const second = secondOf(call.atMs);
  const monthIndex = monthOfDay(dayOf(call.atMs));
  for (const counters of call.by) {
    const count = counters.seconds.findLast((one) => one.second === second);
    if (count !== undefined) {
      count.tokens += added;
      counters.tokensInSeconds += added;
    }
    if (counters.monthIndex === monthIndex) counters.tokensInMonth += added;
  }
}

/**
 * Gives back the tokens of a call and its place in the day. It stays counted in its minute: that
 * limit is about how fast calls come, whatever becomes of them.
 */
export function giveBack(call: CountedCall): void {
  correctTokens(call, 0);
  const dayIndex = dayOf(call.atMs);
  for (const counters of call.by) {
    if (counters.dayIndex === dayIndex) counters.requestsInDay--;
  }
}

/** What counts at some time. */
export interface Counted {
  readonly requestsInMinute: number;
  readonly tokensInMinute: number;
  readonly requestsInDay: number;
  readonly tokensInMonth: number;
}

/** What counts at `nowMs`, which is not before the last call; changes nothing. */
export function countedAt(counters: LimitCounters, nowMs: number): Counted {
  const now = secondOf(nowMs);
  let { requestsInSeconds: requestsInMinute, tokensInSeconds: tokensInMinute } = counters;
  for (const { second, requests, tokens } of counters.seconds) {
    if (isWithin(second, now)) break;
    requestsInMinute -= requests;
    tokensInMinute -= tokens;
  }
  const dayIndex = dayOf(nowMs);
  const isDay = counters.dayIndex === dayIndex;
  const isMonth = isDay || counters.monthIndex === monthOfDay(dayIndex);
  return {
    requestsInMinute,
    tokensInMinute,
    requestsInDay: isDay ? counters.requestsInDay : 0,
    tokensInMonth: isMonth ? counters.tokensInMonth : 0,
  };
}

/** The seconds that make up the minute at `nowMs`, oldest first. */
export function secondsAt({ seconds }: LimitCounters, nowMs: number): readonly SecondCount[] {
  const now = secondOf(nowMs);
  return seconds.filter(({ second }) => isWithin(second, now));
}

/** When a second no longer counts, in epoch milliseconds. */
export function endOfSecondMs(second: number): number {
  return (second + WINDOW_SECONDS) * 1_000;
}

/** The second of an epoch millisecond. */
export function secondOf(atMs: number): number {
  return Math.floor(atMs / 1_000);
}

function isWithin(second: number, now: number): boolean {
  return second > now - WINDOW_SECONDS;
}

function forgetSeconds(counters: LimitCounters, now: number): void {
  let old = 0;
  for (const { second, requests, tokens } of counters.seconds) {
    if (isWithin(second, now)) break;
    counters.requestsInSeconds -= requests;
    counters.tokensInSeconds -= tokens;
    old++;
  }
  counters.seconds.splice(0, old);
}

function turnTo(counters: LimitCounters, dayIndex: number): void {
  if (counters.dayIndex === dayIndex) return;
  const monthIndex = monthOfDay(dayIndex);
  if (counters.monthIndex !== monthIndex) counters.tokensInMonth = 0;
  counters.requestsInDay = 0;
  counters.dayIndex = dayIndex;
  counters.monthIndex = monthIndex;
}
