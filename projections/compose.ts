/** Wires the room. @module */
import type { Kysely } from "kysely";
import type { Bus } from "../shared/bus/mod.ts";
import type { Effects } from "../shared/effects.ts";
import { shardOf } from "../shared/ids/mod.ts";
import type { Log } from "../shared/log.ts";
import { alertRoutes, type Fetch, prepareAlerts, startAlerts } from "./alerts/mod.ts";
import { ALL_PROJECTIONS } from "./all.ts";
import { accountRow, balanceRoutes, readBalances } from "./balances/mod.ts";
import { budgetRoutes } from "./budgets/mod.ts";
import { planRoutes } from "./plans/mod.ts";
import { catalogRoutes } from "./catalog/mod.ts";
import type { ProjectionsConfig } from "./config.ts";
import { costViewRoutes, prepareViews } from "./costs/mod.ts";
import { dailyUsageRoutes } from "./daily_usage/mod.ts";
import { explanationRoutes } from "./explain/mod.ts";
import { explorerRoutes } from "./explorer/mod.ts";
import { createReadApi, type ReadRoute } from "./http/mod.ts";
import { keyRoutes } from "./keys/mod.ts";
import { createLiveHub, liveRoutes } from "./live/mod.ts";
import { createLogReader, requireShards } from "./log/mod.ts";
import { createRebuilds, rebuildRoutes } from "./rebuild/mod.ts";
import { requestRoutes } from "./requests/mod.ts";
import { reRateRoutes } from "./rerate/mod.ts";
import {
  createRunner,
  listCheckpoints,
  prepareSchema,
  projectionRoutes,
  type Runner,
} from "./runner/mod.ts";
import { createStatusReader, openHealthBoard, statusRoutes } from "./status/mod.ts";
import type { Queryable } from "./table/mod.ts";
import { timeTravelRoutes } from "./time_travel/mod.ts";

/** What the room is given. */
export interface ProjectionsParts<Database> {
  /** The database that has the ledger's schema too; the caller closes it, after the room. */
  readonly db: Kysely<Database>;
  /** Another pool to the same database that answers readers; `db` when absent. */
  readonly reads?: Kysely<unknown>;
  /** Whether `db` has one connection for everybody: a rebuild then takes small steps. */
  readonly isOneConnection?: boolean;
  /** Wakes the runner; null: it polls. The caller closes it. */
  readonly bus: Bus | null;
  readonly effects: Effects;
  readonly log: Log;
  /** Sends webhooks of alerts. */
  readonly fetch: Fetch;
}

/** The running room. */
export interface Projections {
  /** The read API. */
  fetch(request: Request): Promise<Response>;
  readonly runner: Runner;
  /** Ends live streams and finishes the transaction in hand; idempotent. */
  close(): Promise<void>;
}

/** Every route of the read API. */
export const READ_ROUTES: readonly ReadRoute[] = [
  ...balanceRoutes,
  ...keyRoutes,
  ...budgetRoutes,
  ...planRoutes,
  ...requestRoutes,
  ...dailyUsageRoutes,
  ...costViewRoutes,
  ...reRateRoutes,
  ...catalogRoutes,
  ...explorerRoutes,
  ...explanationRoutes,
  ...timeTravelRoutes,
  ...projectionRoutes,
  ...rebuildRoutes,
  ...statusRoutes,
  ...liveRoutes,
  ...alertRoutes,
];

/** What a paid call can wait for behind a step of a rebuild, in events. */
const SMALL_STEP_EVENTS = 2_000;
/** What paid calls have for themselves between two such steps. */
const PAUSE_MS = 25;

/**
 * Creates the tables that are missing, starts the runner and builds the read API. Rejects when the
 * database cannot be reached, or when the ledger was created with another number of shards.
 */
export async function composeProjections<Database>(
  { serviceSecret, shards, alertWebhook }: ProjectionsConfig,
  parts: ProjectionsParts<Database>,
): Promise<Projections> {
  const { bus, effects, log } = parts;
  const { timers } = effects;
  // This room's SQL names its tables itself, so the caller's idea of the schema does not matter.
  const db = parts.db as unknown as Queryable;
  await requireShards(db, shards);
  await prepareSchema(db, ALL_PROJECTIONS, shards);
  await prepareViews(db);
  await prepareAlerts(db);
  const reader = createLogReader(db);
  const projections = ALL_PROJECTIONS;
  const runner = createRunner({ db, reader, projections, shards, bus, timers, log });
  const hub = createLiveHub({ read: (ids) => readLive(db, shards, ids), timers, log });
  runner.onAdvance((projection) => {
    if (projection === "balances") hub.wake();
  });
  await runner.start();
  const steps = parts.isOneConnection ? { stepEvents: SMALL_STEP_EVENTS, pauseMs: PAUSE_MS } : {};
  const rebuilds = createRebuilds({ db, projections, shards, effects, log, ...steps });
  await rebuilds.start();
  const webhook = alertWebhook === null ? null : { target: alertWebhook, fetch: parts.fetch };
  const alerts = startAlerts({ db, shards, effects, log, webhook });
  runner.onAdvance(alerts.wake);
  const board = await openHealthBoard(bus, effects.clock);
  const fetch = createReadApi({
    routes: READ_ROUTES,
    context: {
      db: parts.reads ?? db,
      shards,
      effects,
      status: createStatusReader({ db: parts.reads ?? db, effects, board }),
      rebuilds,
      follow: hub.follow,
      followAlerts: alerts.follow,
    },
    log,
    serviceSecret,
    async health() {
      // Again, because the ledger may have started for the first time only after this room.
      await requireShards(db, shards);
      return {};
    },
  });
  return {
    fetch,
    runner,
    async close() {
      await board.stop();
      await hub.close();
      await alerts.close();
      await rebuilds.close();
      await runner.stop();
    },
  };
}

async function readLive(db: Queryable, shards: number, accountIds: readonly string[]) {
  // The positions first: the rows are then at least as new as they say.
  const checkpoints = (await listCheckpoints(db)).filter(({ projection }) =>
    projection === "balances"
  );
  const rows = await readBalances(db, accountIds);
  return rows.map((row) => {
    const shard = shardOf(row.accountId, shards);
    const position = checkpoints.find((checkpoint) => checkpoint.shard === shard)?.position ?? 0n;
    return { position, item: accountRow(row) };
  });
}
