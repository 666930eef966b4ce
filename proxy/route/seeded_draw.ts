/** Chance that can be repeated: numbers from a seed. @module */

/** A generator of numbers, at least 0 and below 1, that gives the same ones for the same seed. */
export function seededDraw(seed: string): () => number {
  // FNV-1a makes a state of the text, mulberry32 numbers of the state.
  let state = 0x811c9dc5;
  for (let index = 0; index < seed.length; index++) {
    state = Math.imul(state ^ seed.charCodeAt(index), 0x01000193);
  }
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
