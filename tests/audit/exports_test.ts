import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createCheckpointReader, createCheckpointStore } from "../../ledger/checkpoint/mod.ts";
import { createEventStore } from "../../ledger/store/mod.ts";
import { writeExport } from "../../scripts/audit/exporting/write_export.ts";
import { FIRST_KEY, openRealLedger, ORIGIN, type RealLedger, SECOND_KEY } from "./real_ledger.ts";
import { tellStory } from "./story.ts";
import { PERFECT, verdictsOn } from "./verdict.ts";

const root = new URL("../../", import.meta.url).pathname;
const directory = await Deno.makeTempDir({ prefix: "sargalay-audit-" });
let ledger: RealLedger;

beforeAll(async () => {
  ledger = await openRealLedger();
  await tellStory(ledger);
});

afterAll(async () => {
  await ledger.close();
  await Deno.remove(directory, { recursive: true });
});

async function exportTo(name: string, from: bigint | null, to: bigint | null) {
  const range = { shard: 0, from, to };
  return await writeExport({
    database: ledger.database,
    ...range,
    directory: `${directory}/${name}`,
  });
}

async function filesOf(name: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for await (const entry of Deno.readDir(`${directory}/${name}`)) {
    files[entry.name] = await Deno.readTextFile(`${directory}/${name}/${entry.name}`);
  }
  return files;
}

/** Runs the command as an auditor would: it may read files and do nothing else. */
async function audit(...args: readonly string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--no-npm", "--no-remote", "--allow-read", "--no-check"]
      .concat("scripts/audit.ts", args),
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return { code, output: decoder.decode(stdout), errors: decoder.decode(stderr) };
}

describe("an export", () => {
  it("of the same range has the same bytes, however the log has grown", async () => {
    const first = await exportTo("first", null, null);
    await ledger.give("OpenAccount", { accountId: "acc-9", name: "Later" });
    await ledger.cover();
    const again = await exportTo("again", 1n, first.to);
    expect(again).toEqual(first);
    expect(await filesOf("again")).toEqual(await filesOf("first"));
    expect((await exportTo("longer", null, null)).to).toBe(first.to + 1n);
  });

  it("of a part is widened to whole frames and a checkpoint, and is verified by itself", async () => {
    const checkpoints = await createCheckpointStore(ledger.database).page(0, 0, 100);
    const [, second] = checkpoints;
    const part = await exportTo("part", 4n, second!.position - 1n);
    expect(part).toMatchObject({ from: 4n, to: second!.position });
    const frames = (await filesOf("part"))["frames-000001.ndjson"]!.trimEnd().split("\n");
    expect(JSON.parse(frames[0]!).firstPosition).toBe(4);

    await exportTo("rest", second!.position + 1n, null);
    const { verdict } = verdictsOn(`${directory}/rest`);
    const { report } = await verdict({ effort: "none", tell: [] }, () => {});
    expect(report.findings).toEqual([]);
    expect(report.ok).toBe(true);
    expect(report.notChecked.join("\n")).toContain("opening balances");
    expect(report.keys[0]).toMatchObject({ position: null, publicKey: FIRST_KEY.publicKey });
  });

  it("of a part is refused when its beginning was changed", async () => {
    const { verdict } = verdictsOn(`${directory}/rest`);
    const whole = { ...PERFECT, tell: [] };
    expect(
      (await verdict({ effort: "manifest", tell: [] }, ({ opening }) => {
        opening!.find(({ account }) => account === "2000:acc-1")!["balance"] = "-5";
      })).failed,
    ).toEqual(["running", "closing"]);
    expect(
      (await verdict(whole, ({ manifest }) => {
        manifest.compactRange[0] = "0".repeat(64);
      })).failed,
    ).toEqual([]);
    expect(
      (await verdict({ effort: "manifest", tell: [] }, ({ manifest }) => {
        manifest.compactRange[0] = "0".repeat(64);
      })).failed,
    ).toEqual(["tree"]);
    expect(
      (await verdict({ effort: "manifest", tell: [] }, ({ manifest }) => {
        manifest.compactRange.pop();
      })).failed,
    ).toContain("manifest");
    expect(
      (await verdict({ effort: "manifest", tell: [] }, ({ manifest }) => {
        manifest.previousHash = "0".repeat(64);
      })).failed,
    ).toEqual(["chain"]);
  });

  it("never writes over anything, and leaves nothing behind when it fails", async () => {
    await Deno.mkdir(`${directory}/taken`);
    await Deno.writeTextFile(`${directory}/taken/file`, "precious");
    await expect(exportTo("taken", null, null)).rejects.toThrow("not empty");
    await expect(exportTo("beyond", null, 1_000_000n)).rejects.toThrow("beyond the newest");
    await expect(exportTo("beyond", 1_000_000n, null)).rejects.toThrow("beyond the end");
    const names = [...Deno.readDirSync(directory)].map(({ name }) => name);
    expect(names.filter((name) => name.includes("beyond") || name.includes("partial"))).toEqual([]);
    await Deno.mkdir(`${directory}/empty`);
    expect((await exportTo("empty", null, null)).files).toBe(5);
  });
});

describe("the verify command", () => {
  it("needs permission to read and no other", async () => {
    const key = `${ORIGIN}:${FIRST_KEY.publicKey}`;
    const { code, output, errors } = await audit("verify", `${directory}/first`, "--key", key);
    expect(errors).toBe("");
    expect(output).toContain("as you told");
    expect(output).toMatch(/\nVERIFIED\n$/);
    expect(code).toBe(0);
  });

  it("ends with 1 and names the first failure, also as JSON", async () => {
    await exportTo("changed", null, null);
    const file = `${directory}/changed/events-000001.ndjson`;
    const text = await Deno.readTextFile(file);
    await Deno.writeTextFile(file, text.replace('"actor":"user:test"', '"actor":"user:best"'));
    const plain = await audit("verify", `${directory}/changed`);
    expect(plain.code).toBe(1);
    expect(plain.output).toContain("first failure  [5 leaf] event 1 (events-000001.ndjson:1)");
    expect(plain.output).toMatch(/\nNOT VERIFIED\n$/);
    const json = await audit("verify", `${directory}/changed`, "--json");
    expect(JSON.parse(json.output)).toMatchObject({
      ok: false,
      first: { check: "leaf", position: 1 },
    });
    expect(json.code).toBe(1);
  });

  it("shows a missing file before the events that fail for want of it", async () => {
    await exportTo("torn", null, null);
    await Deno.remove(`${directory}/torn/frames-000001.ndjson`);
    const { code, output } = await audit("verify", `${directory}/torn`);
    expect(code).toBe(1);
    expect(output).toContain("first failure  [1 files] frames-000001.ndjson");
    expect(output).toContain("there is no such file");
  });

  it("says without a told key that nobody vouches, with a code of its own", async () => {
    const notes = `${directory}/first/checkpoints-000001.ndjson`;
    for (const more of [[], ["--checkpoint", notes]]) {
      const { code, output } = await audit("verify", `${directory}/first`, ...more);
      expect(output).toMatch(/\nCONSISTENT, NOT AUTHENTICATED: no key was told\n$/);
      expect(output).not.toContain("VERIFIED");
      expect(code).toBe(3);
    }
    const json = await audit("verify", `${directory}/first`, "--json");
    expect(JSON.parse(json.output)).toMatchObject({ ok: true, authenticated: false });
    expect(json.code).toBe(3);
  });

  it("takes keys and checkpoints from files", async () => {
    const keys = `${directory}/keys.txt`;
    await Deno.writeTextFile(keys, `# the ledger's\n${ORIGIN}:${FIRST_KEY.publicKey}\n`);
    const notes = `${directory}/longer/checkpoints-000001.ndjson`;
    const newest = JSON.parse((await Deno.readTextFile(notes)).trimEnd().split("\n").at(-1)!).note;
    await Deno.writeTextFile(`${directory}/newest.note`, newest);
    const args = ["--key", keys, "--checkpoint"];
    expect((await audit("verify", `${directory}/longer`, ...args, notes)).code).toBe(0);
    const shorter = await audit(
      "verify",
      `${directory}/first`,
      ...args,
      `${directory}/newest.note`,
    );
    expect(shorter.code).toBe(1);
    expect(shorter.output).toContain("the end is cut off");
  });

  it("has a sister for receipts, which need a key that was told", async () => {
    const checkpoints = createCheckpointStore(ledger.database);
    const store = createEventStore(ledger.database);
    const reader = createCheckpointReader({ store, checkpoints, logName: "test-log", shards: 1 });
    const answer = await reader.inclusion(0, 5n);
    const proofs = answer.status === "proven" ? [answer.receipt] : [];
    const file = `${directory}/receipt.json`;
    await Deno.writeTextFile(file, JSON.stringify({ object: "receipt", proofs }));
    const key = `${ORIGIN}:${SECOND_KEY.publicKey}`;
    const proved = await audit("receipt", file, "--key", key);
    expect(proved).toMatchObject({ code: 0, errors: "" });
    expect(proved.output).toContain("PROVED\n  KeyIssued at position 5");
    const untold = await audit("receipt", file);
    expect(untold.code).toBe(3);
    expect(untold.output).toMatch(/\nCONSISTENT, NOT AUTHENTICATED: no key was told\n$/);
    const other = `${ORIGIN}:${new Uint8Array(32).fill(3).toBase64()}`;
    expect((await audit("receipt", file, "--key", other)).code).toBe(1);
    const broken = JSON.stringify({ proofs: [...proofs, { ...proofs[0], eventPath: [] }] });
    await Deno.writeTextFile(file, broken.replace('"KeyIssued"', '"KeyTaken"'));
    const wrong = await audit("receipt", file);
    expect(wrong.code).toBe(1);
    expect(wrong.output).not.toContain("CONSISTENT");
  });

  it("says what it cannot do with", async () => {
    const missing = await audit("verify", `${directory}/nowhere`);
    expect([missing.code, missing.errors]).toEqual([
      2,
      `audit: no such directory ${directory}/nowhere\n`,
    ]);
    for (const args of [["verify"], ["verify", "x", "--kee", "y"], ["verify", "x", "--key", "y"]]) {
      const { code, errors } = await audit(...args);
      expect(code).toBe(2);
      expect(errors).toMatch(/^audit: /);
    }
  });
});
