import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEffects, platformOf } from "../shared/effects.ts";
import { signServiceToken } from "../shared/identity/mod.ts";
import { silentLog } from "../shared/log.ts";
import type { Principal, Role } from "../shared/permissions.ts";
import * as shapes from "../shared/read_api/mod.ts";
import { appendEvents, historyOf, openLog, type TestLog } from "../tests/projections/mod.ts";
import { composeProjections, type Projections, READ_ROUTES } from "./compose.ts";

const effects = createEffects(platformOf(globalThis));
const secret = "a secret of the rooms, long enough to be one";
const START_MS = Date.parse("2026-11-20T17:00:00Z");

let log: TestLog;
let room: Projections;
let head = 0n;

beforeAll(async () => {
  log = await openLog("pglite");
  head = await appendEvents(log.db, historyOf(7, 400), { recordedAtMs: START_MS, stepMs: 10_000 });
  const parts = { db: log.db, bus: null, effects, log: silentLog, fetch };
  const config = { serviceSecret: secret, shards: 1, alertWebhook: null };
  room = await composeProjections(config, parts);
  await room.runner.catchUp();
});

afterAll(async () => {
  await room.close();
  await log.close();
});

async function get(
  path: string,
  as: Role | null = "admin",
  accountId: string | null = null,
  method = "get",
) {
  const headers = new Headers();
  if (as !== null) {
    const principal: Principal = { actor: `user:${as}`, role: as, accountId };
    const options = { secret, clock: effects.clock, ttlMs: 60_000 };
    headers.set("authorization", `Bearer ${await signServiceToken(principal, options)}`);
  }
  return await room.fetch(new Request(`http://127.0.0.1${path}`, { headers, method }));
}

// deno-lint-ignore no-explicit-any
async function json(path: string, as?: Role | null, accountId?: string | null): Promise<any> {
  const response = await get(path, as, accountId);
  return { status: response.status, ...await response.json() };
}

describe("each answer", () => {
  it.each([
    ["/v1/accounts", shapes.pageSchema(shapes.accountRowSchema)],
    ["/v1/accounts/acc-1", shapes.itemSchema(shapes.accountRowSchema)],
    ["/v1/accounts/acc-1/keys", shapes.pageSchema(shapes.keyRowSchema)],
    ["/v1/accounts/acc-1/budgets", shapes.pageSchema(shapes.budgetRowSchema)],
    ["/v1/plans", shapes.pageSchema(shapes.planRowSchema)],
    ["/v1/accounts/acc-1/plans", shapes.pageSchema(shapes.planAssignmentRowSchema)],
    ["/v1/accounts/acc-1/plan-usage", shapes.pageSchema(shapes.planUsageRowSchema)],
    ["/v1/plans/startup/assignments", shapes.pageSchema(shapes.planAssignmentRowSchema)],
    ["/v1/requests", shapes.pageSchema(shapes.requestRowSchema)],
    [
      "/v1/usage/daily?from=2026-11-01&to=2026-12-31",
      shapes.pageSchema(shapes.dailyUsageRowSchema),
    ],
    ["/v1/prices", shapes.pageSchema(shapes.priceRowSchema)],
    ["/v1/rates", shapes.itemSchema(shapes.ratesRowSchema)],
    ["/v1/projections", shapes.pageSchema(shapes.projectionStatusSchema)],
    ["/v1/events", shapes.turnablePageSchema(shapes.eventRowSchema)],
    ["/v1/events/0/1", shapes.itemSchema(shapes.eventDetailSchema)],
    ["/v1/admin-actions", shapes.turnablePageSchema(shapes.adminActionSchema)],
    ["/v1/trial-balance", shapes.pageSchema(shapes.trialBalanceRowSchema)],
  ])("of %s has its contract's shape and the position it reflects", async (path, schema) => {
    const response = await get(path);
    expect(response.status).toBe(200);
    const body = await response.json();
    const parsed = schema.strict().parse(body) as { position: string; items?: unknown[] };
    expect(parsed.position).toBe(head.toString());
    if (path !== "/v1/trial-balance") expect(parsed.items?.length).not.toBe(0);
  });

  it("is described in /openapi.json", async () => {
    const document = await json("/openapi.json", null);
    expect(Object.keys(document.paths).sort()).toEqual(READ_ROUTES.map(({ path }) => path).sort());
  });
});

describe("who may read what", () => {
  const row = READ_ROUTES.map((route) => [route.path, route.method ?? "get"] as const);
  it.each(row)("nobody uses %s without a token", async (path, method) => {
    const response = await get(path.replace(/\{\w+\}/, "acc-1"), null, null, method);
    expect([response.status, response.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
  });

  it.each([
    ["/v1/accounts/acc-2", 403],
    ["/v1/accounts/acc-2/keys", 403],
    ["/v1/accounts/acc-2/budgets", 403],
    ["/v1/accounts/acc-2/plans", 403],
    ["/v1/plans/startup/assignments", 403],
    ["/v1/plans", 200],
    ["/v1/requests?account=acc-2", 403],
    ["/v1/usage/daily?account=acc-2", 403],
    ["/v1/live?account=acc-2", 403],
    ["/v1/events?account=acc-1", 403],
    ["/v1/trial-balance", 403],
    ["/v1/projections", 403],
    ["/v1/accounts/acc-1", 200],
    ["/v1/prices", 200],
  ])("a developer of acc-1 who reads %s gets %i", async (path, status) => {
    const response = await get(path, "developer", "acc-1");
    expect(response.status).toBe(status);
    await response.body?.cancel();
  });

  it("a developer sees the own account only, also when naming none", async () => {
    const accounts = await json("/v1/accounts", "developer", "acc-1");
    expect(accounts.items.map((each: { accountId: string }) => each.accountId)).toEqual(["acc-1"]);
    const requests = await json("/v1/requests?limit=200", "developer", "acc-1");
    const owners = requests.items.map((each: { accountId: string }) => each.accountId);
    expect(new Set(owners)).toEqual(new Set(["acc-1"]));
  });

  it("somebody else's request is not there", async () => {
    const foreign = (await json("/v1/requests?account=acc-2&limit=1")).items[0].requestId;
    expect((await json(`/v1/requests/${foreign}`)).status).toBe(200);
    const answer = await json(`/v1/requests/${foreign}`, "developer", "acc-1");
    expect(answer).toMatchObject({ status: 404, error: { code: "not_found", param: null } });
  });

  it("support reads requests but not the log", async () => {
    expect((await get("/v1/requests", "support")).status).toBe(200);
    expect((await get("/v1/events", "support")).status).toBe(403);
    expect((await get("/v1/trial-balance", "auditor")).status).toBe(200);
  });
});

describe("pages", () => {
  it.each([
    ["/v1/requests", "requestId"],
    ["/v1/requests?account=acc-1&key=k1&model=gpt-4o", "requestId"],
    ["/v1/events", "eventId"],
    ["/v1/events?account=acc-1&order=oldest", "eventId"],
    ["/v1/admin-actions", "position"],
    ["/v1/accounts", "accountId"],
    ["/v1/accounts/acc-1/keys", "keyId"],
    ["/v1/prices", "model"],
  ])("of %s show every row once", async (path, id) => {
    const join = path.includes("?") ? "&" : "?";
    const whole = await collect(path, join, 200, id);
    expect(whole.length).toBeGreaterThan(1);
    expect(new Set(whole).size).toBe(whole.length);
    expect(await collect(path, join, 7, id)).toEqual(whole);
    expect(await collect(path, join, 1, id)).toEqual(whole);
  });

  it("of requests come newest first", async () => {
    const { items } = await json("/v1/requests?limit=200");
    const times = items.map(({ placedAtMs }: { placedAtMs: number }) => placedAtMs);
    expect(times).toEqual([...times].sort((a, b) => b - a));
  });

  it("of events do not show the hash of a key", async () => {
    const { items } = await json("/v1/events?account=acc-1&type=KeyIssued");
    const issued = items.find(({ type }: { type: string }) => type === "KeyIssued");
    expect(issued.payload.keyHash).toBe(undefined);
  });

  async function collect(path: string, join: string, limit: number, id: string) {
    const ids: string[] = [];
    let cursor: string | null = null;
    do {
      const next: string = cursor === null ? "" : `&cursor=${cursor}`;
      const page = await json(`${path}${join}limit=${limit}${next}`);
      expect(page.status).toBe(200);
      ids.push(...page.items.map((item: Record<string, string>) => item[id]));
      cursor = page.nextCursor;
    } while (cursor !== null);
    return ids;
  }
});

describe("daily usage", () => {
  const path = "/v1/usage/daily?from=2026-11-01&to=2026-12-31&limit=200";
  const sums = (items: { requests: number; chargedMicroKyat: string }[]) => [
    items.reduce((sum, { requests }) => sum + requests, 0),
    items.reduce((sum, each) => sum + BigInt(each.chargedMicroKyat), 0n),
  ];

  it("has the same sums however it is grouped, and says what is left out", async () => {
    const whole = sums((await json(path)).items);
    for (const groups of ["day", "account", "key,model", "provider,day"]) {
      const { items } = await json(`${path}&group_by=${groups}`);
      expect(sums(items)).toEqual(whole);
      for (const row of items) expect(row.day === "*").toBe(!groups.includes("day"));
    }
  });

  it("counts in days of Yangon", async () => {
    // The history begins at 23:30 in Yangon.
    const { items } = await json(`${path}&group_by=day`);
    expect(items[0].day).toBe("2026-11-20");
    expect(items[1].day).toBe("2026-11-21");
  });
});

describe("the trial balance", () => {
  beforeAll(async () => {
    await sql`
      insert into ledger.account (shard, account, currency, balance, position) values
        (0, '1010', 'MMK', 7, 2), (0, '2000:acc-1', 'MMK', -7, 2),
        (0, '2100', 'USD', -3, 3), (0, '5000', 'USD', 3, 3)
    `.execute(log.db);
    await sql`
      insert into ledger.posting (shard, position, leg, account, currency, amount, balance_after)
      values (0, 1, 1, '1010', 'MMK', 5, 5), (0, 1, 2, '2000:acc-1', 'MMK', -5, -5),
        (0, 2, 1, '1010', 'MMK', 2, 7), (0, 2, 2, '2000:acc-1', 'MMK', -2, -7),
        (0, 3, 1, '5000', 'USD', 3, 3), (0, 3, 2, '2100', 'USD', -3, -3)
    `.execute(log.db);
  });

  it.each([
    ["", ["7", "-7", "-3", "3"]],
    ["&position=2", ["7", "-7", "0", "0"]],
    ["&position=1", ["5", "-5", "0", "0"]],
  ])("%s is of one position on all its pages, and sums to zero", async (at, balances) => {
    const found: string[] = [];
    let cursor: string | null = null;
    do {
      const next: string = cursor === null ? at : `&cursor=${cursor}`;
      const page = await json(`/v1/trial-balance?limit=1${next}`, "auditor");
      found.push(...page.items.map(({ balance }: { balance: string }) => balance));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(found).toEqual(balances);
  });
});

describe("bad input", () => {
  it.each([
    ["/v1/requests?limit=0", "limit"],
    ["/v1/requests?limit=201", "limit"],
    ["/v1/requests?limit=1e2", "limit"],
    ["/v1/requests?cursor=nonsense", "cursor"],
    ["/v1/requests?cursor=WzEsMl0", "cursor"],
    ["/v1/requests?state=lost", "state"],
    ["/v1/requests?acount=acc-1", "acount"],
    ["/v1/requests?account=ACC", "account"],
    ["/v1/accounts/ACC", "account"],
    ["/v1/requests?min_position=-1", "min_position"],
    ["/v1/usage/daily?from=2026-02-30", "from"],
    ["/v1/usage/daily?from=2026-02-02&to=2026-02-01", "from"],
    ["/v1/usage/daily?from=2024-01-01&to=2026-01-01", "from"],
    ["/v1/usage/daily?group_by=hour", "group_by.0"],
  ])("%s is refused with the name of the parameter", async (path, param) => {
    const answer = await json(path);
    expect(answer).toMatchObject({ status: 400, error: { code: "invalid_request", param } });
  });

  it.each(["/v1/requests/nonsense", "/v1/nothing", "/v1/accounts/acc-9"])(
    "there is nothing at %s",
    async (path) => {
      expect((await json(path)).status).toBe(404);
    },
  );
});

describe("min_position", () => {
  it("that is reached costs nothing", async () => {
    expect((await json(`/v1/accounts?min_position=${head}`)).status).toBe(200);
  });

  it("makes a read wait for what is being written", async () => {
    const waiting = json(`/v1/accounts/acc-1?min_position=${head + 1n}`);
    head = await appendEvents(log.db, [{
      type: "CreditGranted",
      payload: { accountId: "acc-1", amountMicroKyat: 1n, source: "promotion", reference: "x" },
    }], { recordedAtMs: START_MS + 86_400_000 });
    expect(await waiting).toMatchObject({ status: 200, position: head.toString() });
  });

  it("that is never reached ends in 503 with retry-after", async () => {
    const response = await get(`/v1/accounts?min_position=${head + 1_000n}`);
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
    expect((await response.json()).error).toMatchObject({
      code: "read_model_behind",
      param: "min_position",
    });
  });
});

describe("the number of shards", () => {
  it("is the deployment's: the room refuses another one", async () => {
    const other = await openLog("pglite");
    const start = (shards: number) =>
      composeProjections({ serviceSecret: secret, shards, alertWebhook: null }, {
        db: other.db,
        bus: null,
        effects,
        log: silentLog,
        fetch,
      });
    try {
      // Nothing is fixed before the ledger's first start; once it is, the room says that it differs.
      const early = await start(2);
      const health = async () => (await early.fetch(new Request("http://127.0.0.1/health"))).status;
      expect(await health()).toBe(200);
      await sql`insert into ledger.deployment (shards) values (4)`.execute(other.db);
      expect(await health()).toBe(503);
      await early.close();
      await expect(start(2)).rejects.toThrow(/SARGALAY_SHARDS is 2.*set SARGALAY_SHARDS=4/);
      await (await start(4)).close();
    } finally {
      await other.close();
    }
  });
});

describe("live balances", () => {
  it("come at once, and again when the balance changes", async () => {
    const response = await get("/v1/live", "developer", "acc-2");
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    const next = async () => {
      const { value } = await reader.read();
      const data = /^event: account\nid: \d+\ndata: (.*)\n\n$/.exec(value!)![1]!;
      return shapes.liveAccountSchema.strict().parse(JSON.parse(data));
    };
    const first = await next();
    expect(first.item.accountId).toBe("acc-2");
    head = await appendEvents(log.db, [{
      type: "CreditGranted",
      payload: { accountId: "acc-2", amountMicroKyat: 9n, source: "promotion", reference: "x" },
    }], { recordedAtMs: START_MS + 86_400_000 });
    const second = await next();
    expect(BigInt(second.item.availableMicroKyat) - BigInt(first.item.availableMicroKyat)).toBe(9n);
    expect(BigInt(second.position)).toBeGreaterThanOrEqual(head);
    await reader.cancel();
  });

  it("of an account that does not exist are not there", async () => {
    expect((await get("/v1/live?account=acc-9")).status).toBe(404);
    expect((await get("/v1/live")).status).toBe(404);
  });
});
