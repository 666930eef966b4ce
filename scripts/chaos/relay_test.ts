import { describe, expect, it } from "vitest";
import { readChaosOptions } from "./options.ts";
import { type Relay, startRelay } from "./relay.ts";

/** Runs `use` with a relay to a server that sends back what it gets, and a way past the relay. */
async function withRelay(
  use: (relay: Relay, direct: () => Promise<Deno.TcpConn>) => Promise<void>,
): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const echoing = (async () => {
    for await (const connection of listener) {
      void connection.readable.pipeTo(connection.writable).catch(() => {});
    }
  })();
  const relay = startRelay("client→echo", listener.addr.port);
  await use(relay, () => Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port }));
  await relay.close();
  listener.close();
  await echoing;
}

const connect = (relay: Relay) => Deno.connect({ hostname: "127.0.0.1", port: relay.port });

/** What comes next on a connection: text, or null when it has ended or broken. */
async function next(connection: Deno.TcpConn): Promise<string | null> {
  const buffer = new Uint8Array(100);
  const length = await connection.read(buffer).catch(() => null);
  return length === null ? null : new TextDecoder().decode(buffer.subarray(0, length));
}

const say = (connection: Deno.TcpConn, text: string) =>
  connection.write(new TextEncoder().encode(text));

describe("a relay", () => {
  it("passes on what comes, and drops its connections", async () => {
    await withRelay(async (relay) => {
      using connection = await connect(relay);
      await say(connection, "one");
      expect(await next(connection)).toBe("one");
      expect(relay.drop()).toBe(1);
      expect(await next(connection)).toBeNull();
      expect(relay.drop()).toBe(0);
    });
  });

  it("keeps what comes while it is stalled, and passes it on afterwards", async () => {
    await withRelay(async (relay, direct) => {
      using connection = await connect(relay);
      await say(connection, "one");
      expect(await next(connection)).toBe("one");
      relay.setMode("stalled");
      await say(connection, "two");
      let heard = false;
      const answer = next(connection).then((text) => {
        heard = true;
        return text;
      });
      // Time enough for what is not stalled to come and go many times.
      using free = await direct();
      for (let turn = 0; turn < 50; turn++) {
        await say(free, "x");
        expect(await next(free)).toBe("x");
      }
      expect(heard).toBe(false);
      relay.setMode("open");
      expect(await answer).toBe("two");
    });
  });

  it("refuses new connections, and takes them again", async () => {
    await withRelay(async (relay) => {
      relay.setMode("refusing");
      using refused = await connect(relay);
      expect(await next(refused)).toBeNull();
      relay.setMode("open");
      using taken = await connect(relay);
      await say(taken, "one");
      expect(await next(taken)).toBe("one");
    });
  });
});

describe("the options of a chaos run", () => {
  it("have defaults, and a fresh seed", () => {
    expect(readChaosOptions([], 7)).toEqual({ minutes: 5, seed: 7, edges: 2 });
    expect(readChaosOptions(["--edges", "3", "--minutes", "0.5", "--seed", "9"], 7))
      .toEqual({ minutes: 0.5, seed: 9, edges: 3 });
  });

  it.each([
    ["--minutes", "1e3"],
    ["--minutes", "-1"],
    ["--minutes"],
    ["--edges", "1"],
    ["--edges", "9"],
    ["--seed", "4294967296"],
    ["--seed", "0x1"],
    ["--sead", "1"],
  ])("that are wrong are named: %s %s", (...args) => {
    expect(() => readChaosOptions(args, 7)).toThrow(args[0]!);
  });
});
