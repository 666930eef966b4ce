/** Which keys may have signed a note at a position of the log. @module */
import { decodeEvent } from "../../shared/events/mod.ts";
import type { EventStore } from "../store/mod.ts";

/** The keys that a ledger knows, base64. */
export interface KnownKeys {
  /** Those of its settings, the current one first. */
  readonly own: readonly string[];
  /** Each key that the log put in force, oldest first, with the position of its event. */
  readonly inLog: readonly { readonly publicKey: string; readonly position: bigint }[];
}

const MOST_KEYS = 10_000;

/** Reads the log's keys, at most 10,000. Rejects when the database does. */
export async function readKnownKeys(
  store: Pick<EventStore, "readStream">,
  shard: number,
  own: readonly string[],
): Promise<KnownKeys> {
  const stream = "integrity-checkpoint";
  const events = await store.readStream({ shard, stream, fromVersion: 1, limit: MOST_KEYS });
  const inLog = events.flatMap((recorded) => {
    const event = decodeEvent(recorded);
    if (event.type !== "SigningKeySet") return [];
    return [{ publicKey: event.payload.publicKey, position: recorded.position }];
  });
  return { own, inLog };
}

/** Every known key. */
export function allKeys({ own, inLog }: KnownKeys): string[] {
  return [...new Set([...own, ...inLog.map(({ publicKey }) => publicKey)])];
}

/**
 * The keys that may have signed for a log up to `position`, when it is known up to `end`: the one in
 * force there. Beyond the end that is the last one, or one of the settings that has not had its time;
 * the current one of the settings always, since a key may come back.
 */
export function keysAt({ own, inLog }: KnownKeys, position: bigint, end: bigint): string[] {
  const inForce = inLog.findLast((key) => key.position <= position)?.publicKey;
  const known = inForce === undefined ? [] : [inForce];
  if (position <= end) return known;
  const used = new Set(inLog.map(({ publicKey }) => publicKey));
  return [...known, ...own.filter((key, index) => index === 0 || !used.has(key))];
}
