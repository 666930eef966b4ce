/** Ledgers that sign, over one database in memory, for tests. @module */
import { type Bus, createInProcessBus } from "../../../shared/bus/mod.ts";
import { createEffects, platformOf } from "../../../shared/effects.ts";
import { signServiceToken } from "../../../shared/identity/mod.ts";
import { uuidv7 } from "../../../shared/ids/mod.ts";
import { silentLog } from "../../../shared/log.ts";
import { composeLedger, type Ledger } from "../../compose.ts";
import { signingKeyOf } from "../../integrity/mod.ts";
import type { LedgerDatabase } from "../../store/mod.ts";
import type { KeptCheckpoint } from "../checkpoint_store.ts";
import type { CheckpointPlace } from "../places/place.ts";

const secret = "a-secret-of-at-least-32-characters!";
const effects = createEffects(platformOf(globalThis));

/** The key whose seed has this byte throughout. */
export const keyOf = (byte: number) => signingKeyOf(new Uint8Array(32).fill(byte));

/** A place in memory that fails while `failing` is true. */
export interface MemoryPlace extends CheckpointPlace {
  failing: boolean;
  readonly written: KeptCheckpoint[];
}

/** An empty place, or one that has a note. */
export function memoryPlace(name: string, note: string | null = null): MemoryPlace {
  const written: KeptCheckpoint[] = [];
  return {
    name,
    failing: false,
    written,
    write(checkpoint) {
      if (this.failing) return Promise.reject(new Error(`${name} is full`));
      written.push(checkpoint);
      return Promise.resolve();
    },
    readNewest() {
      const newest = written.at(-1)?.note ?? note;
      return Promise.resolve(newest === null ? [] : [newest]);
    },
  };
}

/** A ledger that signs, with a hand on its API. */
export interface SigningLedger {
  readonly ledger: Ledger;
  readonly bus: Bus;
  /** GET as text, without a token. */
  read(path: string): Promise<{ status: number; text: string }>;
  /** Calls as an admin. */
  // deno-lint-ignore no-explicit-any
  call(method: string, path: string, body?: unknown): Promise<{ status: number; answer: any }>;
  // deno-lint-ignore no-explicit-any
  status(): Promise<any>;
  close(): Promise<void>;
}

/** How it is started. */
export interface SigningOptions {
  readonly database: LedgerDatabase;
  readonly places: readonly CheckpointPlace[];
  /** The current key's byte, then those of former ones; `[1]` when absent. */
  readonly keys?: readonly number[];
  readonly logName?: string;
  /** Whether it may run although no place has a checkpoint; it may not when absent. */
  readonly unverifiedStart?: boolean;
}

/** Starts one; `ready` is the caller's to wait for. */
export async function startSigning(
  { database, places, keys = [1], logName = "test.example/log", unverifiedStart = false }:
    SigningOptions,
): Promise<SigningLedger> {
  const bus = createInProcessBus(effects);
  const [current, ...former] = keys.map(keyOf);
  const ledger = await composeLedger({ serviceSecret: secret, shards: 1, seed: "starter" }, {
    database,
    bus,
    effects,
    log: silentLog,
    owner: uuidv7(effects),
    exclusive: true,
    checkpoints: {
      keys: { current: current!, former },
      logName,
      intervalMs: 100,
      places,
      unverifiedStart,
    },
  });
  const token = await signServiceToken(
    { actor: "user:admin", role: "admin", accountId: null },
    { secret, clock: effects.clock, ttlMs: 600_000 },
  );
  return {
    ledger,
    bus,
    async read(path) {
      const response = await ledger.fetch(new Request(`http://ledger${path}`));
      return { status: response.status, text: await response.text() };
    },
    async call(method, path, body) {
      const response = await ledger.fetch(
        new Request(`http://ledger${path}`, {
          method,
          headers: { authorization: `Bearer ${token}`, "idempotency-key": uuidv7(effects) },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        }),
      );
      return { status: response.status, answer: await response.json() };
    },
    async status() {
      // deno-lint-ignore no-explicit-any
      return (await ledger.status() as any).shards[0];
    },
    async close() {
      await ledger.close();
      await bus.close();
    },
  };
}

/** Tries until `attempt` gives something else than null; throws after four. */
export async function eventually<T>(what: string, attempt: () => Promise<T | null>): Promise<T> {
  const deadlineMs = effects.clock.nowMs() + 240_000;
  while (effects.clock.nowMs() < deadlineMs) {
    const value = await attempt();
    if (value !== null) return value;
    await effects.timers.sleep(20);
  }
  throw new Error(`not within four minutes: ${what}`);
}

/** Waits until everything that is committed is covered. Returns the newest note. */
export async function untilCovered({ status, read }: SigningLedger): Promise<string> {
  await eventually("everything is covered", async () => {
    const { committedPosition, checkpoint } = await status();
    return checkpoint.position === committedPosition && committedPosition !== "0" ? true : null;
  });
  return (await read("/checkpoints/0/latest")).text;
}
