/** A queue with constant-time push and shift. @module */

const COMPACT_AT = 1_024;

/** First in, first out. */
export class Fifo<T> {
  #items: T[] = [];
  #head = 0;

  /** How many items wait. */
  get size(): number {
    return this.#items.length - this.#head;
  }

  /** Adds an item at the end. */
  push(item: T): void {
    this.#items.push(item);
  }

  /** The item that waits longest, or undefined. */
  oldest(): T | undefined {
    return this.#items[this.#head];
  }

  /** Takes the item that waits longest, or undefined. */
  shift(): T | undefined {
    const item = this.#items[this.#head];
    if (item === undefined) return undefined;
    this.#head++;
    // Copying half of the array once per half of the array keeps a shift constant on average.
    if (this.#head >= COMPACT_AT && this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }
}
