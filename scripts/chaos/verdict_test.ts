import { describe, expect, it } from "vitest";
import type { Books, SeenEvent, SeenRequest } from "./books.ts";
import type { CallRecord } from "./client.ts";
import { keysTakenTwice } from "./judge_again.ts";
import { expectedCharge, truthOf } from "./oracle.ts";
import { judge, type Verdict } from "./verdict.ts";

const ACCOUNT = "chaos-rich-1";
const REQUEST = "01999999-0000-7000-8000-000000000001";
const CREDIT = 1_000_000n;
const HOLD = 500_000n;
const pricing = {
  ratesPicoUsdPerUnit: { input: "1000000", output: "4000000" },
  markupPartsPerMillion: 0,
  fxMicroKyat: "1000000000",
  fxNanoUsd: "1000000000",
};
const truth = truthOf("gpt-4o-mini", "tea?", null);
const usage = { input: truth.inputTokens, output: truth.outputTokens };
const charge = expectedCharge(usage, pricing);

const record: CallRecord = {
  plan: {
    api: "chat",
    model: "gpt-4o-mini",
    servedBy: "gpt-4o-mini",
    repeats: false,
    content: "tea?",
    stream: true,
    usageAsked: true,
    limit: null,
    leavesAfterChunks: null,
    leavesAfterMs: null,
    readingMs: 0,
  },
  accountId: ACCOUNT,
  edgeId: "edge-1",
  key: null,
  startedAtMs: 1_000,
  endedAtMs: 2_000,
  requestId: REQUEST,
  status: 200,
  problem: null,
  loweredLimit: null,
  text: truth.text,
  finished: true,
  usage,
  costKyat: null,
  replayed: false,
};

const event = (position: number, type: string, payload: object): SeenEvent => ({
  position: `${position}`,
  type,
  requestId: null,
  payload: { accountId: ACCOUNT, ...payload },
});
const credited = event(1, "CreditGranted", { amountMicroKyat: `${CREDIT}` });
const placed = event(2, "HoldPlaced", {
  requestId: REQUEST,
  edgeId: "edge-1",
  amountMicroKyat: `${HOLD}`,
});
const settledAt = (position: number) =>
  event(position, "HoldSettled", {
    requestId: REQUEST,
    basis: "final",
    holdMicroKyat: `${HOLD}`,
    chargeMicroKyat: `${charge}`,
    chargedMicroKyat: `${charge}`,
    unbilledMicroKyat: "0",
  });
const expired = event(3, "HoldExpired", { requestId: REQUEST, amountMicroKyat: `${HOLD}` });
const request: SeenRequest = {
  requestId: REQUEST,
  accountId: ACCOUNT,
  edgeId: "edge-1",
  model: "gpt-4o-mini",
  state: "settled",
  usage,
  evidence: "reported",
  chargeMicroKyat: `${charge}`,
  chargedMicroKyat: `${charge}`,
  unbilledMicroKyat: "0",
  pricing,
};
const unsettled: SeenRequest = {
  ...request,
  state: "expired",
  usage: null,
  evidence: null,
  chargeMicroKyat: null,
  chargedMicroKyat: null,
  unbilledMicroKyat: null,
};

/** Books in which the wallet stands at what is given, everywhere. */
function booksOf(
  events: readonly SeenEvent[],
  requests: readonly SeenRequest[],
  { charged = 0n, held = 0n }: { charged?: bigint; held?: bigint },
): Books {
  const available = CREDIT - charged - held;
  const balance = {
    creditedMicroKyat: `${CREDIT}`,
    settledMicroKyat: `${charged}`,
    heldMicroKyat: `${held}`,
    availableMicroKyat: `${available}`,
    openHolds: held > 0n ? 1 : 0,
  };
  const rows = [
    { account: `2000:${ACCOUNT}`, currency: "MMK", balance: `${-available}` },
    { account: `2010:${ACCOUNT}`, currency: "MMK", balance: `${-held}` },
    { account: "1010", currency: "MMK", balance: `${CREDIT}` },
    { account: "4000", currency: "MMK", balance: `${-charged}` },
  ];
  return {
    events,
    requests,
    balances: new Map([[ACCOUNT, { writer: balance, readModel: balance }]]),
    trials: [{ position: events.at(-1)?.position ?? "0", rows }],
  };
}

const good = booksOf([credited, placed, settledAt(3)], [request], { charged: charge });
const credits = new Map([[ACCOUNT, CREDIT]]);

/** How many findings of each kind there are; those with none are left out. */
function findings(
  books: Books,
  more: Partial<Parameters<typeof judge>[0]> = {},
): Partial<Record<keyof Verdict, number>> {
  const { endings: _, ...lists } = judge({
    records: [record],
    deaths: [],
    credits,
    books,
    ...more,
  });
  return Object.fromEntries(
    Object.entries(lists).map(([name, list]) => [name, list.length]).filter(([, count]) => count),
  );
}

describe("the judgement over a run", () => {
  it("finds nothing where nothing is wrong", () => {
    expect(findings(good)).toEqual({});
  });

  it("finds an answer without a settlement lost, or written off when it died with its proxy", () => {
    const books = booksOf([credited, placed, expired], [unsettled], {});
    expect(findings(books)).toEqual({ lost: 1 });
    const half = { ...record, finished: false, text: "This" };
    const deaths = [{ edgeId: "edge-1", atMs: 1_500 }];
    expect(findings(books, { records: [half], deaths })).toEqual({ writtenOff: 1 });
    expect(findings(books, { records: [half] })).toEqual({ lost: 1 });
    expect(findings(books, { deaths })).toEqual({ lost: 1 });
    const elsewhere = [{ edgeId: "edge-2", atMs: 1_500 }, { edgeId: "edge-1", atMs: 60_000 }];
    expect(findings(books, { records: [half], deaths: elsewhere })).toEqual({ lost: 1 });
  });

  it("finds an answer that is not in the log at all lost", () => {
    expect(findings(booksOf([credited], [], {}))).toEqual({ lost: 1 });
  });

  it("finds a hold with two ends doubled", () => {
    const twice = { ...request, chargedMicroKyat: `${2n * charge}` };
    const books = booksOf([credited, placed, settledAt(3), settledAt(4)], [twice], {
      charged: 2n * charge,
    });
    expect(findings(books).doubled).toBe(1);
  });

  it("finds a wallet below zero at any position overspent", () => {
    const large = event(2, "HoldPlaced", {
      requestId: REQUEST,
      edgeId: "edge-1",
      amountMicroKyat: `${CREDIT + 1n}`,
    });
    const back = event(3, "HoldReleased", {
      requestId: REQUEST,
      amountMicroKyat: `${CREDIT + 1n}`,
    });
    const books = booksOf([credited, large, back], [unsettled], {});
    expect(findings(books, { records: [] })).toEqual({ overspent: 1 });
  });

  it("finds an open hold unresolved", () => {
    const held = { ...unsettled, state: "held" };
    const books = booksOf([credited, placed], [held], { held: HOLD });
    expect(findings(books, { records: [] })).toEqual({ unresolved: 1 });
  });

  it("finds usage other than the true one wrong, and a charge other than its price", () => {
    const more = { ...usage, output: usage.output + 1 };
    const wrongUsage = { ...request, usage: more };
    expect(findings({ ...good, requests: [wrongUsage] }).wrong).toBeGreaterThan(0);
    const observed = { ...request, evidence: "observed", usage: { ...usage, output: 0 } };
    expect(findings({ ...good, requests: [observed] }).wrong).toBeGreaterThan(0);
    const dear = { ...request, chargeMicroKyat: `${charge + 1n}` };
    expect(findings({ ...good, requests: [dear] })).toEqual({ wrong: 1 });
  });

  it("finds a refusal that was charged, and a cost that was not, wrong", () => {
    const refused = { ...record, status: 402, problem: "insufficient_quota", finished: false };
    expect(findings(good, { records: [{ ...refused, text: "" }] })).toEqual({ wrong: 1 });
    expect(findings(good, { records: [{ ...record, costKyat: "9" }] })).toEqual({ wrong: 1 });
  });

  it("finds books that do not agree wrong: positions, credits, postings, read models", () => {
    const gap = booksOf([credited, placed, settledAt(4)], [request], { charged: charge });
    expect(findings(gap)).toEqual({ wrong: 1 });
    expect(findings(good, { credits: new Map([[ACCOUNT, CREDIT + 1n]]) })).toEqual({ wrong: 1 });
    const [trial] = good.trials;
    const off = { ...trial!, rows: trial!.rows.filter(({ account }) => account !== "4000") };
    expect(findings({ ...good, trials: [off] })).toEqual({ wrong: 1 });
    expect(findings({ ...good, trials: [] })).toEqual({ wrong: 1 });
    expect(findings({ ...good, requests: [] })).toMatchObject({ lost: 1, wrong: 1 });
    const balances = new Map([...good.balances].map(([id, { writer }]) => {
      return [id, { writer, readModel: { ...writer, openHolds: 1 } }] as const;
    }));
    expect(findings({ ...good, balances })).toEqual({ wrong: 1 });
  });

  it("finds a key that two calls had at once doubled, and one that was free again not", () => {
    const other = "01999999-0000-7000-8000-000000000002";
    const hold = (position: number, requestId: string) =>
      event(position, "HoldPlaced", { requestId, idempotency: { keyHash: "k" } });
    const ends = (type: string) => event(2, type, { requestId: REQUEST });
    const doubled = (...events: SeenEvent[]) => keysTakenTwice(events).length;
    expect(doubled(hold(1, REQUEST), hold(2, other))).toBe(1);
    expect(doubled(hold(1, REQUEST), ends("HoldSettled"), hold(3, other))).toBe(1);
    expect(doubled(hold(1, REQUEST), ends("HoldReleased"), hold(3, other))).toBe(0);
    expect(doubled(hold(1, REQUEST), ends("HoldExpired"), hold(3, other))).toBe(0);
    expect(
      doubled(hold(1, REQUEST), ends("HoldExpired"), ends("LateUsageSettled"), hold(3, other)),
    ).toBe(1);
  });

  it("finds one answer shown in two ways, or to two calls, wrong", () => {
    const keyed = { ...record, key: "k" };
    expect(findings(good, { records: [keyed, { ...keyed, replayed: true }] })).toEqual({});
    const others = [{ ...keyed, text: `${truth.text}!` }, { ...keyed, text: "No." }];
    expect(findings(good, { records: [others[0]!, keyed] })).toEqual({});
    expect(findings(good, { records: [others[1]!, keyed] })).toEqual({ wrong: 1 });
    expect(findings(good, { records: [keyed, { ...keyed, key: "l" }] })).toEqual({ wrong: 1 });
    expect(findings(good, { records: [record, record] })).toEqual({ wrong: 1 });
  });

  it("finds a call wrong that is charged as another model than the one that answered", () => {
    const plan = { ...record.plan, model: "chaos-chain" };
    expect(findings(good, { records: [{ ...record, plan }] })).toEqual({});
    const first = { ...request, model: "sim-500" };
    expect(findings({ ...good, requests: [first] }, { records: [{ ...record, plan }] }))
      .toEqual({ wrong: 1 });
  });
});
