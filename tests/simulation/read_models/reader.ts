/** The process that keeps read models up with the log. @module */
import { balances } from "../../../projections/balances/mod.ts";
import { keys } from "../../../projections/keys/mod.ts";
import { createLogReader } from "../../../projections/log/mod.ts";
import type { Projection } from "../../../projections/projection/mod.ts";
import { requests } from "../../../projections/requests/mod.ts";
import { createRunner, type Runner } from "../../../projections/runner/mod.ts";
import type { Bus } from "../../../shared/bus/mod.ts";
import type { Log } from "../../../shared/log.ts";
import { createReadDatabase, type ReadDatabaseOptions } from "./driver.ts";

/** The read models of a simulated world: what customers and support look at first. */
export const PROJECTIONS: readonly Projection[] = [balances, requests, keys];

/** Builds the runner of one process; it is the caller's to start. */
export function createReader(
  { shards, bus, log, ...database }: ReadDatabaseOptions & {
    readonly shards: number;
    readonly bus: Bus;
    readonly log: Log;
  },
): Runner {
  const db = createReadDatabase(database);
  return createRunner({
    db,
    reader: createLogReader(db),
    projections: PROJECTIONS,
    shards,
    bus,
    timers: database.network.process.effects.timers,
    log,
    pollMs: 1_000,
    restMs: 250,
  });
}
