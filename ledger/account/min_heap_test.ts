import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type HeapItem, MinHeap } from "./min_heap.ts";

interface Item extends HeapItem {
  key: number;
  readonly id: number;
}

const before = (a: Item, b: Item) => a.key < b.key || (a.key === b.key && a.id < b.id);
const key = fc.integer({ min: 0, max: 20 });
const steps = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant("push" as const), key }),
    fc.record({ do: fc.constant("remove" as const), at: fc.nat() }),
    fc.record({ do: fc.constant("change" as const), at: fc.nat(), key }),
  ),
  { maxLength: 200, size: "max" },
);

describe("a heap of expiries", () => {
  it("lists the first items in order, whatever was pushed, removed and changed", () => {
    fc.assert(fc.property(steps, key, fc.integer({ min: 0, max: 30 }), (steps, until, limit) => {
      const heap = new MinHeap<Item>(before);
      const items: Item[] = [];
      steps.forEach((step, id) => {
        if (step.do === "push") {
          const item = { key: step.key, id, heapIndex: -1 };
          items.push(item);
          return heap.push(item);
        }
        if (items.length === 0) return;
        const item = items[step.at % items.length]!;
        if (step.do === "change") {
          item.key = step.key;
          return heap.update(item);
        }
        items.splice(items.indexOf(item), 1);
        heap.remove(item);
        expect(item.heapIndex).toBe(-1);
      });
      const expected = items.filter((one) => one.key <= until)
        .sort((a, b) => before(a, b) ? -1 : 1).slice(0, limit);
      expect(heap.size).toBe(items.length);
      expect(heap.first(limit, (one) => one.key <= until).map(({ id }) => id))
        .toEqual(expected.map(({ id }) => id));
      expect(heap.size).toBe(items.length);
    }));
  });

  it("looks at no more than what is due and its neighbours", () => {
    const heap = new MinHeap<Item>(before);
    for (let id = 0; id < 100_000; id++) heap.push({ key: id, id, heapIndex: -1 });
    let looked = 0;
    const found = heap.first(50, (one) => {
      looked++;
      return one.key < 20;
    });
    expect(found).toHaveLength(20);
    expect(looked).toBeLessThanOrEqual(41);
  });
});
