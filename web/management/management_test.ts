import { beforeEach, describe, expect, it } from "vitest";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { signServiceToken, verifyServiceToken } from "../../shared/identity/mod.ts";
import { silentLog } from "../../shared/log.ts";
import { isAllowed, type Principal, type Role, ROLES } from "../../shared/permissions.ts";
import { BUILT_IN_ROUTERS } from "../../shared/routing/mod.ts";
import { createFormGuard } from "../forms/mod.ts";
import { createManagementApi, managementRoutes } from "./mod.ts";

const effects = createEffects(platformOf(globalThis));
const secret = "management-test-secret-0123456789abcd";
const guard = createFormGuard(secret);
const VISITOR = "0123456789abcdef0123456789abcdef";

interface Asked {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: unknown;
  readonly signal: AbortSignal;
}

let asked: Asked[];
/** What the other rooms answer, by method and path. */
let answers: Record<string, (asked: Asked) => Response | Promise<Response>>;

const settings = { profile: "groq", baseUrl: null, enabled: true, models: null, priority: 5 };
const provider = (name: string, more: object = {}) => ({
  provider: name,
  providerVersion: 3,
  ...settings,
  ...more,
});
const rule = (name: string) => ({
  name,
  strategy: "cheapest",
  targets: [{ provider: null, model: "auto" }],
});
const accepted = () => Response.json({ position: "41", result: { done: true } });

const person = {
  id: "p1",
  email: "a@b.c",
  name: "A",
  principal: { actor: "user:p1", role: "admin", accountId: null } as Principal,
};

const api = createManagementApi({
  effects,
  log: silentLog,
  serviceSecret: secret,
  styleSheet: "/styles.css",
  secure: false,
  guard,
  identity: {
    personOf: (headers) =>
      Promise.resolve(headers.get("cookie")?.includes("session=yes") ? person : null),
  },
  calls: {
    effects,
    serviceSecret: secret,
    timeoutMs: 200,
    urls: { ledger: "http://ledger", projections: "http://projections", proxy: "http://proxy" },
    fetch: async (url, init) => {
      const request = new Request(url, init);
      const text = await request.text();
      const one = {
        method: request.method,
        url: new URL(request.url),
        headers: request.headers,
        signal: request.signal,
        body: text === "" ? null : JSON.parse(text),
      };
      asked.push(one);
      const { host, pathname } = one.url;
      const answer = answers[`${request.method} ${host}${pathname}`];
      if (answer === undefined) throw new TypeError("nobody is there");
      return await answer(one);
    },
  },
});

beforeEach(() => {
  asked = [];
  answers = {
    "GET ledger/v1/providers": () =>
      Response.json({ items: ["groq", "cerebras", "xai"].map((name) => provider(name)) }),
    "PUT ledger/v1/providers/groq": accepted,
    "GET proxy/health": () =>
      Response.json({
        status: "unavailable",
        upstreams: [{ name: "groq", simulated: false }, { name: "simulator", simulated: true }],
      }, { status: 503 }),
    "GET ledger/v1/routers": () =>
      Response.json({
        items: [
          { routerId: "free-first", routerVersion: null, definition: free },
          {
            routerId: "house",
            routerVersion: 7,
            definition: {
              name: "House",
              enabled: true,
              rules: [rule("one"), rule("two")],
              fallback: [],
            },
          },
        ],
      }),
    "PUT ledger/v1/routers/house": accepted,
    "PUT ledger/v1/routers/free-first": accepted,
  };
});

const free = BUILT_IN_ROUTERS.get("free-first")!;

const tokenOf = (role: Role, accountId: string | null = null) =>
  signServiceToken({ actor: `user:${role}`, role, accountId }, {
    secret,
    clock: effects.clock,
    ttlMs: 60_000,
  });

interface Sent {
  readonly body?: unknown;
  readonly role?: Role;
  readonly accountId?: string;
  readonly headers?: Record<string, string>;
}

async function call(method: string, path: string, sent: Sent = {}) {
  const headers = new Headers(sent.headers);
  if (sent.role !== undefined || !headers.has("cookie")) {
    headers.set("authorization", `Bearer ${await tokenOf(sent.role ?? "admin", sent.accountId)}`);
  }
  if (sent.body !== undefined && !headers.has("content-type")) {
    headers.set("content-type", "application/json");
  }
  const response = await api(
    new Request(`http://web${path}`, {
      method,
      headers,
      body: sent.body === undefined ? null : JSON.stringify(sent.body),
    }),
  );
  // deno-lint-ignore no-explicit-any
  const body: any = await response.json();
  return { status: response.status, headers: response.headers, body };
}

const filled = (path: string) =>
  path.replace("{account}", "acc-1").replace("{requestId}", "01900000-0000-7000-8000-000000000001")
    .replace(/\{\w+\}/g, "groq");

describe("who may call", () => {
  it.each(managementRoutes.map(({ method, path }) => [method.toUpperCase(), path]))(
    "nobody unknown: %s %s",
    async (method, path) => {
      const response = await api(new Request(`http://web${filled(path!)}`, { method: method! }));
      expect(response.status).toBe(401);
      expect((await response.json()).error).toMatchObject({
        type: "authentication_error",
        code: "invalid_token",
      });
      expect(asked).toEqual([]);
    },
  );

  it("each role what its permissions say, on every route, before anything is asked", async () => {
    for (const route of managementRoutes) {
      if (route.permission === null) continue;
      for (const role of ROLES) {
        const accountId = role === "developer" ? "acc-1" : null;
        const principal = { actor: "user:x", role, accountId };
        const about = route.scope === "account" ? accountId : null;
        const may = isAllowed(principal, route.permission, about);
        const { status, body } = await call(route.method.toUpperCase(), filled(route.path), {
          role,
          accountId: accountId ?? undefined!,
        });
        expect([route.path, role, status === 403]).toEqual([route.path, role, !may]);
        if (!may) expect(body.error).toMatchObject({ code: "permission_denied", param: null });
        if (!may) expect(asked).toEqual([]);
        asked = [];
      }
    }
  });

  it("a developer not on another's account", async () => {
    for (const path of ["/api/keys", "/api/logs", "/api/logs/summary", "/api/models/m/stats"]) {
      const { status } = await call("GET", `${path}?account=acc-2`, {
        role: "developer",
        accountId: "acc-1",
      });
      expect([path, status]).toEqual([path, 403]);
    }
    expect(asked).toEqual([]);
  });

  it("a bad token is refused although somebody is signed in", async () => {
    const response = await api(
      new Request("http://web/api/providers", {
        headers: { authorization: "Bearer nonsense", cookie: "session=yes" },
      }),
    );
    expect(response.status).toBe(401);
    await response.body?.cancel();
  });
});

describe("a signed-in session", () => {
  const cookie = `session=yes; sargalay_visitor=${VISITOR}`;

  it("reads as the person, and is told the token of its changes", async () => {
    const session = await call("GET", "/api/session", { headers: { cookie } });
    expect(session.body).toEqual({
      ...person.principal,
      csrfToken: guard.token(VISITOR, person.id),
    });
    expect((await call("GET", "/api/providers", { headers: { cookie } })).status).toBe(200);
    const none = await call("GET", "/api/session", { headers: { cookie: "session=yes" } });
    expect(none.body.csrfToken).toBeNull();
    expect((await call("GET", "/api/session")).body.csrfToken).toBeNull();
  });

  it.each<[string, Record<string, string>, number]>([
    ["without a token", {}, 403],
    ["with another's token", { "x-csrf-token": guard.token(VISITOR, "p2") }, 403],
    ["from another site", {
      "x-csrf-token": guard.token(VISITOR, "p1"),
      "sec-fetch-site": "cross-site",
    }, 403],
    ["with its own", { "x-csrf-token": guard.token(VISITOR, "p1") }, 200],
  ])("changes something %s", async (_how, headers, expected) => {
    const { status } = await call("PUT", "/api/providers/groq", {
      headers: { cookie, ...headers },
      body: settings,
    });
    expect([status, asked.length]).toEqual([expected, expected === 200 ? 1 : 0]);
  });
});

describe("a change", () => {
  it("goes to the ledger for the caller, under the caller's key", async () => {
    const answer = await call("PUT", "/api/providers/groq", {
      body: { ...settings, expectedVersion: 3 },
      headers: { "idempotency-key": "change-1" },
    });
    expect(answer.body).toEqual({ position: "41", result: { done: true } });
    expect(answer.headers.get("idempotency-key")).toBe("change-1");
    const [sent] = asked;
    expect(sent!.body).toEqual({ ...settings, expectedVersion: 3 });
    expect(sent!.headers.get("idempotency-key")).toBe("change-1");
    const token = sent!.headers.get("authorization")!.replace("Bearer ", "");
    expect(await verifyServiceToken(token, { secret, clock: effects.clock }))
      .toEqual({ actor: "user:admin", role: "admin", accountId: null });
  });

  it.each<[string, string, Sent, number, string | null]>([
    [
      "a key that can be none",
      "/api/plans",
      {
        headers: { "idempotency-key": "with blank" },
        body: {},
      },
      400,
      "Idempotency-Key",
    ],
    [
      "no JSON type",
      "/api/plans",
      { headers: { "content-type": "text/plain" }, body: 1 },
      400,
      "content-type",
    ],
    [
      "a member that is wrong",
      "/api/providers/groq/keys",
      {
        body: { level: "system", ownerId: "acc-1", secret: "sk-12345" },
      },
      400,
      "ownerId",
    ],
    ["a member too many", "/api/keys", { body: { label: "x", colour: "red" } }, 400, "colour"],
    ["no account", "/api/keys", { body: { label: "x" } }, 400, "accountId"],
    ["too much", "/api/plans", { body: "x".repeat(70_000) }, 413, null],
  ])("with %s is refused before anything is sent", async (_what, path, sent, status, param) => {
    const answer = await call("POST", path, sent);
    expect([answer.status, answer.body.error.param]).toEqual([status, param]);
    expect(answer.body.error.type).toBe("invalid_request_error");
    expect(asked).toEqual([]);
  });

  it("is refused in the ledger's own words and with its code", async () => {
    answers["PUT ledger/v1/providers/groq"] = () =>
      Response.json({
        error: { code: "conflict", message: "read it again", param: null, details: {} },
      }, { status: 409 });
    const { status, body } = await call("PUT", "/api/providers/groq", { body: settings });
    expect(status).toBe(409);
    expect(body).toEqual({
      error: { message: "read it again", type: "conflict_error", param: null, code: "conflict" },
    });
  });

  it("says to repeat it when the ledger is away, too slow, or strange", async () => {
    for (
      const answer of [
        () => Promise.reject(new TypeError("refused")),
        ({ signal }: Asked) => effects.timers.sleep(60_000, signal).then(accepted),
        () => new Response("<h1>502</h1>", { status: 502 }),
        () => Response.json({ error: { code: "invalid_token", message: "x" } }, { status: 401 }),
        () => Response.json({ something: "else" }),
      ]
    ) {
      answers["PUT ledger/v1/providers/groq"] = answer;
      const { status, headers, body } = await call("PUT", "/api/providers/groq", {
        body: settings,
      });
      expect([status, headers.get("retry-after")]).toEqual([503, "1"]);
      expect(body.error).toMatchObject({ type: "api_error", code: "ledger_unavailable" });
    }
  });
});

describe("a provider", () => {
  it("is listed by name, page by page, and every page ends", async () => {
    const names: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const next = cursor === "" ? "" : `&cursor=${cursor}`;
      const { body } = await call("GET", `/api/providers?limit=1${next}`);
      names.push(...body.items.map((row: { provider: string }) => row.provider));
      cursor = body.nextCursor;
    }
    expect(names).toEqual(["cerebras", "groq", "simulator", "xai"]);
    expect((await call("GET", "/api/providers?cursor=***")).body.error.param).toBe("cursor");
    expect((await call("GET", "/api/providers?limit=201")).body.error.param).toBe("limit");
    expect((await call("GET", "/api/providers?colour=1")).body.error.param).toBe("colour");
  });

  it("of the edges' own settings is told from one that is configured", async () => {
    const { body } = await call("GET", "/api/providers");
    expect(body.edge).toBe("asked");
    expect(
      body.items.map((row: Record<string, unknown>) => [row.provider, row.origin, row.simulated]),
    )
      .toEqual([
        ["cerebras", "configured", null],
        ["groq", "configured", false],
        ["simulator", "settings", true],
        ["xai", "configured", null],
      ]);
    expect((await call("GET", "/api/providers/simulator")).body.item.profile).toBeNull();
    expect((await call("POST", "/api/providers/simulator/disable")).status).toBe(404);
    delete answers["GET proxy/health"];
    const alone = await call("GET", "/api/providers");
    expect([alone.body.edge, alone.body.items.length]).toEqual(["unreachable", 3]);
    expect((await call("GET", "/api/providers/simulator")).status).toBe(404);
  });

  it("is switched as it was read, and not at all when it is so already", async () => {
    const off = await call("POST", "/api/providers/groq/disable");
    expect(off.status).toBe(200);
    expect(asked.at(-1)!.body).toEqual({ ...settings, enabled: false, expectedVersion: 3 });
    asked = [];
    const on = await call("POST", "/api/providers/groq/enable");
    expect(on.body).toEqual({ position: null, result: { provider: "groq", providerVersion: 3 } });
    expect(asked.map(({ method }) => method)).toEqual(["GET"]);
    expect((await call("POST", "/api/providers/moon/enable")).status).toBe(404);
  });

  it("has keys that are shown by their fingerprints, and never a secret", async () => {
    const key = (keyId: string, of: string, last4: string) => ({
      keyId,
      keyVersion: 1,
      provider: of,
      level: "system",
      ownerId: null,
      fingerprint: { last4, sha256Prefix: "0123abcd" },
      masterKeyId: "m1",
      envelope: { ciphertext: "sealed" },
    });
    answers["GET ledger/v1/provider-keys"] = () =>
      Response.json({
        items: [
          key("pk-1", "groq", "aaaa"),
          key("pk-2", "xai", "bbbb"),
          key("pk-3", "groq", "cccc"),
        ],
      });
    const { body } = await call("GET", "/api/providers/groq/keys");
    expect(body.items.map(({ keyId }: { keyId: string }) => keyId)).toEqual(["pk-1", "pk-3"]);
    expect(JSON.stringify(body)).not.toContain("sealed");
    const one = await call("GET", "/api/providers/groq/keys?fingerprint=cccc");
    expect(one.body.items.length).toBe(1);
    answers["POST ledger/v1/provider-keys"] = accepted;
    const stored = { level: "system", ownerId: null, secret: "sk-very-secret" };
    const answer = await call("POST", "/api/providers/groq/keys", { body: stored });
    expect(answer.status).toBe(201);
    expect(JSON.stringify(answer.body)).not.toContain("very-secret");
    expect(asked.at(-1)!.body).toEqual({ ...stored, provider: "groq" });
    answers["DELETE ledger/v1/provider-keys/groq/pk-1"] = accepted;
    expect((await call("DELETE", "/api/providers/groq/keys/pk-1?reason=old")).status).toBe(200);
    expect(asked.at(-1)!.url.search).toBe("?reason=old");
  });
});

describe("a router's rules", () => {
  const sentRules = () => {
    const body = asked.at(-1)!.body as { rules: { name: string }[]; expectedVersion?: number };
    return [body.rules.map(({ name }) => name), body.expectedVersion];
  };
  const { name: _, ...other } = { ...rule("x"), strategy: "fastest" };

  it.each<[string, string, string, unknown, unknown]>([
    ["added at the end", "PUT", "three", other, [["one", "two", "three"], 7]],
    ["added in front", "PUT", "three", { ...other, index: 0 }, [["three", "one", "two"], 7]],
    ["replaced where it stands", "PUT", "one", other, [["one", "two"], 7]],
    ["moved", "PUT", "one", { ...other, index: 1 }, [["two", "one"], 7]],
    ["removed", "DELETE", "one", undefined, [["two"], 7]],
  ])("one is %s", async (_how, method, name, body, expected) => {
    const path = `/api/routers/house/rules/${name}`;
    expect((await call(method, path, { body })).status).toBe(200);
    expect(sentRules()).toEqual(expected);
  });

  it("one that is so already changes nothing", async () => {
    const { name: __, ...same } = rule("two");
    const { body } = await call("PUT", "/api/routers/house/rules/two", { body: same });
    expect(body).toEqual({ position: null, result: { routerId: "house", routerVersion: 7 } });
    expect(asked.map(({ method }) => method)).toEqual(["GET"]);
  });

  it("of a built-in router become a router of the same id", async () => {
    const { status } = await call("PUT", "/api/routers/free-first/rules", {
      body: { rules: [rule("mine")] },
    });
    expect(status).toBe(200);
    expect(asked.at(-1)!.body).toEqual({ ...free, rules: [rule("mine")] });
  });

  it("are refused by name where they make no router", async () => {
    expect((await call("DELETE", "/api/routers/house/rules/nine")).status).toBe(404);
    const none = await call("PUT", "/api/routers/house/rules", { body: { rules: [] } });
    expect([none.status, asked.length]).toEqual([400, 2]);
    const { body } = await call("PUT", "/api/routers/house/rules/x", {
      body: { strategy: "luck" },
    });
    expect(body.error.param).toBe("strategy");
  });
});

describe("reads", () => {
  const page = () => Response.json({ position: "9", items: [], nextCursor: null });

  it.each([
    ["/api/models?text=gpt&limit=5", "/v1/prices", "?text=gpt&limit=5"],
    ["/api/plans?cursor=abc", "/v1/plans", "?cursor=abc"],
    ["/api/plans/free/assignments", "/v1/plans/free/assignments", ""],
    ["/api/keys?account=acc-1", "/v1/keys", "?account=acc-1"],
    [
      "/api/logs?outcome=completed&provider=groq&from=1&min_position=7",
      "/v1/requests",
      "?outcome=completed&provider=groq&from=1&min_position=7",
    ],
  ])("%s asks the projections", async (path, there, search) => {
    answers[`GET projections${there}`] = page;
    const { status, body } = await call("GET", path);
    expect([status, body]).toEqual([200, { position: "9", items: [], nextCursor: null }]);
    expect([...new URLSearchParams(asked[0]!.url.search)].sort())
      .toEqual([...new URLSearchParams(search)].sort());
  });

  it("know a model with slashes in its name, encoded or not, and its statistics", async () => {
    answers["GET projections/v1/prices"] = page;
    answers["GET projections/v1/requests/summary"] = () =>
      Response.json({ error: { code: "read_timeout", message: "slow", param: null } }, {
        status: 504,
      });
    for (const name of ["openai/gpt-4o", "openai%2Fgpt-4o"]) {
      const none = await call("GET", `/api/models/${name}`);
      expect([none.status, none.body.error.message]).toEqual([
        404,
        "there is no model openai/gpt-4o",
      ]);
      const late = await call("GET", `/api/models/${name}/stats`);
      expect([late.status, late.body.error.code]).toEqual([504, "read_timeout"]);
      expect(asked.at(-1)!.url.searchParams.get("model")).toBe("openai/gpt-4o");
    }
  });

  it("of a developer are about the own account", async () => {
    answers["GET projections/v1/requests"] = page;
    await call("GET", "/api/logs", { role: "developer", accountId: "acc-1" });
    expect(asked[0]!.url.search).toBe("?account=acc-1");
  });
});

describe("the reference", () => {
  it("lists every route for machines and for people, and loads nothing from elsewhere", async () => {
    const { body, headers } = await call("GET", "/api/openapi.json");
    expect(headers.get("content-security-policy")).toContain("default-src 'none'");
    const documented = Object.entries(body.paths).flatMap(([path, methods]) =>
      Object.keys(methods as object).map((method) => `${method} ${path}`)
    );
    expect(documented.sort()).toEqual(
      managementRoutes.map(({ method, path }) => `${method} ${path}`).sort(),
    );
    const response = await api(new Request("http://web/api/docs"));
    const html = await response.text();
    for (const { method, path } of managementRoutes) {
      expect(html).toContain(`${method.toUpperCase()} ${path}`);
    }
    expect(html).not.toMatch(/<script|style=|https?:\/\//);
  });

  it("says where nothing is, and what can be done instead", async () => {
    expect((await call("GET", "/api/nothing")).status).toBe(404);
    const { status, headers, body } = await call("PATCH", "/api/providers/groq");
    expect([status, headers.get("allow")]).toEqual([405, "GET, PUT"]);
    expect(body.error.code).toBe("method_not_allowed");
    expect((await call("GET", "/api/models/%ff")).status).toBe(404);
  });
});
