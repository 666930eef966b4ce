/** Randomness from a seed: the same seed chooses the same calls and faults. @module */

/** Choices that follow from a seed. */
export interface Chance {
  /** A whole number from `least` to `most`, both included. */
  int(least: number, most: number): number;
  /** Whether something of this probability, 0 to 1, happens. */
  happens(probability: number): boolean;
  /** One of the items; throws RangeError when there is none. */
  pick<Item>(items: readonly Item[]): Item;
  /** The items in another order. */
  shuffled<Item>(items: readonly Item[]): Item[];
  /** Choices of their own, so that one user's number of draws does not change another's. */
  branch(): Chance;
}

/** Makes choices from `seed`, a whole number of 32 bits (mulberry32 by Tommy Ettinger). */
export function createChance(seed: number): Chance {
  let state = seed >>> 0;
  const bits = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const int = (least: number, most: number) => least + bits() % (most - least + 1);
  const pick = <Item>(items: readonly Item[]): Item => {
    if (items.length === 0) throw new RangeError("there is nothing to pick from");
    return items[int(0, items.length - 1)] as Item;
  };
  return {
    int,
    pick,
    happens: (probability) => bits() < probability * 4_294_967_296,
    shuffled(items) {
      const order = [...items];
      for (let last = order.length - 1; last > 0; last--) {
        const other = int(0, last);
        [order[last], order[other]] = [order[other]!, order[last]!];
      }
      return order;
    },
    branch: () => createChance(bits()),
  };
}
