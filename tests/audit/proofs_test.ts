import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createCheckpointReader, createCheckpointStore } from "../../ledger/checkpoint/mod.ts";
import { createEventStore } from "../../ledger/store/mod.ts";
import { nodeCrypto } from "../../scripts/audit/node_crypto.ts";
import { fromBase64, verifyConsistency, verifyReceipt } from "../../shared/verifier/mod.ts";
import { FIRST_KEY, openRealLedger, ORIGIN, SECOND_KEY } from "./real_ledger.ts";
import { tellStory } from "./story.ts";

const keys = [FIRST_KEY, SECOND_KEY].map(({ publicKey }) => ({
  name: ORIGIN,
  publicKey: fromBase64(publicKey)!,
}));
const trust = { crypto: nodeCrypto, keys };

/** As the ledger gives them out: one receipt for each event, one proof for each two checkpoints. */
const receipts: string[] = [];
const consistencies: string[] = [];

beforeAll(async () => {
  const ledger = await openRealLedger();
  try {
    await tellStory(ledger);
    const checkpoints = createCheckpointStore(ledger.database);
    const store = createEventStore(ledger.database);
    const reader = createCheckpointReader({ store, checkpoints, logName: "test-log", shards: 1 });
    const { position } = (await reader.newest(0))!;
    for (let at = 1n; at <= position; at++) {
      const answer = await reader.inclusion(0, at);
      if (answer.status !== "proven") throw new Error(`no receipt for ${at}`);
      receipts.push(JSON.stringify(answer.receipt));
    }
    const kept = await reader.page(0, 0, 100);
    for (const from of kept) {
      for (const to of kept.filter(({ frames }) => frames >= from.frames)) {
        consistencies.push(JSON.stringify(await reader.consistency(from, to)));
      }
    }
  } finally {
    await ledger.close();
  }
});

afterAll(() => {
  receipts.length = 0;
});

/** Every way to change one value in a JSON value: a digit, a bit, a size, an entry of a list. */
function* changes(value: unknown): Generator<unknown> {
  if (typeof value === "number") {
    yield value + 1;
    yield value - 1;
  } else if (typeof value === "string") {
    for (const at of [0, value.length >> 1, value.length - 1]) {
      const char = value[at];
      if (char === undefined) continue;
      yield value.slice(0, at) + (char === "1" ? "2" : "1") + value.slice(at + 1);
    }
    yield `${value}1`;
  } else if (value === null) {
    yield "1";
  } else if (Array.isArray(value)) {
    yield value.slice(1);
    yield value.slice(0, -1);
    yield [...value, value[0] ?? "0".repeat(64)];
    for (const [index, one] of value.entries()) {
      for (const change of changes(one)) yield value.with(index, change);
    }
  } else if (typeof value === "object") {
    for (const [name, one] of Object.entries(value)) {
      for (const change of changes(one)) yield { ...value, [name]: change };
    }
  }
}

function sameJson(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

describe("receipts of a real ledger", () => {
  it("are proved, every one", async () => {
    expect(receipts.length).toBeGreaterThan(40);
    for (const [index, receipt] of receipts.entries()) {
      const { ok, problems, event, signers } = await verifyReceipt(receipt, trust);
      expect(problems).toEqual([]);
      expect(ok).toBe(true);
      expect(event!.position).toBe(index + 1);
      expect(signers).toHaveLength(1);
    }
  });

  it("say what moved, and no balance of any account", async () => {
    for (const receipt of receipts) expect(receipt).not.toContain("balanceAfter");
    const value = JSON.parse(receipts.find((receipt) => receipt.includes('"HoldSettled"'))!);
    const { event } = value;
    expect(event.postings.length).toBeGreaterThan(2);
    for (const leg of event.postings) {
      expect(Object.keys(leg).sort()).toEqual(["account", "amount", "currency"]);
    }
    const [leg, ...legs] = event.postings;
    const postings = [{ ...leg, balanceAfter: "1" }, ...legs];
    const told = JSON.stringify({ ...value, event: { ...event, postings } });
    expect(await verifyReceipt(told, trust)).toMatchObject({ ok: false, fits: false });
  });

  it("are refused after any change of any value in them", async () => {
    let changed = 0;
    for (const receipt of receipts.filter((_, index) => index % 7 === 3)) {
      const value = JSON.parse(receipt);
      for (const change of changes(value)) {
        if (sameJson(change, value)) continue;
        const { ok, problems } = await verifyReceipt(JSON.stringify(change), trust);
        if (ok) throw new Error(`accepted: ${JSON.stringify(change)}`);
        expect(problems.length).toBeGreaterThan(0);
        changed++;
      }
    }
    expect(changed).toBeGreaterThan(500);
  });

  it("are refused for every other place and size", async () => {
    const value = JSON.parse(receipts.at(-1)!);
    for (let index = 0; index <= 64; index++) {
      if (index === value.frame.index) continue;
      const moved = { ...value, frame: { ...value.frame, index } };
      expect((await verifyReceipt(JSON.stringify(moved), trust)).fits).toBe(false);
    }
  });

  it("fit without a key, and are not proved by it", async () => {
    const report = await verifyReceipt(receipts[0]!, { crypto: nodeCrypto });
    expect(report).toMatchObject({ ok: false, fits: true, signers: [] });
    expect(report.problems[0]).toContain("no key was told");
    const other = [{ name: ORIGIN, publicKey: new Uint8Array(32).fill(3) }];
    expect((await verifyReceipt(receipts[0]!, { crypto: nodeCrypto, keys: other })).ok).toBe(false);
  });
});

describe("consistency proofs of a real ledger", () => {
  it("hold between any two of its checkpoints", async () => {
    expect(consistencies.length).toBeGreaterThan(9);
    for (const proof of consistencies) {
      expect(await verifyConsistency(proof, trust)).toMatchObject({ ok: true, problems: [] });
    }
  });

  it("are refused after any change, and the wrong way round", async () => {
    for (const proof of consistencies) {
      const value = JSON.parse(proof);
      for (const change of changes(value)) {
        if (sameJson(change, value)) continue;
        expect((await verifyConsistency(JSON.stringify(change), trust)).ok).toBe(false);
      }
      if (value.from === value.to) continue;
      const turned = { ...value, from: value.to, to: value.from };
      expect((await verifyConsistency(JSON.stringify(turned), trust)).ok).toBe(false);
    }
  });
});

describe("what is no proof at all", () => {
  it("is refused in words", async () => {
    const text = fc.oneof(fc.string(), fc.json());
    await fc.assert(fc.asyncProperty(text, async (json) => {
      for (const verify of [verifyReceipt, verifyConsistency]) {
        const { ok, fits, problems } = await verify(json, trust);
        expect([ok, fits]).toEqual([false, false]);
        expect(problems[0]).toMatch(/^this is no /);
      }
    }));
  });
});
