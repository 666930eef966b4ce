import { describe, expect, it } from "vitest";
import type { CommandReply } from "../../shared/commands/mod.ts";
import type { EdgeModel } from "../../shared/edge_config/mod.ts";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { signServiceToken } from "../../shared/identity/mod.ts";
import { silentLog } from "../../shared/log.ts";
import { makeMasterKey, type MasterKeys, parseMasterKeys } from "../../shared/routing/mod.ts";
import type { RoutingView } from "./routing_reader.ts";
import { isAllowed, type Role, ROLES } from "../../shared/permissions.ts";
import type { CommandSender, Sending, ShardReply } from "./command_sender.ts";
import type { CheckpointReader } from "../checkpoint/mod.ts";
import { apiRoutes, createLedgerApi, publicRoutes } from "./mod.ts";
import { receiptViewSchema } from "../../shared/commands/mod.ts";
import { createRateLimit } from "./public_route.ts";
import type { IssuedKey } from "./outcomes.ts";

const secret = "a-secret-of-at-least-32-characters!";
const effects = createEffects(platformOf(globalThis));

const BODIES: Readonly<Record<string, unknown>> = {
  "post /v1/accounts": { accountId: "acc-1", name: "A shop" },
  "post /v1/accounts/{accountId}/credits": {
    amountMicroKyat: "9007199254740993",
    source: "manual_payment",
    reference: "KBZ 1",
  },
  "post /v1/accounts/{accountId}/credit-notes": {
    reference: "rerate-1",
    amountMicroKyat: "5",
    fromDay: null,
    toDay: null,
    reason: "Too high",
  },
  "post /v1/accounts/{accountId}/adjustments": { amountMicroKyat: "-5", reason: "Wrong transfer" },
  "post /v1/accounts/{accountId}/keys": { label: "Server", expiresAtMs: null },
  "put /v1/accounts/{accountId}/budgets": { keyId: null, period: "day", limitMicroKyat: "1" },
  "put /v1/accounts/{accountId}/plan": { planId: "startup" },
  "put /v1/accounts/{accountId}/keys/{keyId}/plan": { planId: null },
  "put /v1/accounts/{accountId}/keys/{keyId}/settings": {
    label: "Server",
    expiresAtMs: null,
    allowedModels: ["openai/*"],
    ipRanges: ["192.0.2.0/24"],
    routerId: null,
    tags: [],
  },
  "post /v1/plans": {
    planId: "startup",
    name: "Startup",
    family: "api",
    monthlyPriceNanoUsd: "29000000000",
    limits: {
      requestsPerMinute: 60,
      tokensPerMinute: null,
      requestsPerDay: null,
      tokensPerMonth: 1_000_000,
      concurrentRequests: null,
    },
  },
  "post /v1/prices/withdraw": { model: "model-1", reason: "retired" },
  "put /v1/own-key-fee": { picoUsdPerRequest: "2000000000" },
  "post /v1/prices": {
    model: "m",
    displayName: "M",
    ownedBy: "o",
    ratesPicoUsdPerUnit: { input: "1", output: "2" },
    contextWindowTokens: 10,
    maxOutputTokens: 5,
    source: "test",
  },
  "put /v1/markup": { markupPartsPerMillion: 50_000 },
  "put /v1/fx": { kyatPerUsd: "4500.25", source: "test" },
  "put /v1/alert-rules/{ruleId}": {
    name: "Low",
    severity: "warning",
    enabled: true,
    clearAfterSeconds: 0,
    condition: { kind: "balance_low", accountId: null, belowMicroKyat: "9007199254740993" },
  },
  "post /v1/alerts/{alertId}/acknowledgements": { note: null },
  "put /v1/providers/{provider}": {
    profile: "groq",
    baseUrl: null,
    enabled: true,
    models: null,
    priority: 100,
  },
  "post /v1/provider-keys": {
    provider: "groq",
    level: "system",
    ownerId: null,
    secret: "gsk_0123456789abcdef",
  },
  "post /v1/accounts/{accountId}/provider-keys": {
    provider: "groq",
    userId: null,
    secret: "gsk_0123456789abcdef",
  },
  "put /v1/routers/{routerId}": {
    name: "Night",
    enabled: true,
    rules: [],
    fallback: [{ provider: "groq", model: null }],
  },
  "put /v1/model-aliases": { alias: "fast", models: ["gpt-4o-mini"] },
};

const PLAN = { planId: "startup", planVersion: 2 };
const SOLD: EdgeModel = {
  model: "openai/gpt-4o",
  displayName: "GPT-4o",
  ownedBy: "openai",
  contextWindowTokens: 128_000,
  maxOutputTokens: 16_384,
  ratesPicoUsdPerUnit: { input: 2_500_000n },
  publishedAtMs: 7,
  priceVersion: 3,
  withdrawn: true,
};
const LIMIT = {
  name: "requestsPerDay",
  limit: 10,
  used: 4,
  remaining: 6,
  resetAtMs: 1_760_549_400_000,
} as const;

const REQUEST_ID = "01990000-0000-7000-8000-000000000002";

const RECEIPT = receiptViewSchema.parse({
  requestId: REQUEST_ID,
  accountId: "acc-1",
  keyId: "key-1",
  model: "m",
  state: "held",
  holdMicroKyat: "9007199254740993",
  chargedMicroKyat: "0",
  unbilledMicroKyat: "0",
  usage: null,
  evidence: null,
  pricing: {},
  call: null,
  placedAtMs: 1,
  endedAtMs: null,
  positions: ["7"],
});

const CHECKPOINTS: CheckpointReader = {
  shards: 1,
  origin: (shard) => `log/shard-${shard}`,
  newest: () => Promise.resolve(kept(9)),
  ofFrames: (_shard, frames) => Promise.resolve(frames <= 9 ? kept(frames) : null),
  page: (_shard, after, limit) =>
    Promise.resolve(
      Array.from({ length: 9 }, (_, index) => kept(index + 1))
        .filter(({ frames }) => frames > after).slice(0, limit),
    ),
  consistency: (from, to) => Promise.resolve({ from: from.note, to: to.note, path: [] }),
  inclusion: () => Promise.resolve({ status: "proven", receipt: { format: "x" } }),
  keys: () => Promise.resolve([]),
};

function kept(frames: number) {
  const note = `log/shard-0\n${frames}\n`;
  return { shard: 0, frames, position: 40n, note, epoch: 1n, signedAtMs: 5 };
}

const accepted: ShardReply = { status: "accepted", position: "7", result: { done: true } };

const MASTER_KEYS = parseMasterKeys(makeMasterKey(effects.random));
const NO_ROUTING: RoutingView = { providers: [], providerKeys: [], routers: [], aliases: [] };

function api(
  options: {
    routing?: RoutingView;
    masterKeys?: MasterKeys | null;
    reply?: CommandReply;
    issued?: IssuedKey;
    shards?: number;
    nowMs?: number;
  } = {},
) {
  const sent: (Sending & { shard: number | null })[] = [];
  const commands: CommandSender = {
    shards: options.shards ?? 1,
    toAccount(_accountId, sending) {
      sent.push({ ...sending, shard: null });
      return Promise.resolve(options.reply ?? accepted);
    },
    toShard(shard, sending) {
      sent.push({ ...sending, shard });
      return Promise.resolve(options.reply ?? accepted);
    },
    balance: (accountId) =>
      Promise.resolve(
        accountId === "acc-1"
          ? {
            accountId,
            currency: "MMK",
            creditedMicroKyat: "10",
            settledMicroKyat: 1n,
            heldMicroKyat: 2n,
            availableMicroKyat: 7n,
            openHolds: 1,
            position: "9",
          }
          : null,
      ),
    limits: (accountId) =>
      Promise.resolve(
        accountId === "acc-1"
          ? { accountId, position: "9", plans: [{ ...PLAN, keyId: null, limits: [LIMIT] }] }
          : null,
      ),
    prices: () => Promise.resolve({ position: "9", models: [SOLD] }),
  };
  const handle = createLedgerApi({
    commands,
    outcomes: { issuedKey: () => Promise.resolve(options.issued ?? null) },
    routing: { read: () => Promise.resolve(options.routing ?? NO_ROUTING) },
    masterKeys: options.masterKeys === undefined ? MASTER_KEYS : options.masterKeys,
    receipts: () => Promise.resolve(RECEIPT),
    checkpoints: CHECKPOINTS,
    effects: options.nowMs === undefined
      ? effects
      : { ...effects, clock: { nowMs: () => options.nowMs! } },
    log: silentLog,
    serviceSecret: secret,
    health: () => Promise.resolve({ ok: true, detail: {} }),
    status: () => Promise.resolve({ shards: [] }),
  });
  const call = async (
    method: string,
    path: string,
    more: { role?: Role; accountId?: string; body?: unknown; headers?: HeadersInit } = {},
  ) => {
    const headers = new Headers(more.headers);
    // As callers must where money moves; the other routes make one up.
    const movesMoney = /\/(credits|adjustments|credit-notes)$/.test(path);
    if (movesMoney && more.headers === undefined) headers.set("idempotency-key", "each-its-own");
    if (more.role !== undefined) {
      const principal = {
        actor: "user:42",
        role: more.role,
        accountId: more.accountId ?? null,
      };
      const token = await signServiceToken(principal, {
        secret,
        clock: effects.clock,
        ttlMs: 60_000,
      });
      headers.set("authorization", `Bearer ${token}`);
    }
    const body = more.body === undefined
      ? undefined
      : typeof more.body === "string"
      ? more.body
      : JSON.stringify(more.body);
    const response = await handle(
      new Request(`http://ledger${path}`, { method: method.toUpperCase(), headers, body }),
    );
    return { response, answer: await response.json() };
  };
  return { call, sent, fetch: handle };
}

const filled = (path: string) =>
  path.replace("{provider}", "groq").replace("{routerId}", "night")
    .replace("{accountId}", "acc-1").replace("{keyId}", "key-1").replace("{ruleId}", "low")
    .replace("{alertId}", "01990000-0000-7000-8000-000000000001")
    .replace("{requestId}", REQUEST_ID).replace("{shard}", "0").replace("{position}", "7");
const routes = apiRoutes.map((route) => ({ ...route, name: `${route.method} ${route.path}` }));

describe("who may call what", () => {
  it("covers every route with a body to send", () => {
    for (const route of routes) expect(route.name in BODIES).toBe(route.body !== null);
  });

  it.each(routes)("$name refuses a caller without a genuine token", async (route) => {
    const { call, sent } = api();
    for (const authorization of [null, "Bearer nonsense", "Basic eDp5", "Bearer "]) {
      const headers: HeadersInit = authorization === null ? {} : { authorization };
      const { response, answer } = await call(route.method, filled(route.path), {
        headers,
        body: BODIES[route.name],
      });
      expect([response.status, answer.error.code]).toEqual([401, "invalid_token"]);
    }
    expect(sent).toEqual([]);
  });

  it.each(routes)("$name lets each role do what the table says and no more", async (route) => {
    const principals = ROLES.flatMap((role) =>
      [null, "acc-1", "acc-2"].map((accountId) => ({ actor: "user:42", role, accountId }))
    );
    for (const principal of principals) {
      const { call, sent } = api();
      const { response } = await call(route.method, filled(route.path), {
        role: principal.role,
        ...(principal.accountId === null ? {} : { accountId: principal.accountId }),
        body: BODIES[route.name],
      });
      const onAccount = route.path.includes("{accountId}") ? "acc-1" : null;
      const allowed = isAllowed(principal, route.permission, onAccount);
      expect([principal, response.status]).toEqual([principal, allowed ? route.status : 403]);
      if (!allowed) expect(sent).toEqual([]);
    }
  });
});

describe("commands over HTTP", () => {
  it("carry amounts beyond 2^53 exactly, with the caller as their actor", async () => {
    const { call, sent } = api();
    const path = "/v1/accounts/{accountId}/credits";
    const { response, answer } = await call("post", filled(path), {
      role: "admin",
      body: BODIES[`post ${path}`],
      headers: { "idempotency-key": "pay-1" },
    });
    expect(answer).toEqual({ position: "7", result: { done: true } });
    expect(response.headers.get("idempotency-key")).toBe("pay-1");
    expect(sent[0]).toMatchObject({
      actor: "user:42",
      command: {
        type: "GrantCredit",
        body: { accountId: "acc-1", amountMicroKyat: 2n ** 53n + 1n },
      },
    });
    expect(sent[0]!.operationId).toMatch(/^api:[0-9a-f]{32}:pay-1$/);
  });

  it.each(["credits", "adjustments", "credit-notes"])(
    "that move money (%s) are refused without an idempotency key",
    async (what) => {
      const { call, sent } = api();
      const path = `/v1/accounts/{accountId}/${what}`;
      const { response, answer } = await call("post", filled(path), {
        role: "admin",
        body: BODIES[`post ${path}`],
        headers: {},
      });
      expect([response.status, answer.error.code, answer.error.param]).toEqual([
        400,
        "invalid_request",
        "Idempotency-Key",
      ]);
      expect(sent).toEqual([]);
    },
  );

  it("make up an idempotency key when none came, and say which", async () => {
    const { call, sent } = api();
    const { response } = await call("put", "/v1/markup", {
      role: "admin",
      body: { markupPartsPerMillion: 1 },
    });
    const key = response.headers.get("idempotency-key")!;
    expect(sent[0]!.operationId.endsWith(`:${key}`)).toBe(true);
  });

  it("about prices go to every shard", async () => {
    const { call, sent } = api({ shards: 3 });
    const { answer } = await call("put", "/v1/markup", {
      role: "admin",
      body: { markupPartsPerMillion: 1 },
    });
    expect(sent.map(({ shard }) => shard)).toEqual([0, 1, 2]);
    expect(answer.positions).toHaveLength(3);
  });

  it("about a plan go to every shard, who has it to the account's alone", async () => {
    const { call, sent } = api({ shards: 3 });
    const send = (method: string, path: string) =>
      call(method, filled(path), { role: "admin", body: BODIES[`${method} ${path}`] });
    expect((await send("post", "/v1/plans")).answer.positions).toHaveLength(3);
    await send("put", "/v1/accounts/{accountId}/plan");
    await send("put", "/v1/accounts/{accountId}/keys/{keyId}/plan");
    expect(sent.map(({ shard }) => shard)).toEqual([0, 1, 2, null, null]);
    expect(sent.slice(3).map(({ command }) => command)).toMatchObject([
      { type: "AssignPlan", body: { accountId: "acc-1", keyId: null, planId: "startup" } },
      { type: "AssignPlan", body: { accountId: "acc-1", keyId: "key-1", planId: null } },
    ]);
  });

  it("about a key's settings name the setting that is wrong", async () => {
    const { call, sent } = api();
    const path = "/v1/accounts/{accountId}/keys/{keyId}/settings";
    const body = BODIES[`put ${path}`] as Record<string, unknown>;
    const wrong = { ...body, ipRanges: ["192.0.2.0/33"] };
    const { response, answer } = await call("put", filled(path), { role: "admin", body: wrong });
    expect([response.status, answer.error.param]).toEqual([400, "ipRanges.0"]);
    await call("put", filled(path), { role: "admin", body });
    expect(sent.map(({ command }) => command)).toEqual([
      { type: "ConfigureKey", body: { ...body, accountId: "acc-1", keyId: "key-1" } },
    ]);
  });

  it("that are rejected say why, with both codes", async () => {
    const { call } = api({
      reply: {
        status: "rejected",
        rejection: {
          code: "insufficient_credit",
          message: "the wallet has 3",
          details: { availableMicroKyat: "3" },
        },
      },
    });
    const { response, answer } = await call("post", "/v1/accounts/acc-1/adjustments", {
      role: "admin",
      body: { amountMicroKyat: "-5", reason: "x" },
    });
    expect(response.status).toBe(402);
    expect(answer.error).toEqual({
      code: "insufficient_quota",
      message: "the wallet has 3",
      param: null,
      details: { rejection: "insufficient_credit", availableMicroKyat: "3" },
    });
  });

  it("without an owner of the shard are answered 503 with a time to come back", async () => {
    const { call } = api({
      reply: { status: "unavailable", message: "no owner", retryAfterMs: 1_500 },
    });
    const { response, answer } = await call("put", "/v1/fx", {
      role: "admin",
      body: { kyatPerUsd: "4500", source: "x" },
    });
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "2"]);
    expect(answer.error.code).toBe("ledger_unavailable");
  });

  it.each([
    [{ amountMicroKyat: 5, source: "promotion", reference: "x" }, "amountMicroKyat"],
    [{ amountMicroKyat: "1e3", source: "promotion", reference: "x" }, "amountMicroKyat"],
    [
      { amountMicroKyat: "9223372036854775808", source: "promotion", reference: "x" },
      "amountMicroKyat",
    ],
    [{ amountMicroKyat: "-1", source: "promotion", reference: "x" }, "amountMicroKyat"],
    [{ amountMicroKyat: "1", source: "gift", reference: "x" }, "source"],
    [{ amountMicroKyat: "1", source: "promotion", reference: "" }, "reference"],
  ])("with the body %j name the field that is wrong", async (body, param) => {
    const { call, sent } = api();
    const { response, answer } = await call("post", "/v1/accounts/acc-1/credits", {
      role: "admin",
      body,
    });
    expect([response.status, answer.error.code, answer.error.param]).toEqual([
      400,
      "invalid_request",
      param,
    ]);
    expect(sent).toEqual([]);
  });

  it("refuse bodies that are no JSON or too large, and strange keys and paths", async () => {
    const { call } = api();
    const grant = "/v1/accounts/acc-1/credits";
    const codes = [];
    for (const body of ["{", "", "x".repeat(64 * 1024 + 1)]) {
      codes.push((await call("post", grant, { role: "admin", body })).answer.error.code);
    }
    expect(codes).toEqual(["invalid_json", "invalid_json", "request_too_large"]);
    const headers = { "idempotency-key": "no spaces" };
    const strange = await call("post", grant, { role: "admin", body: {}, headers });
    expect(strange.answer.error.param).toBe("Idempotency-Key");
    expect((await call("get", "/v1/accounts/ACC/balance", { role: "admin" })).response.status).toBe(
      404,
    );
    expect((await call("get", "/v1/nothing", { role: "admin" })).response.status).toBe(404);
    const { response } = await call("patch", grant, { role: "admin" });
    expect([response.status, response.headers.get("allow")]).toEqual([405, "POST"]);
  });
});

describe("keys over HTTP", () => {
  const path = "/v1/accounts/acc-1/keys";
  const body = { label: "Server", expiresAtMs: null };
  const conflict: CommandReply = {
    status: "rejected",
    rejection: { code: "operation_conflict", message: "the id was used", details: {} },
  };
  const payload = { accountId: "acc-1", keyId: "key-9", prefix: "sk-sgl-abcd…", ...body };

  it("show their secret once and send only its hash", async () => {
    const { call, sent } = api();
    const { answer } = await call("post", path, { role: "admin", body });
    expect(answer.result.secret).toMatch(/^sk-sgl-[0-9A-Za-z]{43}$/);
    expect(answer.result.secret.startsWith(answer.result.prefix.slice(0, -1))).toBe(true);
    expect(JSON.stringify(sent)).not.toContain(answer.result.secret);
    expect(sent[0]!.command.body).toMatchObject({ keyId: answer.result.keyId });
  });

  it("are named again, without their secret, when the call is repeated", async () => {
    const { call } = api({
      reply: conflict,
      issued: { status: "accepted", position: "4", payload },
    });
    const { response, answer } = await call("post", path, {
      role: "admin",
      body,
      headers: { "idempotency-key": "k" },
    });
    expect(response.status).toBe(201);
    expect(answer.position).toBe("4");
    expect(answer.result).toMatchObject({ keyId: "key-9", secret: null, prefix: "sk-sgl-abcd…" });
    expect(answer.result.message).toContain("revoke this key");
  });

  it("asked for differently under the same id are a conflict", async () => {
    const { call } = api({
      reply: conflict,
      issued: { status: "accepted", position: "4", payload },
    });
    const { response } = await call("post", path, {
      role: "admin",
      body: { ...body, label: "Other" },
    });
    expect(response.status).toBe(409);
  });
});

describe("reading over HTTP", () => {
  it("shows the writer's view of limits", async () => {
    const { call } = api();
    const { answer } = await call("get", "/v1/accounts/acc-1/limits", { role: "auditor" });
    expect(answer).toEqual({
      position: "9",
      result: {
        accountId: "acc-1",
        position: "9",
        plans: [{ ...PLAN, keyId: null, limits: [LIMIT] }],
      },
    });
    const missing = await call("get", "/v1/accounts/acc-3/limits", { role: "auditor" });
    expect(missing.response.status).toBe(404);
  });

  it("shows every model's price with amounts as decimal strings", async () => {
    const { call } = api();
    const { answer } = await call("get", "/v1/prices", { role: "auditor" });
    expect(answer).toEqual({
      position: "9",
      models: [{ ...SOLD, ratesPicoUsdPerUnit: { input: "2500000" } }],
    });
  });

  it("shows the writer's balance in decimal strings", async () => {
    const { call } = api();
    const { answer } = await call("get", "/v1/accounts/acc-1/balance", {
      role: "developer",
      accountId: "acc-1",
    });
    expect(answer.result.availableMicroKyat).toBe("7");
    const missing = await call("get", "/v1/accounts/acc-3/balance", { role: "auditor" });
    expect(missing.response.status).toBe(404);
  });

  it("documents every route in OpenAPI", async () => {
    const { call } = api();
    const { answer } = await call("get", "/openapi.json");
    for (const route of [...routes, ...publicRoutes.map((one) => ({ ...one, status: 200 }))]) {
      expect(answer.paths[route.path][route.method].responses[route.status]).toBeDefined();
    }
  });
});

describe("checkpoints over HTTP", () => {
  const read = async (path: string, method = "GET") => {
    const { fetch } = api();
    const response = await fetch(new Request(`http://ledger${path}`, { method }));
    return { response, text: await response.text() };
  };

  it("are public: the newest is fresh, and one of a number of frames is so for ever", async () => {
    const newest = await read("/checkpoints/0/latest");
    expect([newest.response.status, newest.text]).toEqual([200, "log/shard-0\n9\n"]);
    expect(newest.response.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(newest.response.headers.get("cache-control")).toBe("public, max-age=1");
    const third = await read("/checkpoints/0/3");
    expect(third.text).toBe("log/shard-0\n3\n");
    expect(third.response.headers.get("cache-control")).toContain("immutable");
  });

  it("come page by page, each once", async () => {
    const seen: number[] = [];
    let after: number | null = 0;
    while (after !== null) {
      const { text } = await read(`/checkpoints/0?after=${after}&limit=4`);
      const page: { checkpoints: { frames: number }[]; next: number | null } = JSON.parse(text);
      seen.push(...page.checkpoints.map(({ frames }) => frames));
      after = page.next;
    }
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it.each([
    ["/checkpoints/1/latest", 404],
    ["/checkpoints/x/latest", 404],
    ["/checkpoints/0/10", 404],
    ["/checkpoints/0/-1", 404],
    ["/checkpoints/0?limit=101", 400],
    ["/checkpoints/0?after=x", 400],
    ["/checkpoints/0/consistency?from=1", 400],
    ["/checkpoints/0/consistency?from=0&to=3", 400],
    ["/checkpoints/0/consistency?from=4&to=3", 400],
    ["/checkpoints/0/consistency?from=4&to=10", 404],
    ["/checkpoints/0/consistency?from=4&to=9", 200],
  ])("%s is answered %s", async (path, status) => {
    expect((await read(path)).response.status).toBe(status);
  });

  it("are read, and not written", async () => {
    expect((await read("/checkpoints/0/latest", "POST")).response.status).toBe(405);
  });

  it("are limited in their rate, so that readers leave the ledger its time", () => {
    let nowMs = 0;
    const limit = createRateLimit({ nowMs: () => nowMs });
    const takeAll = (address = "10.0.0.1") => {
      let taken = 0;
      while (limit.take(address)) taken += 1;
      return taken;
    };
    expect(takeAll()).toBe(200);
    nowMs += 500;
    expect(takeAll()).toBe(50);
    nowMs += 3_600_000;
    expect(takeAll()).toBe(200);
    nowMs -= 60_000;
    expect(takeAll()).toBe(0);
    // Whoever reads too much takes it from nobody else, until all of them together do.
    expect(takeAll("10.0.0.2")).toBe(200);
    nowMs += 3_600_000;
    const readers = Array.from({ length: 20 }, (_, index) => takeAll(`10.0.1.${index}`));
    expect(readers.reduce((sum, taken) => sum + taken)).toBe(2_000);
    expect(readers[0]).toBe(200);
  });

  it("are limited for each caller", async () => {
    const { fetch } = api({ nowMs: 0 });
    const statusFor = async (hostname: string) => {
      const request = new Request("http://ledger/checkpoints/0/latest");
      return (await fetch(request, { remoteAddr: { hostname } })).status;
    };
    for (let count = 0; count < 200; count++) {
      expect(await statusFor("10.0.0.1")).toBe(200);
    }
    expect(await statusFor("10.0.0.1")).toBe(429);
    expect(await statusFor("10.0.0.2")).toBe(200);
  });
});
