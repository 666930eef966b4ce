import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sql } from "kysely";
import type { DomainEvent } from "../../shared/events/mod.ts";
import * as shapes from "../../shared/read_api/mod.ts";
import { historyOf, openReadApi, type TestReadApi } from "../../tests/projections/mod.ts";

const START_MS = 1_800_000_000_000;
let api: TestReadApi;
let history: DomainEvent[];

const ADMIN_EVENTS: DomainEvent[] = [
  { type: "FxRateSet", payload: { fxVersion: 2, microKyat: 5n, nanoUsd: 1n, source: "later" } },
  {
    type: "BudgetSet",
    payload: { accountId: "acc-1", keyId: null, period: "day", limitMicroKyat: null },
  },
  { type: "KeyRevoked", payload: { accountId: "acc-1", keyId: "k1", reason: "lost" } },
  {
    type: "CreditGranted",
    payload: { accountId: "acc-9", amountMicroKyat: 5n, source: "promotion", reference: "x" },
  },
  {
    type: "AdjustmentPosted",
    payload: { accountId: "acc-9", amountMicroKyat: -2n, reason: "x" },
  },
];

const KEY_EVENTS: DomainEvent[] = [
  {
    type: "ProviderKeyStored",
    payload: {
      provider: "groq",
      keyId: "pk-1",
      keyVersion: 1,
      level: "system",
      ownerId: null,
      envelope: {
        algorithm: "A256GCM",
        masterKeyId: "mk-1",
        wrapNonce: "sealedNonce00000",
        wrappedKey: "sealed".padEnd(64, "0"),
        nonce: "sealedNonce00000",
        ciphertext: "sealed".padEnd(32, "0"),
      },
      fingerprint: { last4: "abcd", sha256Prefix: "01234567" },
    },
  },
  {
    type: "ProviderKeyRemoved",
    payload: { provider: "groq", keyId: "pk-1", keyVersion: 2, reason: "leaked" },
  },
];

beforeAll(async () => {
  api = await openReadApi();
  const opened: DomainEvent = {
    type: "AccountOpened",
    payload: { accountId: "acc-9", name: "nine", currency: "MMK" },
  };
  history = [...historyOf(5, 200), opened, ...KEY_EVENTS, ...ADMIN_EVENTS];
  await api.append(history, { recordedAtMs: START_MS, stepMs: 10 });
});

afterAll(() => api.close());

type Row = {
  position: string;
  type: string;
  recordedAtMs: number;
  payload: { accountId?: string };
};

const positionsOf = (matches: (event: DomainEvent, index: number) => boolean) =>
  history.flatMap((event, index) => matches(event, index) ? [String(index + 1)] : []).reverse();

describe("events", () => {
  const accountOf = ({ payload }: DomainEvent) => "accountId" in payload ? payload.accountId : null;
  it.each<[string, (event: DomainEvent, index: number) => boolean]>([
    ["", () => true],
    ["type=HoldPlaced", ({ type }) => type === "HoldPlaced"],
    ["account=acc-1", (event) => accountOf(event) === "acc-1"],
    [
      "account=acc-2&type=CreditGranted",
      (event) => accountOf(event) === "acc-2" && event.type === "CreditGranted",
    ],
    ["actor=system:test", () => true],
    ["actor=user:nobody", () => false],
    [`from=${START_MS + 100}&to=${START_MS + 200}`, (_, index) => index >= 10 && index < 20],
    [
      `type=HoldPlaced&from=${START_MS + 500}`,
      ({ type }, index) => type === "HoldPlaced" && index >= 50,
    ],
  ])("by %j are the matching ones, newest first, on pages of any size", async (query, matches) => {
    const positions = (rows: Row[]) => rows.map(({ position }) => position);
    const expected = positionsOf(matches);
    expect(positions(await api.all(`/v1/events?${query}`, 200))).toEqual(expected);
    expect(positions(await api.all(`/v1/events?${query}`, 7))).toEqual(expected);
    expect(positions(await api.all(`/v1/events?order=oldest&${query}`, 9)))
      .toEqual(expected.toReversed());
  });

  it("of one request are found without the index", async () => {
    const { requestId } = (history.find(({ type }) => type === "HoldSettled") as {
      payload: { requestId: string };
    }).payload;
    const expected = positionsOf(({ payload }) =>
      "requestId" in payload && payload.requestId === requestId
    );
    const rows = await api.all(`/v1/events?request=${requestId}`, 1);
    expect(rows.map(({ position }) => position)).toEqual(expected);
    expect(await api.all(`/v1/events?request=${requestId}&type=KeyIssued`, 5)).toEqual([]);
  });

  it("can be left in both directions", async () => {
    const first = await api.json("/v1/events?limit=10");
    expect(first.previousCursor).toBeNull();
    const second = await api.json(`/v1/events?limit=10&cursor=${first.nextCursor}`);
    const third = await api.json(`/v1/events?limit=10&cursor=${second.nextCursor}`);
    const back = await api.json(`/v1/events?limit=10&cursor=${third.previousCursor}`);
    expect(back).toEqual(second);
    const start = await api.json(`/v1/events?limit=10&cursor=${back.previousCursor}`);
    expect(start).toEqual(first);
    const forward = await api.json(`/v1/events?limit=10&cursor=${back.nextCursor}`);
    expect(forward).toEqual(third);
  });

  it("by every filter are found by an index, in the order of the page", async () => {
    const { rows } = await sql<{ definition: string }>`
      select indexdef as definition from pg_indexes
      where schemaname = 'projections' and tablename = 'event_index'
    `.execute(api.log.db);
    for (const filter of ["account_id", "account_id, type", "type", "actor"]) {
      const columns = `(${filter}, recorded_at_ms, shard, "position")`;
      expect(rows.some(({ definition }) => definition.includes(columns))).toBe(true);
    }
  });
});

describe("one event", () => {
  it("comes with legs, frame and neighbours", async () => {
    const index = history.findIndex(({ type }) => type === "HoldSettled");
    const { status, position, item } = await api.json(`/v1/events/0/${index + 1}`);
    expect(status).toBe(200);
    shapes.itemSchema(shapes.eventDetailSchema).strict().parse({ position, item });
    expect(item.event.type).toBe("HoldSettled");
    const kyat = item.legs.filter(({ currency }: { currency: string }) => currency === "MMK");
    expect(kyat.reduce((sum: bigint, leg: { amount: string }) => sum + BigInt(leg.amount), 0n))
      .toBe(0n);
    expect(item.frame).toMatchObject({ firstPosition: String(index + 1), count: 1 });
    expect([item.previous.position, item.next.position]).toEqual([`${index}`, `${index + 2}`]);
    const ofRequest = item.ofRequest.map(({ type }: { type: string }) => type);
    expect([ofRequest[0], ofRequest.includes("HoldSettled")]).toEqual(["HoldPlaced", true]);
  });

  it("has no neighbour at the ends, and is not there beyond them", async () => {
    expect((await api.json("/v1/events/0/1")).item.previous).toBeNull();
    expect((await api.json(`/v1/events/0/${history.length}`)).item.next).toBeNull();
    for (const place of [`0/${history.length + 1}`, "0/0", "1/1", "x/y"]) {
      expect((await api.get(`/v1/events/${place}`)).status).toBe(404);
    }
  });
});

describe("admin actions", () => {
  it("say what was before and after", async () => {
    const { items } = await api.json(`/v1/admin-actions?limit=${ADMIN_EVENTS.length}`);
    const shown = items.map(({ subject, before, after }: shapes.AdminAction) => [
      subject,
      before,
      after,
    ]);
    const configured = {
      label: "renamed",
      prefix: "sk-sgl-0000…",
      expiresAtMs: 10 ** 15,
      allowedModels: ["gpt-4o", "gpt-4o-mini"],
      ipRanges: ["192.0.2.0/24"],
      routerId: null,
      tags: ["batch"],
    };
    expect(shown).toEqual([
      ["credit:acc-9", { creditedMicroKyat: "5" }, { creditedMicroKyat: "3" }],
      ["credit:acc-9", null, { creditedMicroKyat: "5" }],
      [
        "key:acc-1:k1",
        { state: "active", ...configured },
        { state: "revoked", reason: "lost", ...configured },
      ],
      ["budget:acc-1:*:day", { limitMicroKyat: "1000000000000" }, { limitMicroKyat: null }],
      [
        "fx",
        { fxVersion: 1, microKyat: "4500000000", nanoUsd: "1000000000", source: "test" },
        { fxVersion: 2, microKyat: "5", nanoUsd: "1", source: "later" },
      ],
    ]);
  });

  it("leave calls out, and filter by account and type", async () => {
    const all = await api.all("/v1/admin-actions", 200);
    expect(all.length).toBe(history.filter(({ payload }) => !("requestId" in payload)).length);
    const keys = await api.all("/v1/admin-actions?account=acc-1&type=KeyIssued", 1);
    expect(keys.map(({ subject }) => subject)).toEqual(["key:acc-1:k2", "key:acc-1:k1"]);
    expect(keys[0].payload.keyHash).toBe(undefined);
    expect(await api.all("/v1/admin-actions?actor=user:nobody", 5)).toEqual([]);
  });

  it("show whose a provider's key is and what became of it, and never its envelope", async () => {
    const actions = await api.all("/v1/admin-actions?type=ProviderKeyRemoved", 5);
    const shown = { level: "system", fingerprint: { last4: "abcd" }, masterKeyId: "mk-1" };
    expect(actions).toMatchObject([{
      subject: "provider-key:groq:pk-1",
      before: { state: "stored", keyVersion: 1, ...shown },
      after: { state: "removed", keyVersion: 2, reason: "leaked", ...shown },
    }]);
    const [stored] = await api.all("/v1/events?type=ProviderKeyStored", 5);
    const everywhere = [
      stored,
      await api.all("/v1/admin-actions", 200),
      await (await api.get(`/v1/events/0/${stored.position}`)).json(),
    ];
    expect(stored.payload.fingerprint.last4).toBe("abcd");
    expect(JSON.stringify(everywhere)).not.toMatch(/sealed|ciphertext|wrappedKey/);
  });

  it("are not a developer's to read", async () => {
    const own = { role: "developer", accountId: "acc-1" } as const;
    expect((await api.get("/v1/admin-actions?account=acc-1", own)).status).toBe(403);
    expect((await api.get("/v1/events/0/1", own)).status).toBe(403);
  });
});
