import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createCheckpointReader, createCheckpointStore } from "../../../ledger/checkpoint/mod.ts";
import { createReceiptReader } from "../../../ledger/edge/mod.ts";
import { createEventStore } from "../../../ledger/store/mod.ts";
import { receiptBody } from "../../../proxy/account/mod.ts";
import { toJsonValue } from "../../../shared/json.ts";
import { FIRST_KEY, openRealLedger, ORIGIN, SECOND_KEY } from "../../../tests/audit/real_ledger.ts";
import { requestId, tellStory } from "../../../tests/audit/story.ts";
import { run } from "../receipt.ts";

type Answer = Record<string, unknown>;

const told = [FIRST_KEY, SECOND_KEY].flatMap((key) => ["--key", `${ORIGIN}:${key.publicKey}`]);
const directory = await Deno.makeTempDir();
/** In the shapes of the proxy and of the ledger, by the number of the request. */
const answers = new Map<number, { readonly proxy: Answer; readonly ledger: Answer }>();

/** As `GET /checkpoints/0/keys` answers: the second key is endorsed by the first. */
let listed: { origin: string; keys: { endorsement: string | null; publicKey: string }[] };

beforeAll(async () => {
  const ledger = await openRealLedger();
  try {
    await tellStory(ledger);
    const store = createEventStore(ledger.database);
    const checkpoints = createCheckpointStore(ledger.database);
    const reader = createCheckpointReader({ store, checkpoints, logName: "test-log", shards: 1 });
    listed = toJsonValue({ origin: reader.origin(0), keys: await reader.keys(0) }) as typeof listed;
    const receipts = createReceiptReader(store, reader);
    const accounts = new Map([[6, "acc-3"], [21, "acc-2"]]);
    for (const n of [1, 2, 3, 4, 5, 6, 10, 11, 12, 20, 21]) {
      const receipt = (await receipts(accounts.get(n) ?? "acc-1", requestId(n)))!;
      answers.set(n, { proxy: receiptBody(receipt), ledger: toJsonValue(receipt) as Answer });
    }
  } finally {
    await ledger.close();
  }
});

afterAll(() => Deno.remove(directory, { recursive: true }));

/** The exit code and what was shown for a file with this in it. */
async function receipt(answer: unknown, options: readonly string[] = told) {
  const file = `${directory}/${crypto.randomUUID()}.json`;
  await Deno.writeTextFile(file, JSON.stringify(answer));
  const shown = vi.spyOn(console, "log").mockImplementation(() => {});
  try {
    return { code: await run([file, ...options]), text: shown.mock.calls.flat().join("\n") };
  } finally {
    shown.mockRestore();
  }
}

/** A file with a list of keys in it, as an option. */
async function keyList(list: typeof listed): Promise<string[]> {
  const file = `${directory}/${crypto.randomUUID()}.json`;
  await Deno.writeTextFile(file, JSON.stringify(list));
  return ["--key", file];
}

describe("audit receipt with the ledger's list of keys", () => {
  const first = ["--key", `${ORIGIN}:${FIRST_KEY.publicKey}`];
  const second = ["--key", `${ORIGIN}:${SECOND_KEY.publicKey}`];

  it("says where a newer key is when no told one signed", async () => {
    const { code, text } = await receipt(answers.get(1)!.proxy, first);
    expect(code).toBe(1);
    expect(text).toContain("the ledger may have a newer key: GET /checkpoints/0/keys");
  });

  it("follows the endorsements from a key that was told", async () => {
    const list = await keyList(listed);
    expect(listed.keys).toHaveLength(2);
    for (const options of [[...first, ...list], [...list, ...first], [...second, ...list], list]) {
      expect((await receipt(answers.get(1)!.proxy, options)).code).toBe(0);
    }
  });

  it("believes no key without the endorsement of the one before, and none of another log", async () => {
    const [one, two] = listed.keys as [typeof listed.keys[0], typeof listed.keys[0]];
    const forged = {
      ...two,
      endorsement: two.endorsement!.replace(/^./, (c) => c === "A" ? "B" : "A"),
    };
    const stranger = ["--key", `${ORIGIN}:${"A".repeat(43)}=`];
    for (
      const options of [
        [...first, ...await keyList({ ...listed, keys: [one, forged] })],
        [...first, ...await keyList({ ...listed, keys: [one, { ...two, endorsement: null }] })],
        [...first, ...await keyList({ ...listed, keys: [two] })],
        [...stranger, ...await keyList(listed)],
        await keyList({ ...listed, keys: [one, forged] }),
      ]
    ) {
      expect((await receipt(answers.get(1)!.proxy, options)).code).toBe(1);
    }
  });

  it("says that the first key of a list by itself is taken for told", async () => {
    const said = vi.spyOn(console, "error").mockImplementation(() => {});
    await receipt(answers.get(1)!.proxy, await keyList(listed));
    const text = said.mock.calls.flat().join("\n");
    said.mockRestore();
    expect(text).toContain("is taken for told: test-log/shard-0");
  });

  it("refuses JSON that is no such list", async () => {
    const file = `${directory}/other.json`;
    await Deno.writeTextFile(file, `{"keys":[]}`);
    await expect(receipt({}, ["--key", file])).rejects.toThrow(
      "no answer of GET /checkpoints/0/keys",
    );
  });
});

describe("audit receipt of an answer", () => {
  it("proves what the ledger and the proxy answer, whatever became of the request", async () => {
    for (const [n, { proxy, ledger }] of answers) {
      for (const answer of [proxy, ledger]) {
        const { code, text } = await receipt(answer);
        expect([n, code, text]).toEqual([n, 0, expect.not.stringContaining("NOT PROVED")]);
      }
    }
  });

  it("shows what was proved, from the events", async () => {
    const { proxy } = answers.get(1)!;
    const { text } = await receipt(proxy);
    expect(text).toContain(`request ${proxy.request_id} of account acc-1`);
    expect(text).toContain(`held ${proxy.hold} MMK for model model-1`);
    expect(text).toContain("800 input");
    expect(text).toContain(`charged ${proxy.charged} MMK, unbilled 0 MMK`);
  });

  it.each([
    ["request_id", requestId(2)],
    ["account_id", "acc-2"],
    ["key_id", "key-2"],
    ["model", "model-2"],
    ["hold", "0.2"],
    ["charged", "0.2"],
    ["unbilled", "0.2"],
    ["usage", { input: 1 }],
    ["evidence", "observed"],
    ["state", "released"],
    ["positions", []],
    ["pricing", {}],
    ["call", null],
    ["placed_at_ms", 1],
    ["ended_at_ms", null],
  ])("refuses a proxy's answer with another %s, and names it", async (name, value) => {
    const { code, text } = await receipt({ ...answers.get(1)!.proxy, [name]: value });
    expect(code).toBe(1);
    expect(text).toContain("NOT PROVED");
    expect(text).toContain(`\n  ${name}: `);
  });

  it.each([
    ["requestId", requestId(2)],
    ["accountId", "acc-2"],
    ["holdMicroKyat", "200000"],
    ["chargedMicroKyat", "200000"],
    ["unbilledMicroKyat", "200000"],
    ["usage", { input: 1 }],
    ["state", "released"],
    ["positions", []],
  ])("refuses a ledger's answer with another %s, and names it", async (name, value) => {
    const { code, text } = await receipt({ ...answers.get(1)!.ledger, [name]: value });
    expect(code).toBe(1);
    expect(text).toContain(`\n  ${name}: `);
  });

  it("refuses an answer with the end of another request, or without its hold", async () => {
    const { proxy } = answers.get(1)!;
    const [hold, end] = proxy.proofs as unknown[];
    const [, other] = answers.get(2)!.proxy.proofs as unknown[];
    expect((await receipt({ ...proxy, proofs: [hold, other] })).code).toBe(1);
    expect((await receipt({ ...proxy, proofs: [end] })).code).toBe(1);
    expect((await receipt({ ...proxy, proofs: [hold] })).text).toContain("charged: ");
  });

  it("names members that nothing proves, and a change without a told key is a change", async () => {
    const { proxy } = answers.get(1)!;
    expect((await receipt({ ...proxy, refund: "9" })).text).toContain("without a proof: refund");
    expect((await receipt(proxy, [])).code).toBe(3);
    expect((await receipt({ ...proxy, charged: "0.2" }, [])).code).toBe(1);
  });
});
