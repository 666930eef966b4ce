/** Judging a world by all laws. @module */
import type { MemoryTables } from "../../ledger/store/memory/mod.ts";
import { checkAnswers, checkKeys } from "./again_laws.ts";
import { available, type Books, keepBooks } from "./books.ts";
import { checkCommands } from "./command_laws.ts";
import type { Evidence } from "./evidence.ts";
import type { Violation } from "./laws.ts";
import { checkLimits } from "./limit_laws.ts";
import { checkLog } from "./log_laws.ts";
import { checkCalls, checkRequests } from "./money_laws.ts";
import type { ReadTables } from "./read_models/database.ts";
import { checkBalances, checkReadModels } from "./read_models/laws.ts";
import { PROJECTIONS } from "./read_models/reader.ts";
import type { Upstream } from "./upstream.ts";

/** Everything that is wrong with a world that has come to its end; empty when all laws hold. */
export async function judge(
  { tables, readTables, evidence, upstream }: {
    readonly tables: MemoryTables;
    readonly readTables: ReadTables;
    readonly evidence: Evidence;
    readonly upstream: Upstream;
  },
): Promise<Violation[]> {
  const shards = [...tables.shards].map(([shard, rows]) => ({
    shard,
    rows,
    books: keepBooks(rows.events),
  }));
  const books = shards.map((one) => one.books);
  return [
    ...shards.flatMap(({ shard, rows, books }) => checkLog(shard, rows, books, evidence)),
    ...shards.flatMap(({ rows: { events } }) => [...checkLimits(events), ...checkKeys(events)]),
    ...books.flatMap(checkRequests),
    ...checkCalls(books, evidence, upstream.attempts),
    ...checkAnswers(evidence.calls),
    ...checkCommands(tables, books, evidence),
    ...await checkReadModels(PROJECTIONS, readTables, tables),
    ...checkBalances(readTables, books),
    ...checkLive(books, evidence),
    ...evidence.found,
    ...evidence.errors.map(({ process, event, what }) => ({
      law: "E",
      detail: `${process} logs ${event}: ${what}`,
    })),
  ];
}

/** What the owners had in memory when all was at rest must be what the log says. */
function checkLive(books: readonly Books[], { balances }: Evidence): Violation[] {
  return balances.flatMap(({ accountId, availableMicroKyat, settledMicroKyat, openHolds }) => {
    const wallet = books.map(({ wallets }) => wallets.get(accountId)).find((one) => one);
    const actual = `${availableMicroKyat} left, ${settledMicroKyat} settled, ${openHolds} holds`;
    const expected = wallet === undefined
      ? "nothing"
      : `${available(wallet)} left, ${wallet.settled} settled, 0 holds`;
    if (actual === expected) return [];
    return [{
      law: "10",
      detail: `${accountId} has ${actual} in memory, the log says ${expected}`,
    }];
  });
}
