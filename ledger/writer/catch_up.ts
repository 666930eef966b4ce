/** Replaying the log into a replica, checking every hash on the way. @module */
import { decodeEvent, streamOf } from "../../shared/events/mod.ts";
import type { Domain } from "../domain.ts";
import {
  canonicalJson,
  frameHash,
  type Hash,
  leafHash,
  merkleRoot,
  sameHash,
} from "../integrity/mod.ts";
import type {
  AccountBalance,
  EventStore,
  Frame,
  Posting,
  ShardHead,
  StoredEvent,
} from "../store/mod.ts";
import { firstDifference } from "./first_difference.ts";
import { advance, assertBalanced, balanceKey, nextVersion, type Replica } from "./replica.ts";

/** The log contradicts itself or this program: nothing may be decided until a person looked. */
export class LogDamagedError extends Error {
  constructor(shard: number, position: bigint, what: string, options?: ErrorOptions) {
    super(`shard ${shard} at position ${position}: ${what}`, options);
    this.name = "LogDamagedError";
  }
}

const PAGE_EVENTS = 5_000;
const PAGE_FRAMES = 2_000;

/** Where a replica reads from. */
export interface Source<State> {
  readonly store: EventStore;
  readonly domain: Domain<State>;
  readonly shard: number;
  /** Gives one call to the store a deadline: rejects when it passes. */
  within<T>(what: string, call: Promise<T>): Promise<T>;
}

/**
 * Takes in all events that the log has beyond the replica. Checks that positions and versions have
 * no gaps, leaves and roots fit the events, frames are chained, and postings balance and are the
 * ones in the table, with the balances that they left. Throws {@link LogDamagedError} when something does not fit, and whatever the store throws. Returns how
 * many events it took in.
 */
export async function catchUp<State>(
  source: Source<State>,
  replica: Replica<State>,
  mayGoOn: () => boolean = () => true,
): Promise<number> {
  let taken = 0;
  while (mayGoOn()) {
    const frames = await readFrames(source, replica.position);
    if (frames.length === 0) return taken;
    const count = frames.reduce((sum, frame) => sum + frame.count, 0);
    const after = replica.position;
    const events = await readEvents(source, after, count);
    const recorded = await readPostings(source, after, count);
    const replayed: Posting[] = [];
    let from = 0;
    for (const frame of frames) {
      replayed.push(...takeFrame(source, replica, frame, events.slice(from, from + frame.count)));
      from += frame.count;
    }
    const different = firstDifference(replayed, recorded);
    if (different !== null) {
      const what = "the table of postings does not fit the event";
      throw new LogDamagedError(source.shard, different, what);
    }
    taken += count;
  }
  return taken;
}

/** The next frames that together have about a page of events; at least one when there is any. */
async function readFrames<State>(
  { store, shard, within }: Source<State>,
  position: bigint,
): Promise<Frame[]> {
  const read = (limit: number) =>
    within("reading frames", store.readFrames(shard, position, limit));
  const frames = await read(PAGE_FRAMES);
  if (
    frames.length === 0 &&
    (await within("reading events", store.readShard(shard, position, 1))).length > 0
  ) {
    // Unless an append came between the two reads.
    if ((await read(1)).length === 0) {
      throw new LogDamagedError(shard, position + 1n, "the event belongs to no frame");
    }
  }
  let events = 0;
  return frames.filter((frame, index) => {
    events += frame.count;
    return index === 0 || events <= PAGE_EVENTS;
  });
}

async function readEvents<State>(
  { store, shard, within }: Source<State>,
  position: bigint,
  count: number,
): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  while (events.length < count) {
    const after = position + BigInt(events.length);
    const limit = Math.min(count - events.length, PAGE_EVENTS);
    const page = await within("reading events", store.readShard(shard, after, limit));
    if (page.length === 0) {
      throw new LogDamagedError(shard, position + BigInt(events.length) + 1n, "no event is there");
    }
    events.push(...page);
  }
  return events;
}

async function readPostings<State>(
  { store, shard, within }: Source<State>,
  position: bigint,
  count: number,
): Promise<Posting[]> {
  const postings: Posting[] = [];
  for (let read = 0; read < count; read += PAGE_EVENTS) {
    const limit = Math.min(count - read, PAGE_EVENTS);
    const after = position + BigInt(read);
    postings.push(
      ...await within("reading postings", store.readPostings(shard, after, limit)),
    );
  }
  return postings;
}

function takeFrame<State>(
  source: Source<State>,
  replica: Replica<State>,
  frame: Frame,
  events: readonly StoredEvent[],
): Posting[] {
  const { shard } = source;
  const fail = (what: string): never => {
    throw new LogDamagedError(shard, frame.firstPosition, what);
  };
  if (frame.firstPosition !== replica.position + 1n) {
    fail(`the frame before ended at position ${replica.position}`);
  }
  if (!sameHash(frame.previousHash, replica.frameHash)) fail("the chain of frames is broken");
  const postings: Posting[] = [];
  const leaves = events.map((event): Hash => {
    const taken = takeEvent(source, replica, event);
    postings.push(...taken.postings);
    return taken.hash;
  });
  if (!sameHash(merkleRoot(leaves), frame.merkleRoot)) fail("the root does not fit the events");
  if (!sameHash(frameHash(frame), frame.hash)) fail("the frame's hash does not fit the frame");
  replica.frameHash = frame.hash;
  return postings;
}

function takeEvent<State>(
  { domain, shard }: Source<State>,
  replica: Replica<State>,
  recorded: StoredEvent,
): { readonly hash: Hash; readonly postings: readonly Posting[] } {
  const { position } = recorded;
  try {
    if (position !== replica.position + 1n) {
      throw new RangeError(`the event before has position ${replica.position}`);
    }
    const event = decodeEvent(recorded);
    const stream = streamOf(event);
    if (recorded.stream !== stream || recorded.version !== nextVersion(replica, stream)) {
      throw new RangeError(
        `${recorded.stream} version ${recorded.version} should be ${stream} version ${
          nextVersion(replica, stream)
        }`,
      );
    }
    const legs = domain.postings(event);
    assertBalanced(event, legs);
    const payloadJson = canonicalJson(recorded.payload);
    const hash = leafHash({ ...recorded, payloadJson, legs });
    if (!sameHash(hash, recorded.hash)) throw new RangeError("the event does not fit its hash");
    const { recordedAtMs } = recorded;
    return { hash, postings: advance(replica, domain, { event, recordedAtMs, legs, stream }) };
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    throw new LogDamagedError(shard, position, what, { cause: error });
  }
}

/**
 * Checks a replica that has caught up under ownership: it stands where the head stands, and the
 * table of balances and the domain's own balances equal the replayed books. Throws
 * {@link LogDamagedError} when not.
 */
export async function verifyHead<State>(
  { store, domain, shard, within }: Source<State>,
  replica: Replica<State>,
  head: ShardHead,
): Promise<void> {
  const fail = (what: string, options?: ErrorOptions): never => {
    throw new LogDamagedError(shard, head.position, what, options);
  };
  if (replica.position !== head.position) {
    fail(`the head is there, but the log ends at ${replica.position}`);
  }
  if (!sameHash(replica.frameHash, head.frameHash)) fail("the head has another frame hash");
  let after: { account: string; currency: string } | null = null;
  let seen = 0;
  while (true) {
    const page: AccountBalance[] = await within(
      "reading balances",
      store.readBalances({ shard, after, limit: PAGE_EVENTS }),
    );
    for (const { account, currency, balance } of page) {
      const replayed = replica.balances.get(balanceKey(account, currency));
      if (replayed === balance) continue;
      fail(`the table has ${account} at ${balance} ${currency}, the log at ${replayed ?? "none"}`);
    }
    seen += page.length;
    after = page.at(-1) ?? null;
    if (page.length < PAGE_EVENTS) break;
  }
  if (seen !== replica.balances.size) {
    fail(`the table has ${seen} balances, the log ${replica.balances.size}`);
  }
  try {
    domain.checkBalances(
      replica.state,
      (account, currency) => replica.balances.get(balanceKey(account, currency)) ?? 0n,
    );
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
