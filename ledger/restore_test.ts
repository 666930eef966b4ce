import postgres from "postgres";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  callAsAdmin,
  eventually,
  type LedgerProcess,
  startLedger,
  untilHealthy,
} from "../tests/ledger/processes.ts";
import { startNats, testDatabase } from "../tests/servers/mod.ts";

async function database() {
  const one = await testDatabase();
  onTestFinished(() => one.drop());
  return one.url;
}

/** A copy of a database that nobody is connected to, as a backup would be. */
async function copyOf(url: string): Promise<string> {
  const name = new URL(url).pathname.slice(1);
  const copy = `${name}_${crypto.randomUUID().slice(0, 8)}`;
  const server = new URL(url);
  server.pathname = "/postgres";
  const run = async (statement: string) => {
    const sql = postgres(server.href, { max: 1, onnotice: () => {} });
    await sql.unsafe(statement).finally(() => sql.end({ timeout: 5 }));
  };
  await run(`CREATE DATABASE "${copy}" TEMPLATE "${name}"`);
  onTestFinished(() => run(`DROP DATABASE IF EXISTS "${copy}" WITH (FORCE)`));
  const copied = new URL(url);
  copied.pathname = `/${copy}`;
  return copied.href;
}

function start(env: Record<string, string>): LedgerProcess {
  const ledger = startLedger(env);
  onTestFinished(async () => {
    await ledger.kill("SIGKILL");
  });
  return ledger;
}

const readNewest = async ({ url }: LedgerProcess) => {
  const response = await fetch(`${url}/checkpoints/0/latest`);
  const note = await response.text();
  return { note, position: /^position (\d+)$/m.exec(note)?.[1] ?? null };
};

/** Opens an account, waits until a checkpoint covers it, and ends. */
async function workOn(env: Record<string, string>, accountId: string): Promise<string> {
  const ledger = start(env);
  await untilHealthy(ledger);
  const body = { accountId, name: accountId };
  const { answer } = await callAsAdmin(ledger, "POST", "/v1/accounts", { body });
  const note = await eventually("a checkpoint covers it", 30_000, async () => {
    const { note, position } = await readNewest(ledger);
    return position !== null && BigInt(position) >= BigInt(answer.position) ? note : null;
  });
  expect((await ledger.kill("SIGTERM")).code).toBe(0);
  return note;
}

/** What the health of a ledger that refuses says. */
async function refusalOf(env: Record<string, string>): Promise<string> {
  const ledger = start(env);
  const failure = await eventually("it refuses", 30_000, async () => {
    const response = await fetch(`${ledger.url}/health`);
    const { shards } = await response.json();
    if (response.status !== 503 || shards[0].role !== "failed") return null;
    // What anybody may read names no paths.
    expect(shards[0].failure).toBe("log_refused");
    const { answer } = await callAsAdmin(ledger, "GET", "/v1/status");
    return answer.shards[0].failure;
  });
  await ledger.kill("SIGTERM");
  return failure;
}

describe("a ledger over PostgreSQL that is given a backup", () => {
  it("refuses one that is older than the newest checkpoint, wherever it finds that", async () => {
    const nats = await startNats();
    onTestFinished(() => nats.stop());
    const directory = await Deno.makeTempDir();
    onTestFinished(() => Deno.remove(directory, { recursive: true }));
    const env = {
      DATABASE_URL: await database(),
      NATS_URL: nats.url,
      SARGALAY_CHECKPOINT_DIRS: directory,
      SARGALAY_CHECKPOINT_INTERVAL_MS: "100",
    };
    await workOn(env, "acc-1");
    const stale = await copyOf(env.DATABASE_URL);
    const newest = await workOn(env, "acc-2");
    const good = await copyOf(env.DATABASE_URL);
    const file = `${directory}/shard-0.note`;
    expect(await Deno.readTextFile(file)).toBe(newest);
    const history = (await Deno.readTextFile(
      [...Deno.readDirSync(directory)].map(({ name }) => `${directory}/${name}`)
        .find((name) => name.endsWith(".ndjson"))!,
    )).trim().split("\n").map((line) => JSON.parse(line));
    expect(history[0].note).toContain("/shard-0\n");

    const byFile = await refusalOf({ ...env, DATABASE_URL: stale });
    expect(byFile).toContain(`the checkpoint of directory ${directory} covers position`);
    expect(byFile).toContain("docs/restore.md");
    expect(await Deno.readTextFile(file)).toBe(newest);

    await Deno.remove(file);
    const byStream = await refusalOf({ ...env, DATABASE_URL: stale });
    expect(byStream).toContain("the checkpoint of stream CHECKPOINTS covers position");

    const next = await workOn({ ...env, DATABASE_URL: good }, "acc-3");
    expect(next).not.toBe(newest);
    expect(await Deno.readTextFile(file)).toBe(next);
  });

  it("writes its checkpoints to every directory that it is told", async () => {
    const nats = await startNats();
    onTestFinished(() => nats.stop());
    const directory = await Deno.makeTempDir();
    onTestFinished(() => Deno.remove(directory, { recursive: true }));
    const directories = [`${directory}/a`, `${directory}/b`];
    const env = { DATABASE_URL: await database(), NATS_URL: nats.url };
    const both = { ...env, SARGALAY_CHECKPOINT_DIRS: directories.join(",") };
    const note = await workOn(both, "acc-1");
    for (const one of directories) {
      expect(await Deno.readTextFile(`${one}/shard-0.note`)).toBe(note);
    }
  });
});
