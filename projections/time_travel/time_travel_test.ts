import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sql } from "kysely";
import type { DomainEvent } from "../../shared/events/mod.ts";
import * as shapes from "../../shared/read_api/mod.ts";
import { historyOf, openReadApi, type TestReadApi } from "../../tests/projections/mod.ts";
import { placeOf, timeSchema } from "./as_of.ts";

const START_MS = 1_800_000_000_000;
const STEP_MS = 10;
let api: TestReadApi;
let history: DomainEvent[];
let head: bigint;

beforeAll(async () => {
  api = await openReadApi();
  history = historyOf(11, 300);
  head = await api.append(history, { recordedAtMs: START_MS, stepMs: STEP_MS });
});

afterAll(() => api.close());

/** What is available and held after the first `count` events, added up from the events alone. */
function folded(accountId: string, count: number) {
  let [available, held] = [0n, 0n];
  for (const { type, payload } of history.slice(0, count)) {
    if (!("accountId" in payload) || payload.accountId !== accountId) continue;
    switch (type) {
      case "CreditGranted":
      case "AdjustmentPosted":
      case "CreditNoteIssued":
        available += payload.amountMicroKyat;
        break;
      case "HoldPlaced":
        available -= payload.amountMicroKyat;
        held += payload.amountMicroKyat;
        break;
      case "HoldReleased":
      case "HoldExpired":
        available += payload.amountMicroKyat;
        held -= payload.amountMicroKyat;
        break;
      case "HoldSettled":
        available += payload.holdMicroKyat - payload.chargedMicroKyat;
        held -= payload.holdMicroKyat;
        break;
      case "LateUsageSettled":
        available -= payload.chargedMicroKyat;
    }
  }
  return { availableMicroKyat: available.toString(), heldMicroKyat: held.toString() };
}

describe("a balance", () => {
  it("as of every position and its time is what the events up to there add up to", async () => {
    const opened = history.findIndex(({ type }) => type === "AccountOpened") + 1;
    for (let count = opened; count <= history.length; count += 7) {
      const expected = folded("acc-1", count);
      const asOf = { shard: 0, position: String(count) };
      const byPosition = await api.json(`/v1/accounts/acc-1/balance?position=${count}`);
      expect(byPosition.item).toMatchObject({ ...expected, asOf });
      const atMs = START_MS + (count - 1) * STEP_MS;
      for (const time of [atMs, atMs + STEP_MS - 1, new Date(atMs).toISOString()]) {
        const byTime = await api.json(`/v1/accounts/acc-1/balance?at=${time}`);
        expect(byTime.item).toEqual(byPosition.item);
      }
    }
  });

  it("of now is that of the last position, and what comes later is not yet there", async () => {
    const now = await api.json("/v1/accounts/acc-2/balance");
    expect(
      shapes.itemSchema(shapes.balanceAsOfSchema).strict().parse({
        position: now.position,
        item: now.item,
      }),
    ).toBeTruthy();
    expect(now.item).toMatchObject(folded("acc-2", history.length));
    expect((await api.json(`/v1/accounts/acc-2/balance?position=${head + 99n}`)).item)
      .toEqual(now.item);
  });

  it("is not there before the account was opened", async () => {
    expect((await api.get("/v1/accounts/acc-1/balance?position=1")).status).toBe(404);
    expect((await api.get(`/v1/accounts/acc-1/balance?at=${START_MS - 1}`)).status).toBe(404);
  });

  it.each([
    ["at=1&position=1", "at"],
    ["at=yesterday", "at"],
    ["at=2026-11-20T17:00:00", "at"],
    ["position=-1", "position"],
  ])("asked with %s is refused", async (query, param) => {
    const answer = await api.json(`/v1/accounts/acc-1/balance?${query}`);
    expect(answer).toMatchObject({ status: 400, error: { param } });
  });

  it("is the account's own developer's to read", async () => {
    const own = { role: "developer", accountId: "acc-1" } as const;
    expect((await api.get("/v1/accounts/acc-1/balance", own)).status).toBe(200);
    expect((await api.get("/v1/accounts/acc-2/balance", own)).status).toBe(403);
    expect((await api.get("/v1/accounts/acc-2/journal", own)).status).toBe(403);
  });
});

describe("a position by time", () => {
  it("is the last one of several that were recorded at the same time", async () => {
    const again: DomainEvent = {
      type: "CreditGranted",
      payload: { accountId: "acc-3", amountMicroKyat: 1n, source: "promotion", reference: "x" },
    };
    const last = START_MS + 1_000_000;
    const end = await api.append([again, again, again], { recordedAtMs: last, stepMs: 0 });
    history.push(again, again, again);
    const positionAt = async (at: number) => (await placeOf(api.log.db, 0, { at })).position;
    expect(await positionAt(last)).toBe(end);
    expect(await positionAt(last - 1)).toBe(end - 3n);
    expect(await positionAt(START_MS - 1)).toBe(0n);
    expect(await positionAt(last + 1)).toBe(end);
  });

  it("reads a time in any zone", () => {
    expect(timeSchema.parse("2026-11-20T17:00:00+06:30")).toBe(Date.parse("2026-11-20T10:30:00Z"));
  });
});

describe("a journal", () => {
  it("has each event that moved money once, with the balance that it left", async () => {
    const whole = await api.all("/v1/accounts/acc-1/journal", 200);
    expect(await api.all("/v1/accounts/acc-1/journal", 7)).toEqual(whole);
    expect(whole.length).toBeGreaterThan(20);
    for (const row of whole) {
      shapes.journalRowSchema.strict().parse(row);
      expect(row).toMatchObject(folded("acc-1", Number(row.position)));
      const sum = row.legs.filter(({ currency }: { currency: string }) => currency === "MMK")
        .reduce((total: bigint, { amount }: { amount: string }) => total + BigInt(amount), 0n);
      expect(sum).toBe(0n);
    }
    const changes = whole.reduce((sum, { changeMicroKyat }) => sum + BigInt(changeMicroKyat), 0n);
    expect(changes.toString()).toBe(whole[0].availableMicroKyat);
  });

  it("as of a position begins there", async () => {
    const whole = await api.all("/v1/accounts/acc-1/journal", 200);
    const { items } = await api.json(
      `/v1/accounts/acc-1/journal?position=${whole[5].position}&limit=3`,
    );
    expect(items).toEqual(whole.slice(5, 8));
  });

  it("shows a developer the own legs, and of an actor only the kind", async () => {
    const own = { role: "developer", accountId: "acc-1" } as const;
    const { items } = await api.json("/v1/accounts/acc-1/journal?limit=50", own);
    const accounts = new Set(
      items.flatMap(({ legs }: { legs: { account: string }[] }) => legs.map((leg) => leg.account)),
    );
    expect(accounts).toEqual(new Set(["2000:acc-1", "2010:acc-1"]));
    expect(items[0].actor).toBe("system");
  });
});

describe("a book", () => {
  it("has every leg on its account once, and leaves the balance of the trial balance", async () => {
    for (const book of ["4000", "2000:acc-1", "1010"]) {
      const whole = await api.all(`/v1/books/${book}?position=250`, 200);
      for (const row of whole) shapes.bookRowSchema.strict().parse(row);
      expect(await api.all(`/v1/books/${book}?position=250`, 7)).toEqual(whole);
      const balances = await api.all("/v1/trial-balance?position=250", 200);
      const { balance } = balances.find(({ account }) => account === book);
      expect(whole[0].balanceAfter).toBe(balance);
      expect(whole.reduce((sum, { amount }) => sum + BigInt(amount), 0n).toString()).toBe(balance);
    }
    const dollars = await api.json("/v1/books/5000?currency=USD&limit=1");
    expect(dollars.items[0].type).toMatch(/Settled$/);
    expect((await api.json("/v1/books/9999")).items).toEqual([]);
    const own = { role: "developer", accountId: "acc-1" } as const;
    expect((await api.get("/v1/books/2000:acc-1", own)).status).toBe(403);
  });
});

describe("the trial balance", () => {
  it("refuses a cursor that has not one place for each shard", async () => {
    const cursorOf = (places: string) =>
      btoa(JSON.stringify([places, "2000:acc-1", "MMK"])).replace(/=+$/, "");
    expect((await api.json(`/v1/trial-balance?cursor=${cursorOf("250")}`)).status).toBe(200);
    const refused = await api.json(`/v1/trial-balance?cursor=${cursorOf("250,250")}`);
    expect([refused.status, refused.error]).toMatchObject([400, { param: "cursor" }]);
  });

  it("as of a time is that of its position, on pages of any size, and sums to zero", async () => {
    for (const count of [60, 150, 299]) {
      const byPosition = await api.all(`/v1/trial-balance?position=${count}`, 200);
      const atMs = START_MS + (count - 1) * STEP_MS;
      expect(await api.all(`/v1/trial-balance?at=${atMs}`, 3)).toEqual(byPosition);
      for (const currency of ["MMK", "USD"]) {
        const of = byPosition.filter((row) => row.currency === currency);
        expect(of.reduce((sum, { balance }) => sum + BigInt(balance), 0n)).toBe(0n);
      }
      const { rows } = await sql<{ balance: string }>`
        select sum(amount) as balance from ledger.posting
        where account = '4000' and position <= ${count}
      `.execute(api.log.db);
      expect(byPosition.find(({ account }) => account === "4000").balance).toBe(
        String(rows[0]!.balance),
      );
    }
  });
});
