import { describe, expect, it } from "vitest";
import { createEffects, type Effects, platformOf } from "../../shared/effects.ts";
import { verifyServiceToken } from "../../shared/identity/mod.ts";
import type { Principal } from "../../shared/permissions.ts";
import { createRooms, RoomError } from "./mod.ts";

const secret = "rooms-test-secret-0123456789abcdefghij";
const principal: Principal = { actor: "user:1", role: "developer", accountId: "demo" };
const real = createEffects(platformOf(globalThis));

/** Timers that go off at once. */
const hasty: Effects = {
  ...real,
  timers: {
    ...real.timers,
    after: (_delayMs, task) => {
      queueMicrotask(task);
      return { cancel: () => {} };
    },
  },
};

function roomsOver(
  answer: (request: Request) => Response | Promise<Response>,
  effects: Effects = real,
) {
  return createRooms({
    fetch: async (url, init) => await answer(new Request(url, init)),
    effects,
    urls: { ledger: "http://ledger", projections: "http://projections", proxy: "http://proxy" },
    serviceSecret: secret,
    timeoutMs: 5_000,
  });
}

const never = (request: Request) =>
  new Promise<Response>((_, reject) => {
    request.signal.throwIfAborted();
    request.signal.addEventListener("abort", () => reject(request.signal.reason));
  });

describe("a call to another room", () => {
  it("speaks for the person for 60 seconds", async () => {
    const seen: (Principal | null)[] = [];
    const { reads } = roomsOver(async (request) => {
      const token = request.headers.get("authorization")?.replace("Bearer ", "") ?? "";
      const nowMs = real.clock.nowMs();
      for (const atMs of [nowMs + 55_000, nowMs + 61_000]) {
        seen.push(await verifyServiceToken(token, { secret, clock: { nowMs: () => atMs } }));
      }
      return Response.json({ error: { code: "not_found", message: "no", param: null } }, {
        status: 404,
      });
    }).of(principal);
    expect(await reads.account("demo")).toBeNull();
    expect(seen).toEqual([principal, null]);
  });

  it("ends when its time is up", async () => {
    const { reads, commands } = roomsOver(never, hasty).of(principal);
    await expect(reads.account("demo")).rejects.toThrow("did not answer within 5000 ms");
    await expect(commands.grantCredit("op", "demo", {})).rejects.toBeInstanceOf(RoomError);
  });

  it.each([
    ["no JSON", new Response("<h1>oh</h1>", { status: 502 })],
    ["a strange shape", Response.json({ item: {} })],
    ["a server's failure", Response.json({ error: { code: "x", message: "y" } }, { status: 503 })],
    ["too much", new Response(new Uint8Array(9 * 1024 * 1024))],
  ])("that is answered with %s is the room's failure", async (_, response) => {
    const { reads } = roomsOver(() => response).of(principal);
    await expect(reads.account("demo")).rejects.toBeInstanceOf(RoomError);
  });

  it("keeps an id inside its part of the path", async () => {
    const paths: string[] = [];
    const { reads } = roomsOver((request) => {
      paths.push(new URL(request.url).pathname);
      return Response.json({}, { status: 404 });
    }).of(principal);
    await reads.account("../prices");
    expect(paths).toEqual(["/v1/accounts/..%2Fprices"]);
  });

  it("tells a refusal of the ledger from its failure", async () => {
    const error = { code: "insufficient_quota", message: "too little", param: null };
    const { commands } = roomsOver(() => Response.json({ error }, { status: 402 })).of(principal);
    expect(await commands.postAdjustment("op", "demo", {})).toEqual({
      ok: false,
      message: "too little",
      param: null,
    });
  });
});

const account = {
  accountId: "demo",
  name: "Demo",
  currency: "MMK",
  creditedMicroKyat: "5",
  settledMicroKyat: "0",
  heldMicroKyat: "0",
  availableMicroKyat: "5",
  openHolds: 0,
  openedAtMs: 1,
  updatedAtMs: 1,
};

describe("the live balance", () => {
  const event = `event: account\r\nid: 7\r\ndata: ${
    JSON.stringify({ position: "7", item: account })
  }\r\n\r\n`;
  const stream = `: hello\n\n${event}data: {"strange":true}\n\ndata: {broken\n\n${event}`;

  it("is understood however its bytes are cut", async () => {
    const bytes = new TextEncoder().encode(stream);
    for (let size = 1; size < bytes.length; size += 13) {
      const chunks = Array.from(
        { length: Math.ceil(bytes.length / size) },
        (_, index) => bytes.slice(index * size, (index + 1) * size),
      );
      const { liveBalance } = roomsOver(() => new Response(ReadableStream.from(chunks)))
        .of(principal);
      const seen: unknown[] = [];
      for await (const live of await liveBalance("demo", new AbortController().signal)) {
        seen.push(live);
      }
      expect(seen).toEqual([{ position: "7", item: account }, { position: "7", item: account }]);
    }
  });

  it("that can't begin is the room's failure", async () => {
    const { liveBalance } = roomsOver(() => new Response(null, { status: 503 })).of(principal);
    await expect(liveBalance("demo", new AbortController().signal)).rejects.toBeInstanceOf(
      RoomError,
    );
  });
});

describe("whether upstream is simulated", () => {
  it("is asked once for many pages, and unknown when the proxy does not answer", async () => {
    let asked = 0;
    const rooms = roomsOver(() => {
      asked += 1;
      return Response.json({ upstreams: [{ simulated: false }, { simulated: true }] });
    });
    expect(await Promise.all([rooms.simulated(), rooms.simulated()])).toEqual([true, true]);
    expect(asked).toBe(1);
    expect(await roomsOver(never, hasty).simulated()).toBeNull();
  });
});
