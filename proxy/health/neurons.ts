/**
 * Workers AI's free allowance: 10,000 neurons a day, counted anew at 00:00 UTC. Each edge counts its
 * own use and hears of the others'.
 *
 * @module
 */
import type { Clock } from "../../shared/effects.ts";

/** Neurons that an account may use in a day without paying. */
export const DAILY_NEURONS = 10_000;

const PICO_USD_PER_NEURON = 11_000_000n; // 0.011 USD per 1,000
const DAY_MS = 86_400_000;
const MAXIMUM_EDGES = 1_000;

/** The neurons of a cost at Workers AI's own rates, rounded up. */
export function neuronsOf(costPicoUsd: bigint): number {
  return Number((costPicoUsd + PICO_USD_PER_NEURON - 1n) / PICO_USD_PER_NEURON);
}

/** Neurons set aside for a call; exactly one of its ends counts. */
export interface NeuronReservation {
  /** The call used these; at least 0. */
  settle(neurons: number): void;
  /** The call was not made. */
  release(): void;
}

/** How an edge's use stands, as other edges hear it. */
export interface NeuronUse {
  /** Days since the epoch in UTC. */
  readonly day: number;
  readonly used: number;
}

/** See the module. */
export interface NeuronBudget {
  /** What is left of today's allowance, reservations taken off; 0 after the provider said so. */
  left(): number;
  /** Sets neurons aside; null when less is left. */
  reserve(neurons: number): NeuronReservation | null;
  /** The provider says that today's allowance is used up, whatever was counted. */
  exhausted(): void;
  /** This edge's own use today, reservations included. */
  own(): NeuronUse;
  /** Takes over what another edge used; its count only grows within a day. */
  learn(edgeId: string, use: NeuronUse): void;
}

/** Builds the budget; `dailyNeurons` is the allowance of the account. */
export function createNeuronBudget(
  { clock, dailyNeurons = DAILY_NEURONS }: { clock: Clock; dailyNeurons?: number },
): NeuronBudget {
  let day = -1;
  let used = 0;
  let over = false;
  const others = new Map<string, number>();
  const turn = () => {
    const today = Math.floor(clock.nowMs() / DAY_MS);
    if (today <= day) return;
    day = today;
    used = 0;
    over = false;
    others.clear();
  };
  const left = () => {
    turn();
    if (over) return 0;
    let sum = used;
    for (const other of others.values()) sum += other;
    return Math.max(0, dailyNeurons - sum);
  };
  return {
    left,
    reserve(neurons) {
      if (neurons > left()) return null;
      used += neurons;
      let open: number | null = day;
      const end = (final: number) => {
        turn();
        // What began yesterday is not taken off today's count.
        if (open === day) used = Math.max(0, used - neurons + final);
        open = null;
      };
      return { settle: (final) => end(Math.max(0, final)), release: () => end(0) };
    },
    exhausted() {
      turn();
      over = true;
    },
    own() {
      turn();
      return { day, used };
    },
    learn(edgeId, use) {
      turn();
      if (use.day !== day) return;
      if (!others.has(edgeId) && others.size >= MAXIMUM_EDGES) return;
      others.set(edgeId, Math.max(others.get(edgeId) ?? 0, use.used));
    },
  };
}
