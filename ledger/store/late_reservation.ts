/** Keeping postgres.js alive when its connections are cut. @module */
import type { ReservedSql, Sql } from "postgres";

/** A client that reads and writes int8 as bigint. */
type Client = Sql<{ bigint: bigint }>;

const END_SECONDS = 1;
/** Texts that a connection keeps planned; there are a few dozen, unless lists vary in length. */
const MAXIMUM_PREPARED = 200;

/**
 * The client with a `reserve` that takes a connection out of the pool for transactions only.
 *
 * Kysely reserves a connection for each query. postgres.js 3.4 returns a reserved connection to its
 * pool even when its socket has just been closed, and then writes to no socket: the exception is
 * nobody's to catch and ends the process, or the query never ends. Queries that go to the pool do not
 * have this trouble, and they save a turn.
 */
export function withLateReservation(client: Client): Client {
  const prepared = new Set<string>();
  // Planning an append takes the server longer than a small batch takes to write.
  const isPrepared = (text: string): boolean => {
    if (!prepared.has(text) && prepared.size < MAXIMUM_PREPARED) prepared.add(text);
    return prepared.has(text);
  };
  return new Proxy(client, {
    get(target, key, receiver) {
      // A connection that was cut while it was opened never says goodbye.
      if (key === "end") return () => target.end({ timeout: END_SECONDS });
      if (key === "reserve") return () => Promise.resolve(lateReservation(target, isPrepared));
      return Reflect.get(target, key, receiver);
    },
  });
}

function lateReservation(
  client: Client,
  isPrepared: (text: string) => boolean,
): Pick<ReservedSql, "unsafe" | "release"> {
  let reserved: ReservedSql | null = null;
  const unsafe = (...query: Parameters<ReservedSql["unsafe"]>) => {
    if (reserved !== null) return reserved.unsafe(...query);
    if (/^\s*(begin|start\s+transaction)\b/i.test(query[0])) return begin(query);
    const [text, parameters = []] = query;
    // Only a statement with parameters is one statement for certain.
    return client.unsafe(text, parameters, { prepare: parameters.length > 0 && isPrepared(text) });
  };
  const begin = async (query: Parameters<ReservedSql["unsafe"]>) => {
    // Without array types to fetch, a reservation waits for ever when it is the first thing that a
    // connection is asked for; so it finds one that is open.
    await client.unsafe("SELECT 1");
    reserved = await client.reserve();
    return await reserved.unsafe(...query);
  };
  return {
    // Kysely only awaits what it returns.
    unsafe: unsafe as ReservedSql["unsafe"],
    release: () => reserved?.release(),
  };
}
