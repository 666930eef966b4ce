import { afterAll, describe, expect, it } from "vitest";
import { CHECKPOINT_STREAM, createInProcessBus, METER_STREAM } from "../../shared/bus/mod.ts";
import { connectNats, connectNatsBus } from "../../shared/bus/nats/mod.ts";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { createLog } from "../../shared/log.ts";
import { type NatsServer, startNats } from "../../tests/servers/mod.ts";
import {
  copied,
  createAnswerArchive,
  idempotencyKeyOf,
  pathAsked,
  requestIdentity,
} from "./mod.ts";

const effects = createEffects(platformOf(globalThis));
const bytesOf = (text: string) => new TextEncoder().encode(text);
const secret = { apiKey: "sk-sgl-one", idempotencyKey: "order-1" };
const answer = {
  status: 200,
  headers: { "content-type": "application/json" },
  body: bytesOf('{"a":1}'),
};

let server: NatsServer | null = null;
afterAll(() => server?.stop());

/** Opens the archive on each bus, beside the other streams of the product. */
const BUSES = {
  "in one process": () => {
    const bus = createInProcessBus({ ...effects, onFault: () => {} });
    return Promise.resolve({ bus, stop: () => bus.close() });
  },
  "over NATS": async () => {
    server ??= await startNats();
    const connection = await connectNats(server.url, { name: "replay", timers: effects.timers });
    const bus = connectNatsBus(connection, effects);
    return { bus, stop: () => bus.close() };
  },
};

async function archive(open: (typeof BUSES)[keyof typeof BUSES]) {
  const { bus, stop } = await open();
  for (const stream of [METER_STREAM, CHECKPOINT_STREAM]) await bus.ensureStream(stream);
  const log = createLog((line) => lines.push(line), effects.clock, "test");
  const lines: string[] = [];
  return { bus, stop, lines, archive: createAnswerArchive({ bus, effects, log }) };
}

describe.each(Object.entries(BUSES))("kept answers %s", (_name, open) => {
  it("come back as they were, to whoever has both secrets", async () => {
    const { archive: kept, stop } = await archive(open);
    expect(await kept.keep("r1", secret, answer)).toBe(true);
    expect(await kept.find("r1", secret)).toEqual(answer);
    expect(await kept.find("r1", { ...secret, apiKey: "sk-sgl-two" })).toBeNull();
    expect(await kept.find("r1", { ...secret, idempotencyKey: "order-2" })).toBeNull();
    expect(await kept.find("r2", secret)).toBeNull();
    await stop();
  });

  it("may be as long as is promised, and are not kept when longer", async () => {
    const { archive: kept, stop } = await archive(open);
    const long = { ...answer, body: new Uint8Array(600_000).fill(97) };
    expect(await kept.keep("r4", secret, long)).toBe(true);
    expect((await kept.find("r4", secret))?.body.length).toBe(600_000);
    expect(await kept.keep("r2", secret, { ...answer, body: new Uint8Array(600_001) })).toBe(false);
    await stop();
  });

  it("are not readable in the stream", async () => {
    const { archive: kept, bus, stop } = await archive(open);
    await kept.keep("r3", secret, { ...answer, body: bytesOf("private words") });
    const stored = JSON.stringify(
      await bus.readKept("ANSWERS", "sargalay.kept.answer.r3", { most: 1, timeoutMs: 1_000 }),
    );
    expect(stored).toContain("sealed");
    expect(stored).not.toContain("private");
    expect(stored).not.toContain(btoa("private words").slice(0, 8));
    await stop();
  });
});

describe("a copied body", () => {
  const body = (...parts: string[]) => ReadableStream.from(parts.map(bytesOf));

  it("is the same for the client, and whole before its end is shown", async () => {
    const seen: string[] = [];
    const out = copied(body("one ", "two"), 100, (whole) => {
      seen.push(new TextDecoder().decode(whole));
      return Promise.resolve();
    });
    expect(await new Response(out).text()).toBe("one two");
    expect(seen).toEqual(["one two"]);
  });

  it("is not kept when it is too long or nobody reads it to its end", async () => {
    const seen: unknown[] = [];
    const keep = (whole: unknown) => Promise.resolve(seen.push(whole));
    expect(await new Response(copied(body("one ", "two"), 5, keep)).text()).toBe("one two");
    const reader = copied(body("one", "two"), 100, keep).getReader();
    await reader.read();
    await reader.cancel();
    expect(seen).toEqual([]);
  });
});

describe("the identity of a request", () => {
  it("is of key, path and body", () => {
    const one = requestIdentity("k", "/v1/a", bytesOf("{}"));
    expect(one).toEqual(requestIdentity("k", "/v1/a", bytesOf("{}")));
    const others = [
      requestIdentity("k", "/v1/b", bytesOf("{}")),
      requestIdentity("k", "/v1/a", bytesOf("{ }")),
    ];
    for (const other of others) expect(other.bodyHash).not.toBe(one.bodyHash);
    expect(requestIdentity("l", "/v1/a", bytesOf("{}")).keyHash).not.toBe(one.keyHash);
  });

  it("is of the whole path, whichever key came with it", () => {
    const at = (url: string) => pathAsked(new Request(`http://proxy${url}`));
    expect(at("/v1/a?key=sk-1&alt=sse")).toBe(at("/v1/a?alt=sse&key=sk-2"));
    const paths = ["/v1/a", "/v1/b", "/v1/a?alt=sse", "/v1beta/models/m:generateContent"];
    expect(new Set(paths.map(at)).size).toBe(paths.length);
  });

  it("of a form does not depend on how its parts are divided", () => {
    const form = (boundary: string, prompt: string) =>
      requestIdentity(
        "k",
        "/v1/images/edits",
        bytesOf(
          `--${boundary}\r\ncontent-disposition: form-data; name="prompt"\r\n\r\n${prompt}` +
            `\r\n--${boundary}--\r\n`,
        ),
        `multipart/form-data; boundary=${boundary}`,
      );
    expect(form("----one-boundary", "a cat")).toEqual(form("----another-one", "a cat"));
    expect(form("----one-boundary", "a cat")).not.toEqual(form("----another-one", "a dog"));
  });

  it("is refused with a key that nobody could mean", () => {
    const key = (value: string) => idempotencyKeyOf(new Headers({ "idempotency-key": value }));
    expect(key("order-1")).toBe("order-1");
    expect(idempotencyKeyOf(new Headers())).toBeNull();
    expect(() => key("a b")).toThrow("Idempotency-Key");
    expect(() => key("x".repeat(256))).toThrow("Idempotency-Key");
  });
});
