import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bus, createInProcessBus, subjects } from "../shared/bus/mod.ts";
import { type CommandReply, commandReplySchema } from "../shared/commands/mod.ts";
import { createEffects, platformOf } from "../shared/effects.ts";
import { signServiceToken } from "../shared/identity/mod.ts";
import { uuidv7 } from "../shared/ids/mod.ts";
import type { JsonObject, JsonValue } from "../shared/json.ts";
import { silentLog } from "../shared/log.ts";
import { composeLedger, type Ledger } from "./compose.ts";
import { type LedgerDatabase, openPglite } from "./store/mod.ts";

const secret = "a-secret-of-at-least-32-characters!";
const effects = createEffects(platformOf(globalThis));
const model = "gpt-4o-mini";

let database: LedgerDatabase;
let bus: Bus;
let ledger: Ledger;
let token: string;
let keyId: string;

async function start(): Promise<void> {
  bus = createInProcessBus(effects);
  ledger = await composeLedger({ serviceSecret: secret, shards: 1, seed: "starter" }, {
    database,
    bus,
    effects,
    log: silentLog,
    owner: uuidv7(effects),
    exclusive: true,
  });
  await ledger.ready(20_000);
}

async function stop(): Promise<void> {
  await ledger.close();
  await bus.close();
}

async function api(
  method: string,
  path: string,
  body?: unknown,
  key?: string,
): Promise<{ status: number; answer: { result: JsonObject; position: string } & JsonObject }> {
  const response = await ledger.fetch(
    new Request(`http://ledger${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(key === undefined ? {} : { "idempotency-key": key }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  );
  return { status: response.status, answer: await response.json() };
}

const send = async (type: string, operationId: string, body: JsonObject): Promise<CommandReply> =>
  commandReplySchema.parse(
    await bus.request(subjects.command(0), envelope(type, operationId, body), { timeoutMs: 5_000 }),
  ) as CommandReply;

const envelope = (type: string, operationId: string, body: JsonObject): JsonObject => ({
  operationId,
  actor: "edge:edge-1",
  occurredAtMs: effects.clock.nowMs(),
  type,
  body,
});

function placeHold(requestId: string): Promise<CommandReply> {
  return send("PlaceHold", `hold:${requestId}`, {
    accountId: "acc-1",
    requestId,
    keyId,
    edgeId: "edge-1",
    model,
    endpoint: "chat.completions",
    inputTokensBound: 100,
    outputTokensRequested: 50,
    minimumOutputTokens: 1,
    holdTtlMs: 60_000,
  });
}

function settlement(requestId: string): JsonObject {
  return envelope("SettleHold", `settle:${requestId}`, {
    accountId: "acc-1",
    requestId,
    usage: { input: 80, output: 20 },
    evidence: "reported",
    call: {
      provider: "openai",
      upstreamModel: model,
      attempts: [],
      streaming: false,
      clientStatus: 200,
      outcome: "completed",
      firstByteMs: 10,
      totalMs: 20,
      simulated: false,
    },
  });
}

/** Publishes on METER and resolves with the notices that came back for the operation. */
async function settleDurably(messages: readonly JsonObject[]): Promise<JsonValue[]> {
  const notices: JsonValue[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const listening = await bus.subscribe(subjects.settled("edge-1"), (notice) => {
    notices.push(notice);
    if (notices.length === messages.length) resolve();
  });
  for (const message of messages) {
    await bus.publishDurable(subjects.settle(0), message, {
      messageId: uuidv7(effects),
      timeoutMs: 5_000,
    });
  }
  await promise;
  await listening.stop();
  return notices;
}

const balance = async () => (await api("GET", "/v1/accounts/acc-1/balance")).answer.result;

beforeAll(async () => {
  database = await openPglite(null);
  token = await signServiceToken({ actor: "user:admin", role: "admin", accountId: null }, {
    secret,
    clock: effects.clock,
    ttlMs: 600_000,
  });
  await start();
  await api("POST", "/v1/accounts", { accountId: "acc-1", name: "A shop" });
  const credit = { amountMicroKyat: "1000000000", source: "manual_payment", reference: "KBZ 1" };
  await api("POST", "/v1/accounts/acc-1/credits", credit, "pay-1");
  const issued = await api("POST", "/v1/accounts/acc-1/keys", { label: "Key", expiresAtMs: null });
  keyId = String(issued.answer.result.keyId);
});

afterAll(async () => {
  await stop();
  await database.destroy();
});

describe("the ledger as a service, on its own database and bus", () => {
  it("holds, settles once however often it is told, and says so each time", async () => {
    const requestId = uuidv7(effects);
    const held = await placeHold(requestId);
    expect(held.status).toBe("accepted");
    expect(await placeHold(requestId)).toEqual(held);
    const before = await balance();
    expect(before.heldMicroKyat).not.toBe("0");

    const message = settlement(requestId);
    const notices = await settleDurably([message, message, message]);
    expect(new Set(notices.map((notice) => JSON.stringify(notice))).size).toBe(1);
    expect(notices[0]).toMatchObject({
      operationId: `settle:${requestId}`,
      reply: { status: "accepted", result: { state: "settled" } },
    });
    const after = await balance();
    expect(after.heldMicroKyat).toBe("0");
    const charged = BigInt(String(after.settledMicroKyat)) -
      BigInt(String(before.settledMicroKyat));
    expect(charged > 0n).toBe(true);

    const { result } = await bus.request(
      subjects.query(0),
      { type: "GetReceipt", accountId: "acc-1", requestId },
      { timeoutMs: 5_000 },
    ) as { result: JsonObject };
    expect(result).toMatchObject({ state: "settled", chargedMicroKyat: charged.toString() });
  });

  it("gives the same outcome after a restart", async () => {
    const requestId = uuidv7(effects);
    const held = await placeHold(requestId);
    const [notice] = await settleDurably([settlement(requestId)]);
    const before = await balance();
    await stop();
    await start();
    expect(await placeHold(requestId)).toEqual(held);
    expect(await settleDurably([settlement(requestId)])).toEqual([notice]);
    expect(await balance()).toEqual(before);
  });

  it("redelivers what came while nobody owned the shard", async () => {
    const requestId = uuidv7(effects);
    await placeHold(requestId);
    await ledger.close();
    await bus.publishDurable(subjects.settle(0), settlement(requestId), {
      messageId: requestId,
      timeoutMs: 5_000,
    });
    const oldBus = bus;
    ledger = await composeLedger({ serviceSecret: secret, shards: 1, seed: "starter" }, {
      database,
      bus: oldBus,
      effects,
      log: silentLog,
      owner: uuidv7(effects),
      exclusive: true,
    });
    await ledger.ready(20_000);
    while ((await balance()).heldMicroKyat !== "0") await effects.timers.sleep(10);
  });

  it("keeps what it cannot read, and goes on", async () => {
    const publish = (message: JsonValue) =>
      bus.publishDurable(subjects.settle(0), message, {
        messageId: uuidv7(effects),
        timeoutMs: 5_000,
      });
    await publish({ hello: "\u0000" });
    const requestId = uuidv7(effects);
    await placeHold(requestId);
    await settleDurably([settlement(requestId)]);
    const [shard] = (await ledger.status()).shards as readonly JsonObject[];
    expect(shard).toMatchObject({ role: "owner", serving: true, deadLetters: 1 });
  });

  it("grants credit once under one idempotency key, and refuses another body under it", async () => {
    const before = await balance();
    const credit = { amountMicroKyat: "5", source: "promotion", reference: "x" };
    const path = "/v1/accounts/acc-1/credits";
    const first = await api("POST", path, credit, "promo-1");
    expect(first.status).toBe(201);
    expect(await api("POST", path, credit, "promo-1")).toEqual(first);
    const other = await api("POST", path, { ...credit, amountMicroKyat: "6" }, "promo-1");
    expect(other.status).toBe(409);
    const after = await balance();
    expect(BigInt(String(after.creditedMicroKyat)) - BigInt(String(before.creditedMicroKyat))).toBe(
      5n,
    );
  });

  it("names a key again when its issue is repeated, and tells every edge of its revocation", async () => {
    const path = "/v1/accounts/acc-1/keys";
    const body = { label: "Second", expiresAtMs: null };
    const first = await api("POST", path, body, "key-2");
    const again = await api("POST", path, body, "key-2");
    expect(again.answer.result).toMatchObject({ keyId: first.answer.result.keyId, secret: null });
    expect((await api("POST", path, { ...body, label: "Third" }, "key-2")).status).toBe(409);

    const { promise, resolve } = Promise.withResolvers<JsonValue>();
    const listening = await bus.subscribe(subjects.configChanged(0), resolve);
    const revoked = await api("DELETE", `${path}/${first.answer.result.keyId}`);
    expect(revoked.status).toBe(200);
    expect(await promise).toEqual({ position: revoked.answer.position });
    await listening.stop();
    const page = await bus.request(subjects.config(0), {
      afterPosition: (BigInt(revoked.answer.position) - 1n).toString(),
      limit: 10,
    }, { timeoutMs: 5_000 });
    expect(page).toMatchObject({
      position: revoked.answer.position,
      keys: [{ keyId: first.answer.result.keyId, revoked: true }],
      more: false,
    });
  });

  it("sells the starter models from the first start on, seeded once", async () => {
    const page = await bus.request(subjects.config(0), { afterPosition: "0", limit: 2_000 }, {
      timeoutMs: 5_000,
    }) as { models: JsonObject[] };
    const names = page.models.map((one) => one.model);
    expect(names).toContain(model);
    expect(new Set(names).size).toBe(names.length);
  });

  it("answers a question that makes no sense with an error, not with silence", async () => {
    await expect(bus.request(subjects.query(0), { type: "Guess" }, { timeoutMs: 5_000 })).rejects
      .toThrow();
  });

  it("refuses to start with another number of shards", async () => {
    const parts = { database, bus, effects, log: silentLog, owner: "other" };
    await expect(composeLedger({ serviceSecret: secret, shards: 2, seed: "none" }, parts)).rejects
      .toThrow("SARGALAY_SHARDS=1");
  });
});
