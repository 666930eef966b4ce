/** Live latency: the newest measurements of the time to the first byte, in a bounded window. @module */

const WINDOW = 32;
const FRESH_MS = 900_000;

interface Sample {
  readonly latencyMs: number;
  readonly atMs: number;
}

/** The newest 32 measurements of one model at one provider. */
export class LatencyWindow {
  readonly #samples: Sample[] = [];
  #next = 0;

  /** Notes a measurement in milliseconds; the oldest one makes room for it. */
  add(latencyMs: number, atMs: number): void {
    this.#samples[this.#next] = { latencyMs, atMs };
    this.#next = (this.#next + 1) % WINDOW;
  }

  /** The median of the last 15 minutes in milliseconds; null when there was none. */
  medianMs(nowMs: number): number | null {
    const fresh = new Float64Array(this.#samples.length);
    let count = 0;
    for (const { latencyMs, atMs } of this.#samples) {
      if (nowMs - atMs <= FRESH_MS) fresh[count++] = latencyMs;
    }
    return count === 0 ? null : fresh.subarray(0, count).sort()[(count - 1) >> 1] ?? null;
  }
}
