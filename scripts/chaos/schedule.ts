/** When what goes wrong: every kind once before any comes again, up to two at a time. @module */
import {
  createFault,
  type Fault,
  type FaultContext,
  type FaultKind,
  pause,
  possibleKinds,
} from "./faults.ts";

/** Faults under way. */
export interface Schedule {
  /** The faults that last at this moment, for the reader. */
  current(): readonly string[];
  /** How often each kind has happened. */
  readonly counts: ReadonlyMap<FaultKind, number>;
  /** Resolves when time is up, each kind has happened and everything is healed; rejects when a fault could not be healed. */
  readonly done: Promise<void>;
}

const LANES = 2;

/** Lets faults happen for `durationMs`, and for longer until each kind has happened once. */
export function startSchedule(context: FaultContext, durationMs: number): Schedule {
  const { chance, surroundings } = context;
  const kinds = possibleKinds(surroundings);
  const counts = new Map<FaultKind, number>();
  const current = new Set<Fault>();
  const endsAt = performance.now() + durationMs;
  let deck: FaultKind[] = chance.shuffled(kinds);
  let dealt = false;

  const deal = (): Fault | null => {
    for (const kind of deck) {
      const fault = createFault(kind, context);
      if ([...current].some(({ target }) => target === fault.target)) continue;
      deck.splice(deck.indexOf(kind), 1);
      if (deck.length === 0) {
        dealt = true;
        deck = chance.shuffled(kinds);
      }
      return fault;
    }
    return null;
  };
  const lane = async () => {
    while (!dealt || performance.now() < endsAt) {
      const fault = deal();
      if (fault === null) {
        await pause(100);
        continue;
      }
      current.add(fault);
      counts.set(fault.kind, (counts.get(fault.kind) ?? 0) + 1);
      try {
        await fault.run();
      } finally {
        current.delete(fault);
      }
      await pause(chance.int(1_000, 6_000));
    }
  };
  return {
    counts,
    current: () => [...current].map(({ kind, target }) => `${kind} (${target})`),
    done: Promise.all(Array.from({ length: LANES }, lane)).then(() => {}),
  };
}
