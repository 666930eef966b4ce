/**
 * A circuit breaker as a plain value: closed, open for a cool-down that grows, then half-open, when
 * one probe at a time may try.
 *
 * @module
 */

/** What a breaker lets through: everything, one probe at a time, or nothing. */
export type Phase = "closed" | "half_open" | "open";

/** A breaker; never changed in place. */
export interface Breaker {
  readonly open: boolean;
  /** Failures in a row while closed. */
  readonly failures: number;
  /** How often in a row it opened without staying closed for {@link FORGIVEN_AFTER_MS}. */
  readonly trips: number;
  /** The end of the cool-down; epoch milliseconds, 0 while closed. */
  readonly openUntilMs: number;
  /** Until when a probe has the way for itself; epoch milliseconds, 0 without a probe. */
  readonly probeUntilMs: number;
  /** Grows with every opening and closing: what began before one says nothing about after. */
  readonly generation: number;
  /** When it last opened, closed or failed; epoch milliseconds. */
  readonly changedAtMs: number;
}

/** The right to try once. */
export interface Pass {
  readonly generation: number;
  readonly probe: boolean;
}

/** A failure that counts against a breaker. */
export interface Strike {
  /** The first cool-down, in milliseconds; it doubles each time, up to ten minutes or itself. */
  readonly coolDownMs: number;
  /** When the other side said to come back, in milliseconds from now; null when it did not say. */
  readonly retryAfterMs: number | null;
  /** Failures in a row that open it; 1 opens it at once. */
  readonly opensAfter: number;
}

/** A breaker before anything happened. */
export const CLOSED: Breaker = {
  open: false,
  failures: 0,
  trips: 0,
  openUntilMs: 0,
  probeUntilMs: 0,
  generation: 0,
  changedAtMs: 0,
};

const LONGEST_GROWN_MS = 600_000;
const LONGEST_RETRY_AFTER_MS = 3_600_000;
const FORGIVEN_AFTER_MS = 600_000;
/** A failure that long ago is no longer in a row with the next one. */
const IN_A_ROW_MS = 60_000;
/** Two openings are at least a cool-down apart; what is closer is one, told twice. */
const SAME_WITHIN_MS = 1_000;
/** A probe whose outcome is not known by then has lost its way. */
const PROBE_MS = 60_000;

/** The phase at a time. */
export function phaseOf(breaker: Breaker, nowMs: number): Phase {
  if (!breaker.open) return "closed";
  return nowMs < breaker.openUntilMs ? "open" : "half_open";
}

/** Asks to try; the pass is null when the breaker is open, or another probe is under way. */
export function enter(
  breaker: Breaker,
  nowMs: number,
): { readonly breaker: Breaker; readonly pass: Pass | null } {
  switch (phaseOf(breaker, nowMs)) {
    case "closed":
      return { breaker, pass: { generation: breaker.generation, probe: false } };
    case "open":
      return { breaker, pass: null };
    case "half_open": {
      if (nowMs < breaker.probeUntilMs) return { breaker, pass: null };
      // A generation of its own: a lost probe that comes back later decides nothing.
      const generation = breaker.generation + 1;
      const probing = { ...breaker, generation, probeUntilMs: nowMs + PROBE_MS };
      return { breaker: probing, pass: { generation, probe: true } };
    }
  }
}

/** After a success: closed, when the pass is of this generation. */
export function succeeded(breaker: Breaker, pass: Pass, nowMs: number): Breaker {
  if (pass.generation !== breaker.generation) return breaker;
  if (!breaker.open) return breaker.failures === 0 ? breaker : { ...breaker, failures: 0 };
  return {
    ...breaker,
    open: false,
    failures: 0,
    openUntilMs: 0,
    probeUntilMs: 0,
    generation: breaker.generation + 1,
    changedAtMs: nowMs,
  };
}

/** After a failure: one more in a row, or open; a probe that fails opens it again. */
export function failed(breaker: Breaker, pass: Pass, strike: Strike, nowMs: number): Breaker {
  if (pass.generation !== breaker.generation) return breaker;
  const inARow = nowMs - breaker.changedAtMs <= IN_A_ROW_MS ? breaker.failures : 0;
  const failures = inARow + 1;
  if (!pass.probe && failures < strike.opensAfter) {
    return { ...breaker, failures, changedAtMs: nowMs };
  }
  const forgiven = !breaker.open && nowMs - breaker.changedAtMs > FORGIVEN_AFTER_MS;
  const trips = forgiven ? 0 : breaker.trips;
  const longest = Math.max(LONGEST_GROWN_MS, strike.coolDownMs);
  const grown = Math.min(strike.coolDownMs * 2 ** Math.min(trips, 20), longest);
  const asked = Math.min(strike.retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS);
  return {
    open: true,
    failures: 0,
    trips: trips + 1,
    openUntilMs: nowMs + Math.max(grown, asked),
    probeUntilMs: 0,
    generation: breaker.generation + 1,
    changedAtMs: nowMs,
  };
}

/** After an attempt that told nothing: its probe, if it was one, leaves the way to the next. */
export function abandoned(breaker: Breaker, pass: Pass): Breaker {
  if (!pass.probe || pass.generation !== breaker.generation) return breaker;
  return { ...breaker, probeUntilMs: 0 };
}

/** What another edge knows of a breaker, as times from now, so that no two clocks must agree. */
export interface ReportedBreaker {
  readonly open: boolean;
  readonly trips: number;
  /** The rest of the cool-down in milliseconds; 0 when it is over, or closed. */
  readonly openForMs: number;
  /** How long ago it opened or closed, in milliseconds. */
  readonly ageMs: number;
}

/** The report of a breaker. */
export function reportOf(breaker: Breaker, nowMs: number): ReportedBreaker {
  return {
    open: breaker.open,
    trips: breaker.trips,
    openForMs: Math.max(0, breaker.openUntilMs - nowMs),
    ageMs: Math.max(0, nowMs - breaker.changedAtMs),
  };
}

/** Takes over what another edge reported when it is newer; at the same time, open wins. */
export function merged(breaker: Breaker, report: ReportedBreaker, nowMs: number): Breaker {
  const changedAtMs = nowMs - report.ageMs;
  const newerByMs = changedAtMs - breaker.changedAtMs;
  if (report.open === breaker.open) {
    // A report that is repeated comes with the delay of its way: it must not end a probe.
    if (!report.open || newerByMs <= SAME_WITHIN_MS) return breaker;
  } else if (newerByMs < 0 || (newerByMs === 0 && breaker.open)) return breaker;
  return {
    open: report.open,
    failures: 0,
    trips: report.trips,
    openUntilMs: report.open ? nowMs + report.openForMs : 0,
    probeUntilMs: 0,
    generation: breaker.generation + 1,
    changedAtMs,
  };
}
