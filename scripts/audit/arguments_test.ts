import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openPglite } from "../../ledger/store/mod.ts";
import { appendEvents, historyOf } from "../../tests/projections/mod.ts";
import type { Kysely } from "kysely";

const dataDir = await Deno.makeTempDir();
let head = 0n;

beforeAll(async () => {
  await Deno.mkdir(`${dataDir}/pglite`);
  const database = await openPglite(`${dataDir}/pglite`);
  head = await appendEvents(database as unknown as Kysely<unknown>, historyOf(2, 20), {
    recordedAtMs: 1_800_000_000_000,
  });
  await database.destroy();
});

afterAll(() => Deno.remove(dataDir, { recursive: true }));

/** What the command says, as somebody at a terminal sees it. */
async function audit(...args: readonly string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--no-check", "scripts/audit.ts", ...args],
    env: { SARGALAY_DATA_DIR: dataDir, DATABASE_URL: "", NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

const period = ["re-rate", "--from", "2026-11-01", "--to", "2026-11-30"];

describe("an audit command that is called wrongly", () => {
  it.each([
    [["explain", "nonsense"], "audit: REQUEST nonsense: expected a UUID version 7"],
    [["re-rate", "--from", "21/11/2026", "--to", "2026-11-30"], "--from 21/11/2026: expected YYYY"],
    [["re-rate", "--from", "2026-11-02", "--to", "2026-11-01"], "--from 2026-11-02 is after --to"],
    [[...period, "--kyat-per-usd", "abc"], "--kyat-per-usd abc: expected a number such as 4500.25"],
    [[...period, "--price", "x"], "--price x: expected model@version"],
    [[...period, "--markup", "5%"], "--markup 5%: expected parts per million"],
    [["replay", "--account", "acc-1", "--at", "yesterday"], "--at yesterday: expected epoch milli"],
    [["replay", "--account", "acc-1", "--position", "x"], "--position x: expected a log position"],
    [["replay", "--account", "nobody"], "audit: no account nobody"],
    [
      ["replay", "--account", "acc-1", "--position", "999999"],
      "--position 999999: the log of shar",
    ],
    [["verify", `${dataDir}/absent`], `audit: no such directory ${dataDir}/absent`],
    [["verify", "README.md"], "audit: README.md is no directory"],
    [["receipt", `${dataDir}/absent`], `audit: no such file ${dataDir}/absent`],
  ])("%j: one line that says what is wrong, and 2", async (args, line) => {
    const { code, stdout, stderr } = await audit(...args);
    expect([code, stdout, stderr.trimEnd().split("\n")]).toEqual([
      2,
      "",
      [expect.stringContaining(line)],
    ]);
  });

  it("takes an account and a position that are there", async () => {
    const { code, stdout } = await audit("replay", "--account", "acc-1", "--position", `${head}`);
    expect(stdout).toContain(`up to position ${head}`);
    expect(code).toBeLessThan(2);
  });

  it.each([[], ["--help"], ["-h"], ["verify", "--help"]])(
    "%j: the usage, and 0",
    async (...args) => {
      const { code, stdout, stderr } = await audit(...args);
      expect([code, stderr]).toEqual([0, ""]);
      for (const name of ["export", "verify", "receipt", "replay", "explain", "re-rate"]) {
        expect(stdout).toContain(`audit ${name} `);
      }
    },
  );
});
