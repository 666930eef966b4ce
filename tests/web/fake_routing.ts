/** Providers, their keys, routers, aliases, plans and the models for sale, as the fake rooms have them. @module */
import type { EdgeAlias, EdgeProvider } from "../../shared/edge_config/mod.ts";
import { NO_LIMITS } from "../../shared/limits/mod.ts";
import type { Permission } from "../../shared/permissions.ts";
import type { EventRow, KeyRow, PlanRow, PriceRow } from "../../shared/read_api/mod.ts";
import { BUILT_IN_ROUTERS, type RouterDefinition } from "../../shared/routing/mod.ts";
import type { ProviderKey, Router } from "../../web/rooms/mod.ts";
import { samplePrice } from "./samples.ts";

type Body = Record<string, unknown>;

/** What the fakes answer about routing and plans. */
export interface FakeRouting {
  /** A read of the ledger; null: it is about something else. */
  ledgerRead(path: string): Response | null;
  /** What a command of the ledger needs; null: it is about something else. */
  permissionOf(method: string, path: string): Permission | null;
  /** A command of the ledger; the refusal, or null when it was taken or is about something else. */
  take(method: string, path: string, body: Body): string | null;
  plans(): readonly PlanRow[];
  /** The models for sale that fit the query, all of them. */
  prices(query: URLSearchParams): readonly PriceRow[];
  /** Events of one type, for the versions of a router. */
  events(type: string): readonly EventRow[];
}

/** Builds the fakes. */
export function fakeRouting(nowMs: number, keys: KeyRow[]): FakeRouting {
  const providers = new Map<string, EdgeProvider>([["groq-eu", sampleProvider()]]);
  const providerKeys: ProviderKey[] = [sampleKey()];
  const routers = new Map<string, Router>();
  const aliases = new Map<string, EdgeAlias>();
  const plans = new Map(samplePlans(nowMs).map((plan) => [plan.planId, plan]));
  const events: EventRow[] = [];
  const models = sampleModels(nowMs);

  const routersInForce = () => [
    ...[...BUILT_IN_ROUTERS].filter(([routerId]) => !routers.has(routerId))
      .map(([routerId, definition]): Router => ({ routerId, routerVersion: null, definition })),
    ...routers.values(),
  ];
  const lists: Record<string, () => unknown[]> = {
    "/v1/providers": () => [...providers.values()],
    "/v1/provider-keys": () => providerKeys,
    "/v1/routers": routersInForce,
    "/v1/model-aliases": () => [...aliases.values()],
  };

  function putRouter(routerId: string, { expectedVersion, ...definition }: Body): string | null {
    const version = versionOf(routerId);
    if (expectedVersion !== undefined && expectedVersion !== version) {
      return `The router ${routerId} has version ${version}, not ${expectedVersion}: read it again`;
    }
    const router = definition as unknown as RouterDefinition;
    routers.set(routerId, { routerId, routerVersion: version + 1, definition: router });
    record("RouterConfigured", { routerId, routerVersion: version + 1, definition: router });
    return null;
  }
  const versionOf = (routerId: string) =>
    events.filter(({ payload }) => payload.routerId === routerId).length;
  function record(type: string, payload: object): void {
    events.unshift({
      shard: 0,
      position: String(2_000 + events.length),
      stream: "router",
      version: 1,
      type,
      schemaVersion: 1,
      eventId: `01900000-0000-7000-8000-0000000${String(events.length).padStart(5, "0")}`,
      requestId: null,
      actor: "user:admin",
      occurredAtMs: nowMs,
      recordedAtMs: nowMs,
      payload: payload as EventRow["payload"],
    });
  }
  function configureKey(path: string, settings: Body): void {
    const index = keys.findIndex(({ keyId }) => path.includes(`/${keyId}/`));
    keys[index] = { ...keys[index]!, ...settings, settingsVersion: 1 };
  }

  return {
    ledgerRead(path) {
      const list = lists[path];
      return list === undefined ? null : Response.json({ items: list() });
    },
    permissionOf(method, path) {
      if (/^\/v1\/(providers|provider-keys|routers|model-aliases)/.test(path)) {
        return method === "GET" ? "provider:read" : "provider:edit";
      }
      if (path === "/v1/plans") return "plan:publish";
      if (path.endsWith("/plan")) return "plan:assign";
      return path.endsWith("/settings") ? "key:configure" : null;
    },
    take(method, path, body) {
      const [, , kind, name = "", id = ""] = path.split("/");
      if (kind === "providers") {
        const providerVersion = (providers.get(name)?.providerVersion ?? 0) + 1;
        const { expectedVersion: _, ...settings } = body;
        providers.set(name, { provider: name, providerVersion, ...settings } as EdgeProvider);
      } else if (kind === "provider-keys" && method === "POST") {
        const { secret, ...shown } = body;
        const fingerprint = { last4: String(secret).slice(-4), sha256Prefix: "0badf00d" };
        const keyId = `pk-${providerKeys.length + 1}`;
        providerKeys.push({ ...shown, keyId, keyVersion: 1, fingerprint } as ProviderKey);
      } else if (kind === "provider-keys") {
        providerKeys.splice(providerKeys.findIndex(({ keyId }) => keyId === id), 1);
      } else if (kind === "routers" && method === "PUT") {
        return putRouter(name, body);
      } else if (kind === "routers") {
        routers.delete(name);
        record("RouterRemoved", { routerId: name, routerVersion: versionOf(name) + 1 });
      } else if (kind === "model-aliases") {
        const alias = body as unknown as Omit<EdgeAlias, "aliasVersion">;
        aliases.set(alias.alias, { ...alias, aliasVersion: 1 });
      } else if (kind === "plans") {
        const plan = body as unknown as PlanRow;
        const planVersion = (plans.get(plan.planId)?.planVersion ?? 0) + 1;
        plans.set(plan.planId, { ...plan, planVersion, publishedAtMs: nowMs });
      } else if (path.endsWith("/settings")) {
        configureKey(path, body);
      }
      return null;
    },
    plans: () => [...plans.values()],
    prices(query) {
      const [model, provider, kind] = ["model", "provider", "kind"].map((name) => query.get(name));
      const text = query.get("text")?.toLowerCase();
      return models.filter((row) =>
        (model === null || row.model === model) &&
        (provider === null || row.ownedBy === provider || row.providers?.includes(provider!)) &&
        (kind === null || (row.kind ?? "chat") === kind) &&
        (text === undefined || `${row.model} ${row.displayName}`.toLowerCase().includes(text))
      );
    },
    events: (type) => events.filter((event) => event.type === type),
  };
}

function sampleProvider(): EdgeProvider {
  return {
    provider: "groq-eu",
    providerVersion: 2,
    profile: "groq",
    baseUrl: "https://eu.example.com/openai/v1",
    enabled: true,
    models: { "meta/llama-3.3-70b": "llama-3.3-70b-versatile" },
    priority: 10,
  };
}

function sampleKey(): ProviderKey {
  return {
    keyId: "pk-1",
    keyVersion: 1,
    provider: "groq-eu",
    level: "organisation",
    ownerId: "demo",
    fingerprint: { last4: "9f2a", sha256Prefix: "5e884898" },
  };
}

function samplePlans(publishedAtMs: number): PlanRow[] {
  const plan = (
    family: string,
    [planId, monthlyPriceNanoUsd]: readonly [string, string | null],
    limits: Partial<PlanRow["limits"]>,
  ): PlanRow => ({
    planId,
    planVersion: 1,
    name: planId.toUpperCase(),
    family,
    monthlyPriceNanoUsd,
    limits: { ...NO_LIMITS, ...limits },
    publishedAtMs,
  });
  return [
    plan("daily", ["free", "0"], { requestsPerDay: 10 }),
    plan("daily", ["business", null], {}),
    plan("startups", ["growth", "99000000000"], {
      requestsPerMinute: 200,
      tokensPerMonth: 10_000_000,
    }),
  ];
}

/** The sample price, one with tiers and all it can say, and many more. */
function sampleModels(nowMs: number): PriceRow[] {
  const tiered: PriceRow = {
    ...samplePrice(nowMs),
    model: "google/gemini-2.5-pro",
    displayName: "Gemini 2.5 Pro",
    ownedBy: "google",
    kind: "chat",
    tiers: [{
      aboveInputTokens: 200_000,
      ratesPicoUsdPerUnit: { input: 2_500_000n, output: 15_000_000n },
    }],
    inputModalities: ["text", "image", "video"],
    outputModalities: ["text"],
    capabilities: ["tools", "reasoning"],
    deprecatedOn: "2027-01-01",
    providers: ["gemini", "openrouter"],
  };
  const many = Array.from({ length: 120 }, (_, index): PriceRow => ({
    ...samplePrice(nowMs),
    model: `maker/model-${String(index).padStart(3, "0")}`,
    displayName: `Model ${index}`,
    ownedBy: "maker",
    kind: index % 10 === 0 ? "embedding" : "chat",
  }));
  return [samplePrice(nowMs), tiered, ...many];
}
