import { describe, expect, it } from "vitest";
import { RebuildRefused } from "./mod.ts";
import { shortenTail } from "./tail.ts";

/** A log that grows by `growth` events, one figure a round and the last one for ever. */
function logOf(start: bigint, growth: readonly bigint[]) {
  let [head, position, rounds] = [start, 0n, 0];
  return {
    left: () => head - position,
    rounds: () => rounds,
    tail: {
      positions: () => [position],
      heads: () => Promise.resolve([head]),
      catchUp([target]: readonly bigint[]) {
        position = target!;
        head += growth[Math.min(rounds++, growth.length - 1)]!;
        return Promise.resolve();
      },
    },
  };
}

describe("the tail of a rebuild", () => {
  it("is followed for as many rounds as it takes, while it gets shorter", async () => {
    const growth = Array.from({ length: 40 }, (_, round) => 60_000n - 1_500n * BigInt(round));
    const log = logOf(1_000_000n, growth);
    await shortenTail(log.tail);
    expect(log.rounds()).toBe(40);
    expect(log.left()).toBeLessThanOrEqual(2_000n);
  });

  it("may have rounds in which it gets longer", async () => {
    const log = logOf(1_000_000n, [9_000n, 50_000n, 40_000n, 30_000n, 5_000n, 10n]);
    await shortenTail(log.tail);
    expect(log.left()).toBe(10n);
  });

  it("ends the rebuild when the log is faster, whatever is left", async () => {
    const log = logOf(1_000_000n, [50_000n]);
    await expect(shortenTail(log.tail)).rejects.toThrow(RebuildRefused);
    await expect(shortenTail(log.tail)).rejects.toThrow("grows faster than the rebuild applies it");
  });

  it("that is short already is followed once, so that nothing in it is new to the swap", async () => {
    const log = logOf(2_000n, [7n]);
    await shortenTail(log.tail);
    expect([log.rounds(), log.left()]).toEqual([1, 7n]);
  });
});
