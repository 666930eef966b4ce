/** What is wrong with the world right now; faults of the plan switch it on and off. @module */
import type { Process } from "./process.ts";

/** Moments around an effect of a process at which it can die. */
export type Phase = "issued" | "done" | "answered";

/** Effects at which a process can be made to die. */
export type EffectName = "append" | "store" | "publish" | "request" | "respond" | "deliver";

/** A death that waits for the `nth` effect of a kind from now. */
export interface Trap {
  readonly process: string;
  readonly effect: EffectName;
  readonly phase: Phase;
  countdown: number;
}

/** An append that will be held up on its way, the `nth` from now. */
export interface Stall {
  readonly process: string;
  readonly forMs: number;
  countdown: number;
}

/** See the module. Percentages are of 100. */
export interface Conditions {
  /** Names of processes that cannot reach the bus. */
  readonly busCut: Set<string>;
  /** Messages that the bus loses, doubles, or holds up for as long as `busSlowMs`. */
  busLossPercent: number;
  busDoublePercent: number;
  busSlowPercent: number;
  busSlowMs: number;
  /** Names of processes that cannot reach the database. */
  readonly storeCut: Set<string>;
  /** Answers of the database that get lost; half of the calls are done all the same. */
  storeLossPercent: number;
  storeSlowPercent: number;
  storeSlowMs: number;
  /** The database has no disk space left: it takes nothing in. */
  diskFull: boolean;
  readonly traps: Trap[];
  readonly stalls: Stall[];
  /** How often each kind of fault has struck. */
  readonly struck: Map<string, number>;
}

/** A world in which nothing is wrong. */
export function calm(): Conditions {
  return {
    busCut: new Set(),
    busLossPercent: 0,
    busDoublePercent: 0,
    busSlowPercent: 0,
    busSlowMs: 0,
    storeCut: new Set(),
    storeLossPercent: 0,
    storeSlowPercent: 0,
    storeSlowMs: 0,
    diskFull: false,
    traps: [],
    stalls: [],
    struck: new Map(),
  };
}

/** Puts everything right; what has struck stays counted. */
export function heal(conditions: Conditions): void {
  conditions.busCut.clear();
  conditions.storeCut.clear();
  conditions.traps.length = 0;
  conditions.stalls.length = 0;
  const { busCut, storeCut, traps, stalls, struck } = conditions;
  Object.assign(conditions, calm(), { busCut, storeCut, traps, stalls, struck });
}

/** Counts a fault. */
export function strike({ struck }: Conditions, kind: string): void {
  struck.set(kind, (struck.get(kind) ?? 0) + 1);
}

/**
 * Kills the process when a trap waits for this moment of this effect. Returns whether it died. The
 * countdown counts issued effects; a trap of a later phase strikes at the same effect.
 */
export function spring(
  conditions: Conditions,
  process: Process,
  effect: EffectName,
  phase: Phase,
): boolean {
  for (const trap of conditions.traps) {
    if (trap.process !== process.name || trap.effect !== effect) continue;
    if (phase === "issued") trap.countdown -= 1;
    if (trap.countdown > 0 || trap.phase !== phase || process.state === "dead") continue;
    conditions.traps.splice(conditions.traps.indexOf(trap), 1);
    strike(conditions, `killed at ${effect}, ${phase}`);
    process.kill();
    return true;
  }
  return false;
}

/** For how long the append that a process is about to send is held up, in milliseconds. */
export function stallMs(conditions: Conditions, process: Process): number {
  for (const stall of conditions.stalls) {
    if (stall.process !== process.name) continue;
    stall.countdown -= 1;
    if (stall.countdown > 0) continue;
    conditions.stalls.splice(conditions.stalls.indexOf(stall), 1);
    strike(conditions, "append held up");
    return stall.forMs;
  }
  return 0;
}
