/** A TCP relay between two processes, whose connections can be dropped, stalled and refused. @module */

/** What a relay does with its connections. */
export type RelayMode =
  /** Passes everything on. */
  | "open"
  /** Takes connections and bytes and passes nothing on, as a network that loses everything. */
  | "stalled"
  /** Closes each new connection at once. */
  | "refusing";

/** A relay to one address. */
export interface Relay {
  /** Who is connected to what, such as `ledger→postgres`. */
  readonly name: string;
  /** Where it listens on 127.0.0.1. */
  readonly port: number;
  setMode(mode: RelayMode): void;
  /** Closes every connection; returns how many there were. */
  drop(): number;
  /** Closes everything. */
  close(): Promise<void>;
}

const BUFFER_BYTES = 65_536;

/** Listens on a free port and relays each connection to `target` on 127.0.0.1. */
export function startRelay(name: string, target: number): Relay {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const pairs = new Set<readonly [Deno.TcpConn, Deno.TcpConn]>();
  let mode: RelayMode = "open";
  let gate = Promise.withResolvers<void>();
  gate.resolve();

  const pump = async (from: Deno.TcpConn, to: Deno.TcpConn) => {
    const buffer = new Uint8Array(BUFFER_BYTES);
    for (let length = await from.read(buffer); length !== null; length = await from.read(buffer)) {
      await gate.promise;
      for (let at = 0; at < length;) at += await to.write(buffer.subarray(at, length));
    }
  };
  const serve = async (client: Deno.TcpConn) => {
    let server: Deno.TcpConn;
    try {
      if (mode === "refusing") throw new Error("refusing");
      server = await Deno.connect({ hostname: "127.0.0.1", port: target });
    } catch {
      return closeQuietly(client);
    }
    client.setNoDelay(true);
    server.setNoDelay(true);
    const pair = [client, server] as const;
    pairs.add(pair);
    // When one direction ends, the connection has ended: none of the protocols half-closes.
    await Promise.race(
      [pump(client, server), pump(server, client)].map((each) => each.catch(ignore)),
    );
    closePair(pair);
  };
  const closePair = (pair: readonly [Deno.TcpConn, Deno.TcpConn]) => {
    if (!pairs.delete(pair)) return;
    for (const connection of pair) closeQuietly(connection);
  };
  const accepting = (async () => {
    for await (const client of listener) void serve(client);
  })();
  const drop = () => {
    const count = pairs.size;
    for (const pair of [...pairs]) closePair(pair);
    return count;
  };
  return {
    name,
    port: listener.addr.port,
    setMode(next) {
      mode = next;
      gate.resolve();
      gate = Promise.withResolvers();
      if (next !== "stalled") gate.resolve();
    },
    drop,
    async close() {
      listener.close();
      gate.resolve();
      drop();
      await accepting;
    },
  };
}

function closeQuietly(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // The other side was faster.
  }
}

function ignore(): void {}
