import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type EmbeddedSystem, startEmbedded } from "./embedded.ts";
import { clientOf, eventually, newCustomer } from "./system.ts";

let system: EmbeddedSystem;

beforeAll(async () => {
  system = await startEmbedded();
});

afterAll(() => system.stop());

// deno-lint-ignore no-explicit-any
type Body = any;

/** Calls the management API as the demo's admin. */
async function call(method: string, path: string, body?: unknown, key = crypto.randomUUID()) {
  const response = await fetch(system.webUrl + path, {
    method,
    headers: {
      authorization: `Bearer ${system.adminToken}`,
      "content-type": "application/json",
      "idempotency-key": key,
    },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  });
  return { status: response.status, body: await response.json() as Body };
}

/** Calls it, and expects it to go well. */
async function done(method: string, path: string, body?: unknown): Promise<Body> {
  const answer = await call(method, path, body);
  if (answer.status > 201) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
  return answer.body;
}

const rule = (provider: string) => ({
  strategy: "manual",
  targets: [{ provider, model: null }],
});

async function ask(apiKey: string) {
  return await clientOf(system, apiKey).chat.completions.create({
    model: "gpt-4o-mini",
    messages: [{ role: "user", content: "Mingalaba!" }],
    max_tokens: 16,
  }).withResponse();
}

describe("the management API of the running product", () => {
  it("configures providers, their keys and routers, each change an event with its actor", async () => {
    const settings = {
      profile: "openai_compatible",
      baseUrl: "https://example.org/v1",
      enabled: true,
      models: { "gpt-4o": "gpt-4o" },
      priority: 500_000,
    };
    const key = crypto.randomUUID();
    const first = await call(
      "PUT",
      "/api/providers/house",
      { ...settings, expectedVersion: 0 },
      key,
    );
    expect(first).toMatchObject({ status: 200, body: { result: { providerVersion: 1 } } });
    const again = await call(
      "PUT",
      "/api/providers/house",
      { ...settings, expectedVersion: 0 },
      key,
    );
    expect(again).toEqual(first);
    const late = await call("PUT", "/api/providers/house", { ...settings, expectedVersion: 0 });
    expect(late).toMatchObject({ status: 409, body: { error: { type: "conflict_error" } } });
    await done("POST", "/api/providers/house/disable");
    expect((await done("GET", "/api/providers/house")).item).toMatchObject({
      origin: "configured",
      provider: "house",
      providerVersion: 2,
      ...settings,
      enabled: false,
    });
    expect((await done("POST", "/api/providers/house/disable")).position).toBeNull();

    const { items } = await done("GET", "/api/providers");
    expect(items).toContainEqual(
      expect.objectContaining({ origin: "settings", simulated: true, enabled: true }),
    );

    const secret = "sk-house-0123456789";
    const stored = await done("POST", "/api/providers/house/keys", {
      level: "system",
      ownerId: null,
      secret,
    });
    const keys = await done("GET", "/api/providers/house/keys?fingerprint=6789");
    expect(keys.items).toMatchObject([{ provider: "house", fingerprint: { last4: "6789" } }]);
    expect(JSON.stringify([stored, keys])).not.toContain(secret);
    const removed = await done("DELETE", `/api/providers/house/keys/${keys.items[0].keyId}`);
    expect((await done("GET", "/api/providers/house/keys")).items).toEqual([]);

    await done("PUT", "/api/routers/free-first/rules/House%20first", rule("house"));
    const changed = await done("PUT", "/api/routers/free-first/rules/Other", {
      ...rule("groq"),
      index: 0,
    });
    const rules = await done("GET", "/api/routers/free-first/rules");
    expect(rules.items.map(({ name }: { name: string }) => name)).toEqual(["Other", "House first"]);
    await done("DELETE", "/api/routers/free-first/rules/Other");
    await done("DELETE", "/api/routers/free-first");
    expect((await done("GET", "/api/routers/free-first")).item.routerVersion).toBeNull();

    const { actor } = await done("GET", "/api/session");
    for (const { position } of [first.body, removed, changed]) {
      const path = `/v1/events/0/${position}?min_position=${position}`;
      const response = await fetch(system.projectionsUrl + path, {
        headers: { authorization: `Bearer ${system.adminToken}` },
      });
      const { event } = (await response.json()).item;
      expect(event.type).toMatch(/^(Provider|Router)/);
      expect(event.actor).toBe(actor);
    }
  });

  it("issues a key that works with its settings and plan, until it is revoked", async () => {
    const { accountId } = await newCustomer(system, 1_000);
    const issued = await done("POST", "/api/keys", { accountId, label: "made here" });
    const { keyId, secret } = issued.result;
    const plan = { planId: `five-${keyId.slice(-6)}`, name: "Five", family: "test" };
    await done("POST", "/api/plans", {
      ...plan,
      monthlyPriceNanoUsd: null,
      limits: {
        requestsPerMinute: null,
        tokensPerMinute: null,
        requestsPerDay: 5,
        tokensPerMonth: null,
        concurrentRequests: null,
      },
    });
    const { position } = await done("PUT", "/api/plans/assignments", {
      accountId,
      keyId,
      planId: plan.planId,
    });
    const who = `/api/plans/${plan.planId}/assignments?min_position=${position}`;
    expect((await done("GET", who)).items).toMatchObject([{ accountId, keyId, planVersion: 1 }]);
    await done("PUT", `/api/keys/${keyId}/settings?account=${accountId}`, {
      label: "made here",
      expiresAtMs: null,
      allowedModels: ["gpt-4o-mini"],
      ipRanges: null,
      routerId: null,
      tags: ["test"],
    });
    await eventually(async () => (await ask(secret)).response.ok, "the new key serves");
    const { response, data } = await ask(secret);
    expect(response.headers.get("x-ratelimit-limit-requests")).toBe("5");
    expect(data.usage!.completion_tokens).toBeGreaterThan(0);
    const listed = await done("GET", `/api/keys?account=${accountId}`);
    expect(listed.items.find((row: Body) => row.keyId === keyId)).toMatchObject({
      tags: ["test"],
      state: "active",
    });

    await done("DELETE", `/api/keys/${keyId}?account=${accountId}&reason=test`);
    await eventually(
      () => ask(secret).then(() => "still served", (error) => error.status === 401),
      "the revoked key is refused",
    );
    const requestId = response.headers.get("x-request-id");
    await eventually(async () => {
      const { item } = await done("GET", `/api/logs/${requestId}`);
      return item.state === "settled" || item.state;
    }, "the call stands in the log as settled");
    const summary = await done("GET", `/api/logs/summary?account=${accountId}`);
    const stats = await done("GET", `/api/models/gpt-4o-mini/stats?account=${accountId}`);
    const rows = (await done("GET", `/api/logs?account=${accountId}&outcome=completed`)).items;
    const charged = rows.reduce((sum: bigint, row: Body) => sum + BigInt(row.chargedMicroKyat), 0n);
    for (const { item } of [summary, stats]) {
      expect(item).toMatchObject({ requests: rows.length, failed: 0 });
      expect(item.chargedMicroKyat).toBe(charged.toString());
      expect(item.latency.calls).toBe(rows.length);
    }
  });

  it("tells the status with the edge's own heartbeat, and who served", async () => {
    await ask(system.demo.apiKey);
    await eventually(async () => {
      const { item } = await done("GET", "/api/status?minutes=10");
      const heard = item.health.state === "live" && item.health.edges.length === 1;
      return heard && item.finalProviders.length > 0 || item.health;
    }, "the edge is heard");
    const { item } = await done("GET", "/api/status?minutes=10");
    const [served] = item.finalProviders;
    expect(item.providers).toContainEqual(
      expect.objectContaining({ provider: served.provider, phase: "closed" }),
    );
    const sum = item.series.reduce((all: number, row: Body) => all + row.requests, 0);
    expect([sum, item.calls.simulated]).toEqual([item.calls.requests, item.calls.requests]);
  });

  it("lists models with prices, page by page, and describes itself", async () => {
    const names: string[] = [];
    let cursor: string | null = null;
    do {
      const next: string = cursor === null ? "" : `&cursor=${cursor}`;
      const page: Body = await done("GET", `/api/models?limit=200${next}`);
      names.push(...page.items.map(({ model }: Body) => model));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(names).toContain("gpt-4o-mini");
    expect(new Set(names).size).toBe(names.length);
    const { item } = await done("GET", "/api/models/gpt-4o-mini");
    expect(BigInt(item.ratesPicoUsdPerUnit.input)).toBeGreaterThan(0n);
    const document = await done("GET", "/api/openapi.json");
    expect(Object.keys(document.paths)).toContain("/api/status");
  });
});
