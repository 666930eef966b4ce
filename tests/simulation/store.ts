/** The database as one process reaches it: over a network, with everything that can go wrong. @module */
import type { AppendResult, Batch, EventStore } from "../../ledger/store/mod.ts";
import { type Conditions, spring, stallMs, strike } from "./conditions.ts";
import type { Process } from "./process.ts";
import type { Actor, Scheduler } from "./scheduler.ts";

/** What a client of the simulated database works with. */
export interface StoreClientOptions {
  readonly process: Process;
  readonly scheduler: Scheduler;
  readonly conditions: Conditions;
  /** Whose steps the calls are while they are in the database. */
  readonly server: Actor;
}

const WRITES: ReadonlySet<string> = new Set(["append", "acquire", "reclaim", "renew", "release"]);
const NO_SPACE = "could not extend file: no space left on device";
const LOST = "the connection was lost";

/** A store whose calls take time on the way there and back, and may be lost on either. */
export function createStoreClient(store: EventStore, options: StoreClientOptions): EventStore {
  const call = <T>(name: keyof EventStore, run: () => Promise<T>): Promise<T> =>
    callStore(name, run, options);
  return {
    acquire: (request) => call("acquire", () => store.acquire(request)),
    reclaim: (ownership, leaseMs) => call("reclaim", () => store.reclaim(ownership, leaseMs)),
    renew: (ownership, leaseMs) => call("renew", () => store.renew(ownership, leaseMs)),
    release: (ownership) => call("release", () => store.release(ownership)),
    append: (batch) => append(store, batch, options),
    readHead: (shard) => call("readHead", () => store.readHead(shard)),
    readShard: (...args) => call("readShard", () => store.readShard(...args)),
    readStream: (request) => call("readStream", () => store.readStream(request)),
    readFrames: (...args) => call("readFrames", () => store.readFrames(...args)),
    readPostings: (...args) => call("readPostings", () => store.readPostings(...args)),
    readBalances: (request) => call("readBalances", () => store.readBalances(request)),
    readOpenHolds: (...args) => call("readOpenHolds", () => store.readOpenHolds(...args)),
    findOutcomes: (...args) => call("findOutcomes", () => store.findOutcomes(...args)),
    findByRequest: (requestId) => call("findByRequest", () => store.findByRequest(requestId)),
  };
}

/** What passes is `unknown`, as the real stores say it; mistakes of the caller are thrown. */
async function append(
  store: EventStore,
  batch: Batch,
  options: StoreClientOptions,
): Promise<AppendResult> {
  try {
    return await callStore("append", () => store.append(batch), options);
  } catch (error) {
    if (error instanceof RangeError) throw error;
    return { status: "unknown", error };
  }
}

/**
 * One call. Its way there and its way back are steps of their own, so that the process can die, and
 * others can act, before, between and after them.
 */
export function callStore<T>(
  name: keyof EventStore | "query",
  run: () => Promise<T>,
  { process, scheduler, conditions, server }: StoreClientOptions,
): Promise<T> {
  const { random } = process;
  const kinds = name === "append" ? ["append", "store"] as const : ["store"] as const;
  const dies = (phase: "issued" | "done" | "answered") =>
    kinds.some((kind) => spring(conditions, process, kind, phase));
  const travelUs = () => {
    if (!random.percent(conditions.storeSlowPercent)) return random.int(50, 1_500);
    strike(conditions, "database slow");
    return random.int(1_000, conditions.storeSlowMs * 1_000);
  };
  return new Promise((resolve, reject) => {
    const answer = (how: () => void) => {
      scheduler.at(travelUs(), {
        actor: process,
        label: `${name} answered`,
        task() {
          if (!dies("answered")) how();
        },
      });
    };
    const fail = (message: string) => answer(() => reject(new Error(message)));
    if (process.state === "dead" || dies("issued")) return;
    if (conditions.storeCut.has(process.name)) {
      strike(conditions, "database cut off");
      return fail(LOST);
    }
    const lost = random.percent(conditions.storeLossPercent);
    if (lost && random.percent(50)) {
      strike(conditions, "call to the database lost");
      return fail(LOST);
    }
    const heldUpMs = name === "append" ? stallMs(conditions, process) : 0;
    scheduler.at(travelUs() + heldUpMs * 1_000, {
      actor: server,
      label: `${name} for ${process.name}`,
      task() {
        if (conditions.diskFull && WRITES.has(name)) {
          strike(conditions, "disk full");
          return fail(NO_SPACE);
        }
        run().then((value) => {
          if (lost) {
            strike(conditions, "answer of the database lost");
            return fail(LOST);
          }
          if (!dies("done")) answer(() => resolve(value));
        }, (error) => answer(() => reject(error)));
      },
    });
  });
}
