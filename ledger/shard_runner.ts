/** One shard in this process: its writer, and its service on the bus while the shard is owned. @module */
import { type Bus, BusError, subjects } from "../shared/bus/mod.ts";
import type { Effects } from "../shared/effects.ts";
import type { JsonObject } from "../shared/json.ts";
import type { Log } from "../shared/log.ts";
import {
  type Checkpointer,
  type Checkpointing,
  createCheckpointer,
  createLogCheck,
  type LogCheck,
} from "./checkpoint/mod.ts";
import type { SeedChoice } from "./config.ts";
import type { Domain } from "./domain.ts";
import {
  broadcastCommit,
  createOwnerService,
  type DeadLetters,
  type ReceiptReader,
  serveShard,
} from "./edge/mod.ts";
import { type Seeding, seedShard } from "./seeding.ts";
import { balanceView, changesAfter, limitsView, type ShardState } from "./shard/mod.ts";
import type { EventStore } from "./store/mod.ts";
import { createWriter, type Writer, type WriterRole } from "./writer/mod.ts";

const EXCLUSIVE_LEASE_MS = 60_000;

/** What running a shard takes. */
export interface ShardRunnerOptions {
  readonly place: { readonly shard: number; readonly shards: number };
  readonly seed: SeedChoice;
  /** Signs the commands of people on the bus. */
  readonly serviceSecret: string;
  readonly exclusive: boolean;
  readonly owner: string;
  readonly store: EventStore;
  readonly domain: Domain<ShardState>;
  readonly deadLetters: DeadLetters;
  readonly receipts: ReceiptReader;
  /** Null: nothing is signed. */
  readonly checkpointing: Checkpointing | null;
  readonly bus: Bus;
  readonly effects: Effects;
  readonly log: Log;
}

/** A shard that is owned and served, or followed as a standby. */
export interface ShardRunner {
  /** Begins to follow the shard; returns at once. */
  start(): void;
  /** Takes nothing new, finishes what is in hand, gives the shard up. */
  stop(): Promise<void>;
  role(): WriterRole;
  /** Whether somebody serves the shard: this process, its prices seeded, or another one. */
  served(): Promise<boolean>;
  status(): Promise<JsonObject>;
  /** Why the shard can't be run at all until a person looked; null when it can. */
  failure(): string | null;
  /** Why checkpoints are late or missing; null when they are well or switched off. */
  checkpointProblem(): string | null;
}

const OWNERSHIP_POLL_MS = 25;
const PING_MS = 1_000;
const RESEED_MS = 250;

/** Builds the runner; nothing happens until it is started. */
export function createShardRunner(options: ShardRunnerOptions): ShardRunner {
  const { bus, effects, log, store, deadLetters, place: { shard } } = options;
  const check = logCheckOf(options, (error) => writer.fail(error));
  const writer = createWriter({
    store,
    domain: options.domain,
    shard,
    owner: options.owner,
    exclusive: options.exclusive,
    // Where nobody else can be, a stall of this process is no reason to step down.
    ...(options.exclusive ? { leaseMs: EXCLUSIVE_LEASE_MS } : {}),
    effects,
    onCommitted: ({ position, events }) => {
      if (events.length === 0) return;
      broadcastCommit(bus, { shard, position, eventTypes: events.map(({ event }) => event.type) });
    },
    beforeOwning: async () => await check?.run(),
    log,
  });
  const checkpointer = checkpointerOf(writer, options);
  const serving = createOwnerService({
    shard,
    timers: effects.timers,
    log,
    serve: () => serveWriter(writer, options),
  });
  let seeded = false;
  let seeding = false;
  let stopped = false;
  const isOwner = () => writer.status().role === "owner";

  async function seed(): Promise<void> {
    const { clock, timers } = effects;
    const shardSeeding: Seeding = {
      shard,
      clock,
      log,
      submit: writer.submit.bind(writer),
      known: (read) =>
        writer.readCommitted(({ prices, routing }) =>
          read({
            isPriced: (model) => prices.prices.has(model),
            isAlias: (alias) => routing.aliases.has(alias),
          })
        ),
    };
    seeding = true;
    while (!seeded && !stopped && isOwner()) {
      seeded = await seedShard(options.seed, shardSeeding);
      if (!seeded) await timers.sleep(RESEED_MS);
    }
    seeding = false;
  }

  const poll = () => {
    serving.setOwned(isOwner());
    if (isOwner() && !seeded && !seeding) void seed();
  };
  let polling = { cancel: () => {} };
  return {
    start() {
      writer.follow();
      checkpointer?.start();
      polling = effects.timers.every(OWNERSHIP_POLL_MS, poll);
    },
    async stop() {
      stopped = true;
      polling.cancel();
      check?.stop();
      await serving.stop();
      await checkpointer?.stop();
      await writer.stop();
    },
    role: () => writer.status().role,
    served: async () => isOwner() ? serving.serving() && seeded : await someoneServes(bus, shard),
    async status() {
      const { role, epoch, position, committedPosition, pending, failure } = writer.status();
      const head = await store.readHead(shard);
      return {
        shard,
        role,
        owner: head?.owner ?? null,
        epoch: (epoch ?? head?.epoch ?? 0n).toString(),
        headPosition: (head?.position ?? 0n).toString(),
        position: position.toString(),
        committedPosition: committedPosition.toString(),
        pending,
        serving: serving.serving(),
        deadLetters: await deadLetters.count(shard),
        failure,
        checkpoint: await checkpointer?.status() ?? null,
      };
    },
    failure: () => writer.status().failure,
    checkpointProblem: () => checkpointer?.problem() ?? null,
  };
}

function logCheckOf(
  { place: { shard }, checkpointing, store, effects: { clock, timers }, log }: ShardRunnerOptions,
  onContradiction: (error: Error) => void,
): LogCheck | null {
  if (checkpointing === null) return null;
  const { current, former } = checkpointing.keys;
  const publicKeys = [current, ...former].map(({ publicKey }) => publicKey);
  return createLogCheck({
    ...checkpointing,
    shard,
    publicKeys,
    store,
    clock,
    timers,
    log,
    onContradiction,
  });
}

function checkpointerOf(
  writer: Writer<ShardState>,
  { place: { shard }, checkpointing, store, effects, log }: ShardRunnerOptions,
): Checkpointer | null {
  if (checkpointing === null) return null;
  return createCheckpointer({
    ...checkpointing,
    shard,
    store,
    effects,
    log,
    ownership() {
      const { role, owner, epoch } = writer.status();
      return role !== "owner" || epoch === null ? null : { shard, owner, epoch };
    },
    committedPosition: () => writer.status().committedPosition,
    keyInForce: () => writer.readCommitted(({ signing }) => signing.inForce),
    submit: (envelope) => writer.submit(envelope),
  });
}

function serveWriter(
  writer: Writer<ShardState>,
  { bus, place, serviceSecret, deadLetters, log, receipts, effects }: ShardRunnerOptions,
): ReturnType<typeof serveShard> {
  return serveShard({
    bus,
    place,
    serviceSecret,
    deadLetters,
    log,
    submit: (envelope) => writer.submit(envelope),
    // What is told outside must be in the log: a decision that is lost would be a lie, and an edge
    // that was told a position ahead of the log would miss what is written there instead.
    views: {
      balance: (accountId) => writer.readCommitted((state) => balanceView(state, accountId)),
      limits: (accountId) =>
        writer.readCommitted((state) => limitsView(state, accountId, effects.clock.nowMs())),
      changesAfter: (position, limit) =>
        writer.readCommitted((state) => changesAfter(state, position, limit)),
      receipt: receipts,
    },
  });
}

/** Asks for changes after the end of all logs: whoever owns the shard answers with none. */
async function someoneServes(bus: Bus, shard: number): Promise<boolean> {
  try {
    const nothing = { afterPosition: "9".repeat(18), limit: 1 };
    await bus.request(subjects.config(shard), nothing, { timeoutMs: PING_MS });
    return true;
  } catch (error) {
    if (error instanceof BusError) return false;
    throw error;
  }
}
