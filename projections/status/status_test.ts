import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as shapes from "../../shared/read_api/mod.ts";
import {
  failingCalls,
  historyOf,
  openReadApi,
  type TestReadApi,
} from "../../tests/projections/mod.ts";

let api: TestReadApi;
const nowMs = Date.now();
const FROM = `from=${nowMs - 86_400_000}`;

beforeAll(async () => {
  api = await openReadApi();
  // Two days ago: in nobody's last day.
  await api.append(historyOf(7, 300), { recordedAtMs: nowMs - 172_800_000, stepMs: 1_000 });
  await api.append(failingCalls(), { recordedAtMs: nowMs - 600_000, stepMs: 1_000 });
});

afterAll(() => api.close());

describe("the status", () => {
  it("has the shape of its contract, and says that no edge is heard", async () => {
    const { item, status } = await api.json("/v1/status");
    expect(status).toBe(200);
    shapes.gatewayStatusSchema.strict().parse(item);
    expect(item.health).toEqual({ state: "not_connected", edges: [], subjects: [] });
    expect(item.providers.map(({ phase }: { phase: string | null }) => phase)).toEqual([
      null,
      null,
    ]);
  });

  it("counts attempts by provider, fallbacks and their paths, and who served in the end", async () => {
    const { item } = await api.json("/v1/status");
    expect(item.calls).toEqual({ requests: 3, open: 0, failed: 1, simulated: 0 });
    expect(item.providers).toMatchObject([
      { provider: "azure", attempts: 3, failures: 1, served: 2, latency: { calls: 2, p50Ms: 9 } },
      { provider: "openai", attempts: 2, failures: 2, served: 0, lastServedAtMs: null },
    ]);
    expect(item.fallbacks).toEqual({
      calls: 2,
      rescued: 1,
      exhausted: 1,
      hedged: 0,
      paths: [{ from: "openai", to: "azure", errorClass: "upstream_error", times: 2 }],
    });
    expect(item.finalProviders).toEqual([
      { provider: "azure", requests: 2 },
      { provider: "none", requests: 1 },
    ]);
  });

  it.each([[60, 60, 60_000], [1, 6, 10_000], [1_440, 60, 1_440_000]])(
    "of %i minutes has %i moments of %i ms, that add up",
    async (minutes, moments, stepMs) => {
      const { item } = await api.json(`/v1/status?minutes=${minutes}`);
      expect([item.series.length, item.stepMs]).toEqual([moments, stepMs]);
      const sum = (name: string) =>
        item.series.reduce((all: number, row: Record<string, number>) => all + row[name]!, 0);
      expect([sum("requests"), sum("failed"), sum("fallbacks")])
        .toEqual([item.calls.requests, item.calls.failed, item.fallbacks.calls]);
      expect(item.toMs - item.fromMs).toBe(minutes * 60_000);
      if (minutes > 1) expect(sum("requests")).toBe(3);
    },
  );

  it("is for those who may read providers, and for a day at most", async () => {
    expect((await api.json("/v1/status", { role: "support" })).status).toBe(403);
    expect((await api.json("/v1/status", { role: "auditor" })).status).toBe(200);
    expect(await api.json("/v1/status?minutes=1441"))
      .toMatchObject({ status: 400, error: { param: "minutes" } });
  });
});

describe("the summary of calls", () => {
  it("has the shape of its contract and adds up what its filters leave", async () => {
    const { item } = await api.json("/v1/requests/summary?model=zeta");
    shapes.requestSummarySchema.strict().parse(item);
    expect(item).toMatchObject({
      requests: 3,
      open: 0,
      failed: 1,
      fallbacks: 2,
      usage: { input: 20, audio_output: 10 },
      chargedMicroKyat: "14",
      costNanoUsd: "6",
      latency: { calls: 3, p50Ms: 100, p95Ms: 300 },
      timeToFirstByte: { calls: 2, p50Ms: 10 },
      models: [{ name: "zeta", requests: 3 }],
      providers: [{ name: "azure", requests: 2 }, { name: "none", requests: 1 }],
      states: [{ name: "settled", requests: 2 }, { name: "released", requests: 1 }],
      errors: [{ name: "upstream_error", requests: 1 }],
    });
  });

  it("agrees with the list, whatever the filter", async () => {
    const wide = `from=${nowMs - 200_000_000}&to=${nowMs + 1}`;
    for (
      const filter of [
        "",
        "&account=acc-2",
        "&model=gpt-4o",
        "&provider=azure",
        "&state=expired",
        "&outcome=completed",
        "&key=k1&state=settled",
      ]
    ) {
      const rows = await api.all(`/v1/requests?${wide}${filter}`, 50);
      const { item } = await api.json(`/v1/requests/summary?${wide}${filter}`);
      expect([filter, item.requests]).toEqual([filter, rows.length]);
      const charged = rows.reduce((sum, row) => sum + BigInt(row.chargedMicroKyat ?? 0), 0n);
      expect(item.chargedMicroKyat).toBe(charged.toString());
      expect(rows.length).toBeGreaterThan(0);
    }
    expect((await api.all(`/v1/requests?${FROM}`, 2)).length).toBe(3);
  });

  it("is the own account's for a developer", async () => {
    const own = { role: "developer", accountId: "acc-4" } as const;
    expect((await api.json("/v1/requests/summary", own)).item.requests).toBe(3);
    expect((await api.json("/v1/requests/summary?account=acc-1", own)).status).toBe(403);
  });

  it("of too long a time, or of none, is refused", async () => {
    for (const range of ["from=1&to=8000000000", "from=2&to=2"]) {
      expect(await api.json(`/v1/requests/summary?${range}`))
        .toMatchObject({ status: 400, error: { param: "from" } });
    }
  });
});

describe("keys of every account", () => {
  it("are listed by account and key, page by page, and confined to one", async () => {
    const all = await api.all("/v1/keys", 2);
    for (const row of all) shapes.keyRowSchema.strict().parse(row);
    const names = all.map(({ accountId, keyId }) => `${accountId}/${keyId}`);
    expect(names).toEqual(names.toSorted());
    expect(new Set(all.map(({ accountId }) => accountId)).size).toBeGreaterThan(2);
    const own = await api.all("/v1/keys?account=acc-1", 50);
    expect(new Set(own.map(({ accountId }) => accountId))).toEqual(new Set(["acc-1"]));
    const developer = { role: "developer", accountId: "acc-1" } as const;
    expect(await api.all("/v1/keys", 50, developer)).toEqual(own);
  });
});
