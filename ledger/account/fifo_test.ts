import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Fifo } from "./fifo.ts";

describe("a queue", () => {
  it("behaves like an array", () => {
    fc.assert(fc.property(fc.array(fc.boolean(), { maxLength: 300 }), (pushes) => {
      const queue = new Fifo<number>();
      const array: number[] = [];
      pushes.forEach((push, n) => {
        if (push) {
          queue.push(n);
          array.push(n);
        } else expect(queue.shift()).toBe(array.shift());
        expect([queue.size, queue.oldest()]).toEqual([array.length, array[0]]);
      });
    }));
  });

  it("keeps its order over many times its size", () => {
    const queue = new Fifo<number>();
    for (let n = 0; n < 10_000; n++) {
      queue.push(n);
      if (n >= 100) expect(queue.shift()).toBe(n - 100);
    }
    expect(queue.size).toBe(100);
  });
});
