/** Waiting until nothing happens any more. @module */
import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { METER_STREAM } from "../../shared/bus/mod.ts";
import { type BooksSource, callApi, readBalance } from "./books.ts";
import { pause } from "./faults.ts";
import type { Surroundings } from "./surroundings.ts";

/** What still goes on; all zero when it is calm. */
export interface Unrest {
  readonly openHolds: number;
  /** Calls and settlements that proxies still have in hand. */
  readonly openCalls: number;
  readonly openSettlements: number;
  /** Messages that the ledger has not acknowledged. */
  readonly undelivered: number;
}

/**
 * Waits for at most `deadlineMs` until no hold is open, no proxy has anything in hand and the ledger
 * has acknowledged every message. Resolves to what was left when it gave up, or null.
 */
export async function drain(
  surroundings: Surroundings,
  source: BooksSource,
  accountIds: readonly string[],
  deadlineMs: number,
): Promise<Unrest | string | null> {
  const until = performance.now() + deadlineMs;
  let last: Unrest | string = "nothing was answered";
  while (performance.now() < until) {
    try {
      const unrest = await lookAround(surroundings, source, accountIds);
      if (Object.values(unrest).every((count) => count === 0)) return null;
      last = unrest;
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    await pause(250);
  }
  return last;
}

async function lookAround(
  { edges, nats }: Surroundings,
  source: BooksSource,
  accountIds: readonly string[],
): Promise<Unrest> {
  // In this order what one of them passes on is found at the next.
  const health = await Promise.all(edges.map(async ({ process }) => {
    const response = await fetch(`${process.url}/health`, { signal: AbortSignal.timeout(5_000) });
    return await response.json() as { open_calls: number; open_settlements: number };
  }));
  const undelivered = await countUndelivered(nats.url);
  const balances = await Promise.all(accountIds.map((id) => readBalance(source, id)));
  return {
    openCalls: health.reduce((sum, { open_calls }) => sum + open_calls, 0),
    openSettlements: health.reduce((sum, { open_settlements }) => sum + open_settlements, 0),
    undelivered,
    openHolds: balances.reduce((sum, { openHolds }) => sum + openHolds, 0),
  };
}

async function countUndelivered(natsUrl: string): Promise<number> {
  const connection = await connect({ servers: natsUrl, reconnect: false, timeout: 5_000 });
  try {
    const manager = await jetstreamManager(connection);
    const { num_pending, num_ack_pending } = await manager.consumers
      .info(METER_STREAM.name, "ledger-0");
    return num_pending + num_ack_pending;
  } finally {
    await connection.close();
  }
}

/** How many messages the ledger has put aside because they can never be charged. */
export async function countDeadLetters(source: BooksSource): Promise<number> {
  const { shards } = await callApi<{ shards: { deadLetters: number }[] }>(
    source,
    `${source.ledgerUrls[0]}/v1/status`,
  );
  return shards.reduce((sum, { deadLetters }) => sum + deadLetters, 0);
}
