/**
 * A real ledger on a database in memory: its writer, its domain, its checkpoints; only the clock can
 * be moved on. @module
 */
import {
  type Checkpointer,
  createCheckpointer,
  createCheckpointStore,
} from "../../ledger/checkpoint/mod.ts";
import { type SigningKey, signingKeyOf } from "../../ledger/integrity/mod.ts";
import { ledgerDomain } from "../../ledger/shard/mod.ts";
import { createEventStore, type LedgerDatabase, openPglite } from "../../ledger/store/mod.ts";
import { createWriter } from "../../ledger/writer/mod.ts";
import {
  type CommandBody,
  commandEnvelopeSchema,
  type CommandReply,
  type CommandType,
} from "../../shared/commands/mod.ts";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { toJsonValue } from "../../shared/json.ts";
import { silentLog } from "../../shared/log.ts";

/** The first key of the log, and the one that follows it. */
export const FIRST_KEY: SigningKey = signingKeyOf(new Uint8Array(32).fill(1));
/** See {@link FIRST_KEY}. */
export const SECOND_KEY: SigningKey = signingKeyOf(new Uint8Array(32).fill(2));
/** The log's origin. */
export const ORIGIN = "test-log/shard-0";

/** A ledger that takes commands. */
export interface RealLedger {
  readonly database: LedgerDatabase;
  /** Has a command accepted; throws when it is not. */
  give<T extends CommandType>(type: T, body: CommandBody<T>): Promise<void>;
  /** Moves the ledger's clock on, at most 2 s at a time. */
  wait(ms: number): void;
  /** Resolves once nothing under way is left and the newest checkpoint covers the log. */
  cover(): Promise<void>;
  /** Signs with another key from now on, endorsed by the one before. */
  rotate(key: SigningKey): Promise<void>;
  /** Resolves once the log has so many events of a type. */
  until(type: string, count: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a ledger, on a database of its own in memory when none is given; `owner` is a name that no
 * ledger on this database had before.
 */
export async function openRealLedger(
  given: LedgerDatabase | null = null,
  owner = "audit-test",
  firstKey: SigningKey = FIRST_KEY,
): Promise<RealLedger> {
  const database = given ?? await openPglite(null);
  const store = createEventStore(database);
  const checkpoints = createCheckpointStore(database);
  const real = createEffects(platformOf(globalThis));
  let aheadMs = 0;
  const clock = { nowMs: () => real.clock.nowMs() + aheadMs };
  const effects = { ...real, clock };
  const writer = createWriter({
    store,
    domain: ledgerDomain,
    shard: 0,
    owner,
    effects,
    exclusive: true,
    leaseMs: 60_000,
    deadlineMs: 60_000,
    callTimeoutMs: 60_000,
    tickMs: 20,
    expiryGraceMs: 0,
  });
  await writer.start();
  const signWith = (current: SigningKey, former: readonly SigningKey[]): Checkpointer => {
    const checkpointer = createCheckpointer({
      origin: ORIGIN,
      keys: { current, former },
      intervalMs: 1,
      checkpoints,
      places: [],
      unverifiedStart: false,
      shard: 0,
      store,
      effects,
      log: silentLog,
      ownership() {
        const { role, owner, epoch } = writer.status();
        return role !== "owner" || epoch === null ? null : { shard: 0, owner, epoch };
      },
      committedPosition: () => writer.status().committedPosition,
      keyInForce: () => writer.readCommitted(({ signing }) => signing.inForce),
      submit: (envelope) => writer.submit(envelope),
    });
    checkpointer.start();
    return checkpointer;
  };
  let key = firstKey;
  let checkpointer = signWith(key, []);
  let commands = 0;
  const cover = async () => {
    for (;;) {
      const newest = await checkpoints.newest(0);
      if (newest?.position === writer.status().committedPosition) return;
      await real.timers.sleep(10);
    }
  };
  return {
    database,
    async give(type, body) {
      const envelope = commandEnvelopeSchema.parse({
        operationId: `test:${owner}:${++commands}`,
        actor: "user:test",
        occurredAtMs: clock.nowMs(),
        type,
        body: toJsonValue(body),
      });
      const reply: CommandReply = await writer.submit(envelope);
      if (reply.status !== "accepted") throw new Error(`${type}: ${JSON.stringify(reply)}`);
    },
    wait(ms) {
      aheadMs += ms;
    },
    cover,
    async rotate(next) {
      await checkpointer.stop();
      checkpointer = signWith(next, [key]);
      key = next;
    },
    async until(type, count) {
      for (;;) {
        const { length } = await database.selectFrom("ledger.event").select("position")
          .where("type", "=", type).execute();
        if (length >= count) return;
        await real.timers.sleep(10);
      }
    },
    async close() {
      await checkpointer.stop();
      await writer.stop();
      if (given === null) await database.destroy();
    },
  };
}
