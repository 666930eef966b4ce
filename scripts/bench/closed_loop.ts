/** Clients that each start their next operation when the last one is done. @module */
import { percentile } from "./statistics.ts";

/** What a closed loop measured. */
export interface LoopResult {
  readonly operationsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/**
 * Runs `clients` closed loops for `durationMs`. `pair` does two operations (a hold and its
 * settlement) and reports each one's latency. Throws what an operation throws.
 */
export async function closedLoop(
  { clients, durationMs }: { clients: number; durationMs: number },
  pair: (client: number, record: <T>(operation: Promise<T>) => Promise<T>) => Promise<void>,
): Promise<LoopResult> {
  const latencies: number[] = [];
  const record = async <T>(operation: Promise<T>): Promise<T> => {
    const startedAt = performance.now();
    const result = await operation;
    latencies.push(performance.now() - startedAt);
    return result;
  };
  const startedAt = performance.now();
  const until = startedAt + durationMs;
  await Promise.all(Array.from({ length: clients }, async (_, client) => {
    while (performance.now() < until) await pair(client, record);
  }));
  const seconds = (performance.now() - startedAt) / 1_000;
  return {
    operationsPerSecond: latencies.length / seconds,
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
  };
}
