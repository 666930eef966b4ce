/** A binary heap whose items know where they stand, so that any of them can leave it. @module */

/** An item of a {@link MinHeap}. */
export interface HeapItem {
  /** Kept by the heap: the item's place, or −1 while it is in none. */
  heapIndex: number;
}

/** A min-heap in the order of `before`; push, remove and update take O(log n). */
export class MinHeap<T extends HeapItem> {
  readonly #items: T[] = [];

  /** `before(a, b)` says whether `a` comes first; it must be a total order. */
  constructor(readonly before: (a: T, b: T) => boolean) {}

  /** How many items are in the heap. */
  get size(): number {
    return this.#items.length;
  }

  /** Adds an item that is in no heap. */
  push(item: T): void {
    this.#place(item, this.#items.length);
    this.#rise(item);
  }

  /** Takes an item out; it must be in this heap. */
  remove(item: T): void {
    const index = item.heapIndex;
    const last = this.#items.pop();
    item.heapIndex = -1;
    if (last === undefined || last === item) return;
    this.#place(last, index);
    this.update(last);
  }

  /** Restores the order after the item's key changed. */
  update(item: T): void {
    this.#rise(item);
    this.#sink(item);
  }

  /**
   * The first items in order while `wanted` holds, at most `limit`, without taking them out:
   * O(limit × log limit), however many items the heap has.
   */
  first(limit: number, wanted: (item: T) => boolean): T[] {
    const found: T[] = [];
    const frontier = new MinHeap<Candidate<T>>((a, b) => this.before(a.item, b.item));
    const consider = (index: number) => {
      const item = this.#items[index];
      if (item !== undefined && wanted(item)) frontier.push({ item, heapIndex: -1 });
    };
    consider(0);
    while (found.length < limit && frontier.size > 0) {
      const next = frontier.#items[0]!;
      frontier.remove(next);
      found.push(next.item);
      consider(2 * next.item.heapIndex + 1);
      consider(2 * next.item.heapIndex + 2);
    }
    return found;
  }

  #place(item: T, index: number): void {
    this.#items[index] = item;
    item.heapIndex = index;
  }

  #rise(item: T): void {
    while (item.heapIndex > 0) {
      const parentIndex = (item.heapIndex - 1) >> 1;
      const parent = this.#items[parentIndex]!;
      if (!this.before(item, parent)) return;
      this.#place(parent, item.heapIndex);
      this.#place(item, parentIndex);
    }
  }

  #sink(item: T): void {
    while (true) {
      const left = this.#items[2 * item.heapIndex + 1];
      const right = this.#items[2 * item.heapIndex + 2];
      const child = right !== undefined && left !== undefined && this.before(right, left)
        ? right
        : left;
      if (child === undefined || !this.before(child, item)) return;
      const childIndex = child.heapIndex;
      this.#place(child, item.heapIndex);
      this.#place(item, childIndex);
    }
  }
}

interface Candidate<T> extends HeapItem {
  readonly item: T;
}
