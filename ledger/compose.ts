/** Wires the ledger: one writer per shard, served while owned, and the HTTP API. @module */
import type { Bus, StreamReader } from "../shared/bus/mod.ts";
import type { Effects } from "../shared/effects.ts";
import type { JsonObject } from "../shared/json.ts";
import type { Log } from "../shared/log.ts";
import {
  type Checkpointing,
  type CheckpointKeys,
  type CheckpointPlace,
  type CheckpointReader,
  createCheckpointReader,
  createCheckpointStore,
  createStreamPlace,
  originOf,
} from "./checkpoint/mod.ts";
import {
  type Caller,
  createCommandSender,
  createLedgerApi,
  createOutcomeReader,
  createRoutingReader,
} from "./api/mod.ts";
import type { LedgerConfig } from "./config.ts";
import { fixLogName, fixShards } from "./deployment/mod.ts";
import { createDeadLetters, createReceiptReader } from "./edge/mod.ts";
import { ledgerDomain } from "./shard/mod.ts";
import { createShardRunner, type ShardRunner } from "./shard_runner.ts";
import { createEventStore, type EventStore, type LedgerDatabase } from "./store/mod.ts";

/** What the ledger is made of; the caller opened it and closes it after the ledger. */
export interface LedgerParts {
  /** Migrated, on Postgres or PGlite. */
  readonly database: LedgerDatabase;
  /** Checkpoints are read back from it where it can look into its streams. */
  readonly bus: Bus & Partial<StreamReader>;
  readonly effects: Effects;
  readonly log: Log;
  /** A name that no other ledger process ever has. */
  readonly owner: string;
  /** The shards may be taken at once: a file lock says that there is no other process. */
  readonly exclusive?: boolean;
  /** Signs checkpoints and compares the log with them; when absent, neither is done. */
  readonly checkpoints?: LedgerCheckpoints;
}

/** How a ledger signs checkpoints. */
export interface LedgerCheckpoints {
  readonly keys: CheckpointKeys;
  /** What its checkpoints call the log; null leaves it as it is, or makes a name at the first start. */
  readonly logName: string | null;
  /** From one checkpoint to the next, at least; milliseconds. */
  readonly intervalMs: number;
  /** Where they are kept beside the database and the bus. */
  readonly places: readonly CheckpointPlace[];
  /** Whether to run although no place has a checkpoint of a log that was signed; no when absent. */
  readonly unverifiedStart?: boolean;
}

/** The settings that the ledger itself needs. */
export type LedgerSettings =
  & Pick<LedgerConfig, "serviceSecret" | "shards" | "seed">
  & Partial<Pick<LedgerConfig, "masterKeys">>;

/** A running ledger. */
export interface Ledger {
  /** The HTTP API; `caller` says who is at the other end of the connection. */
  fetch(request: Request, caller?: Caller): Promise<Response>;
  /**
   * Resolves once every shard is served, by this process or by another one. Rejects after
   * `timeoutMs` with what each shard is doing.
   */
  ready(timeoutMs: number): Promise<void>;
  /** Each shard with its role, owner, epoch and positions. */
  status(): Promise<JsonObject>;
  /** Takes no more commands, finishes those in hand, gives the shards up. Idempotent. */
  close(): Promise<void>;
}

/**
 * Starts the ledger: each shard is taken when it is free and followed as a standby otherwise.
 * Rejects when the deployment has another number of shards than the settings say.
 */
export async function composeLedger(
  settings: LedgerSettings,
  parts: LedgerParts,
): Promise<Ledger> {
  const { database, bus, effects, log } = parts;
  await fixShards(database, settings.shards);
  const store = createEventStore(database);
  const checkpoints = await prepareCheckpoints(parts, settings.shards, store);
  const receipts = createReceiptReader(store, checkpoints?.reader ?? null);
  const deadLetters = createDeadLetters(database, effects.clock);
  const runners = Array.from({ length: settings.shards }, (_, shard) =>
    createShardRunner({
      place: { shard, shards: settings.shards },
      seed: settings.seed,
      serviceSecret: settings.serviceSecret,
      exclusive: parts.exclusive ?? false,
      owner: parts.owner,
      store,
      domain: ledgerDomain,
      deadLetters,
      receipts,
      checkpointing: checkpoints?.ofShard(shard) ?? null,
      bus,
      effects,
      log,
    }));
  for (const runner of runners) runner.start();
  const status = async () => ({
    process: parts.owner,
    busConnected: bus.connected(),
    shards: await Promise.all(runners.map((runner) => runner.status())),
  });
  const fetch = createLedgerApi({
    commands: createCommandSender({
      bus,
      effects,
      shards: settings.shards,
      serviceSecret: settings.serviceSecret,
    }),
    outcomes: createOutcomeReader(store),
    routing: createRoutingReader(bus),
    masterKeys: settings.masterKeys ?? null,
    receipts,
    checkpoints: checkpoints?.reader ?? null,
    effects,
    log,
    serviceSecret: settings.serviceSecret,
    status,
    health: () => health(runners),
  });
  let closing: Promise<void> | null = null;
  return {
    fetch,
    status,
    async ready(timeoutMs) {
      const deadlineMs = effects.clock.nowMs() + timeoutMs;
      while (!(await health(runners)).ok) {
        const failure = runners.map((runner) => runner.failure()).find((one) => one !== null);
        if (failure !== undefined) throw new Error(`the ledger does not run: ${failure}`);
        if (effects.clock.nowMs() >= deadlineMs) {
          throw new Error(`the ledger is not ready: ${JSON.stringify(await status())}`);
        }
        await effects.timers.sleep(20);
      }
    },
    close() {
      return closing ??= Promise.all(runners.map((runner) => runner.stop())).then(() => {});
    },
  };
}

interface PreparedCheckpoints {
  readonly reader: CheckpointReader;
  ofShard(shard: number): Checkpointing;
}

async function prepareCheckpoints(
  { database, bus, effects, checkpoints }: LedgerParts,
  shards: number,
  store: EventStore,
): Promise<PreparedCheckpoints | null> {
  if (checkpoints === undefined) return null;
  const { keys, intervalMs } = checkpoints;
  const kept = createCheckpointStore(database);
  const logName = await fixLogName(kept, checkpoints.logName, effects.random);
  const places = [...checkpoints.places, createStreamPlace(bus)];
  return {
    reader: createCheckpointReader({ store, checkpoints: kept, logName, shards }),
    ofShard: (shard) => ({
      origin: originOf(logName, shard),
      keys,
      intervalMs,
      checkpoints: kept,
      places,
      unverifiedStart: checkpoints.unverifiedStart ?? false,
    }),
  };
}

async function health(
  runners: readonly ShardRunner[],
): Promise<{ ok: boolean; detail: JsonObject }> {
  const served = await Promise.all(runners.map((runner) => runner.served()));
  return {
    ok: served.every((one) => one),
    detail: {
      shards: runners.map((runner, shard) => ({
        shard,
        role: runner.role(),
        // Anybody may read this: what was found, with its paths, is in /v1/status.
        failure: runner.failure() === null ? null : "log_refused",
        checkpointProblem: runner.checkpointProblem() === null ? null : "checkpoints_late",
      })),
    },
  };
}
