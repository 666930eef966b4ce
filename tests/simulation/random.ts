/** A small seeded generator: the same seed gives the same numbers on every machine. @module */
import type { Random } from "../../shared/effects.ts";

/** A stream of numbers that follows from its seed alone. */
export interface Seeded extends Random {
  /** 0 up to, but not including, 2^32. */
  next(): number;
  /** A whole number from `least` to `most`, both included. */
  int(least: number, most: number): number;
  /** True in `parts` of a hundred cases. */
  percent(parts: number): boolean;
  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T;
  /** Another stream, which depends on this one's seed and on `name` only. */
  fork(name: string): Seeded;
}

/** A stream from a text; equal texts give equal streams. */
export function seeded(seed: string): Seeded {
  let [a, b, c, d] = [hash(seed, 1), hash(seed, 2), hash(seed, 3), hash(seed, 4)];
  // The sfc32 generator.
  const next = () => {
    const sum = (a + b + d) >>> 0;
    d = (d + 1) >>> 0;
    a = (b ^ (b >>> 9)) >>> 0;
    b = (c + (c << 3)) >>> 0;
    c = (((c << 21) | (c >>> 11)) + sum) >>> 0;
    return sum;
  };
  for (let warmUp = 0; warmUp < 8; warmUp++) next();
  const int = (least: number, most: number) => least + next() % (most - least + 1);
  return {
    next,
    int,
    percent: (parts) => next() % 100 < parts,
    pick: <T>(list: readonly T[]): T => list[next() % list.length] as T,
    fork: (name) => seeded(`${seed}/${name}`),
    bytes: (length) => Uint8Array.from({ length }, () => next() >>> 24),
  };
}

/** 32 bits of a text (FNV-1a with a final mix). */
export function hash(text: string, salt = 0): number {
  let value = (0x811c9dc5 ^ Math.imul(salt, 0x9e3779b1)) >>> 0;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
