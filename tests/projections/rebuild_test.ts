/** Rebuilds on a real server: crashes, cancellations, versions, and that nothing else is fired. */
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { balances } from "../../projections/balances/mod.ts";
import { createLogReader } from "../../projections/log/mod.ts";
import { ApplyError, type Projection } from "../../projections/projection/mod.ts";
import {
  createRebuilds,
  previousOf,
  rebuild,
  RebuildCancelled,
  type RebuildOptions,
  RebuildRefused,
  rollback,
} from "../../projections/rebuild/mod.ts";
import { requests } from "../../projections/requests/mod.ts";
import {
  buildSchemaOf,
  checkpointOf,
  closeJob,
  createRunner,
  listJobs,
  prepareSchema,
  requestCancel,
  statusOf,
} from "../../projections/runner/mod.ts";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { silentLog } from "../../shared/log.ts";
import { appendEvents, historyOf, openLog, type TestLog } from "./mod.ts";

const effects = createEffects(platformOf(globalThis));
const START_MS = Date.parse("2026-11-20T17:00:00Z");
const PROJECTIONS = [balances, requests];

let log: TestLog;
let head = 0n;

beforeAll(async () => {
  log = await openLog("postgres");
  await prepareSchema(log.db, PROJECTIONS, 1);
  head = await appendEvents(log.db, historyOf(5, 900), { recordedAtMs: START_MS });
  await catchUp();
});

afterAll(() => log.close());

const runnerOf = (projections: readonly Projection[] = PROJECTIONS) =>
  createRunner({
    db: log.db,
    reader: createLogReader(log.db),
    projections,
    shards: 1,
    bus: null,
    timers: effects.timers,
    log: silentLog,
  });

async function catchUp(projections?: readonly Projection[]): Promise<void> {
  const runner = runnerOf(projections);
  await runner.catchUp();
  await runner.stop();
}

/** More credit for an account that there is. */
async function grant(): Promise<void> {
  const payload = { accountId: "acc-1", amountMicroKyat: 5n, source: "promotion", reference: "x" };
  head = await appendEvents(log.db, [{ type: "CreditGranted", payload } as never], {
    recordedAtMs: START_MS + 86_400_000,
  });
}

const optionsOf = (projection: Projection): RebuildOptions => ({
  db: log.db,
  projection,
  shards: 1,
  effects,
  requestedBy: "system:test",
});

async function rowsOf({ name }: Projection): Promise<string[]> {
  const { rows } = await sql<{ row: string }>`
    select to_jsonb(t)::text as row from ${sql.raw(`projections.${name}`)} t order by 1
  `.execute(log.db);
  return rows.map(({ row }) => row);
}

async function schemas(): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select nspname as name from pg_namespace where nspname like 'projections_build_%'
  `.execute(log.db);
  return rows.map(({ name }) => name);
}

function rebuildCommand(...args: string[]): Deno.Command {
  const script = new URL("../../scripts/rebuild.ts", import.meta.url).pathname;
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", script, ...args],
    env: { DATABASE_URL: log.url },
    stdout: "piped",
    stderr: "null",
  });
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!await condition()) await effects.timers.sleep(20);
}

describe("a rebuild that is killed in the middle", () => {
  it("leaves the live rows as they were, is shown as dead, and can be begun anew", async () => {
    const before = await rowsOf(requests);
    // Nobody can read the log meanwhile, so that the rebuild is certainly in the middle.
    const locks = await log.again();
    const release = Promise.withResolvers<void>();
    const locked = Promise.withResolvers<void>();
    const holding = locks.transaction().execute(async (tx) => {
      await sql`lock table ledger.event in access exclusive mode`.execute(tx);
      locked.resolve();
      await release.promise;
    });
    await locked.promise;
    const process = rebuildCommand("requests").spawn();
    await until(async () => (await listJobs(log.db, "requests", { limit: 1 })).length === 1);
    process.kill("SIGKILL");
    await process.status;
    expect(await rowsOf(requests)).toEqual(before);
    release.resolve();
    await holding;

    const [job] = await listJobs(log.db, "requests", { limit: 1 });
    expect(job!.phase).toBe("loading");
    await expect(rebuild(optionsOf(requests))).rejects.toThrow(RebuildRefused);
    await sql`update projections.rebuild_job set seen_at = now() - interval '31 seconds'`
      .execute(log.db);
    expect((await listJobs(log.db, "requests", { limit: 1 }))[0]!.phase).toBe("dead");
    await rebuild(optionsOf(requests));
    expect(await rowsOf(requests)).toEqual(before);
    expect(await schemas()).toEqual([]);
    // Had it only been slow, it could not come back.
    expect(await closeJob(log.db, job!.jobId, "done")).toBe(false);
    const phases = (await listJobs(log.db, "requests", { limit: 9 })).map(({ phase }) => phase);
    expect(phases).toEqual(["done", "dead"]);
  });
});

describe("a rebuild that is cancelled", () => {
  it("ends at its next step and leaves everything as it was", async () => {
    const before = await rowsOf(balances);
    const asked: Promise<unknown>[] = [];
    const cancelled = rebuild({
      ...optionsOf(balances),
      stepEvents: 1,
      onProgress: ({ done }) => {
        if (done === 3n) asked.push(requestCancel(log.db, "balances"));
      },
    });
    await expect(cancelled).rejects.toThrow(RebuildCancelled);
    expect(await Promise.all(asked)).toMatchObject([{ projection: "balances" }]);
    const [job] = await listJobs(log.db, "balances", { limit: 1 });
    expect(job).toMatchObject({ phase: "cancelled", cancelRequested: true, error: null });
    expect(await rowsOf(balances)).toEqual(before);
    expect(await schemas()).not.toContain(buildSchemaOf(job!.jobId));
  });

  it("can be begun again at once", async () => {
    await rebuild(optionsOf(balances));
    expect((await listJobs(log.db, "balances", { limit: 1 }))[0]!.comparison!.result).toBe("equal");
  });
});

describe("the comparison", () => {
  it("finds a row that is not what the log says, which is mended only when that is accepted", async () => {
    const right = await rowsOf(balances);
    await sql`update projections.balances set settled_micro_kyat = settled_micro_kyat + 1
      where account_id = 'acc-2'`.execute(log.db);
    const damaged = await rowsOf(balances);
    const found = {
      result: "different",
      reason: null,
      positions: [head.toString()],
      tables: [{ table: "balances", liveRows: "3", rebuiltRows: "3", equal: false }],
    };
    await expect(rebuild(optionsOf(balances))).rejects.toThrow("the live ones stay");
    const [refused] = await listJobs(log.db, "balances", { limit: 1 });
    expect(refused).toMatchObject({ phase: "failed", comparison: found });
    expect(await rowsOf(balances)).toEqual(damaged);
    expect(await schemas()).not.toContain(buildSchemaOf(refused!.jobId));

    await rebuild({ ...optionsOf(balances), acceptDifferent: true });
    const [accepted] = await listJobs(log.db, "balances", { limit: 1 });
    expect(accepted).toMatchObject({ phase: "done", comparison: found });
    expect(await rowsOf(balances)).toEqual(right);
  });

  it("ends the command line with an error when it finds a difference", async () => {
    await sql`update projections.balances set settled_micro_kyat = settled_micro_kyat + 1
      where account_id = 'acc-2'`.execute(log.db);
    const refused = await rebuildCommand("balances").output();
    expect(refused.code).toBe(1);
    expect(new TextDecoder().decode(refused.stdout)).toContain("DIFFERENT from the live rows");
    const accepted = await rebuildCommand("balances", "--accept-different").output();
    expect(accepted.code).toBe(0);
  });
});

describe("a rollback", () => {
  it("swaps back the rows that were replaced, with everything that happened since", async () => {
    await rebuild(optionsOf(balances));
    await grant();
    await catchUp();
    const before = await rowsOf(balances);
    await sql`comment on table projections.balances is 'the rebuilt one'`.execute(log.db);
    await rollback(optionsOf(balances));
    const { rows } = await sql<{ comment: string | null }>`
      select obj_description('projections.balances'::regclass) as comment
    `.execute(log.db);
    expect(rows[0]!.comment).toBeNull();
    expect(await rowsOf(balances)).toEqual(before);
    expect((await checkpointOf(log.db, "balances", 0)).position).toBe(head);
    expect((await previousOf(log.db, "balances"))!.positions).toEqual([head]);
  });

  it("is refused where nothing is kept", async () => {
    const unknown = { ...balances, name: "nothing" };
    await expect(rollback(optionsOf(unknown))).rejects.toThrow("no earlier rows");
  });
});

describe("code with another version of a projection", () => {
  const newer = { ...balances, version: balances.version + 1 };
  const service = (projections: readonly Projection[]) =>
    createRebuilds({ db: log.db, projections, shards: 1, effects, log: silentLog });
  const versions = new Map([[newer.name, newer.version]]);
  const statusNow = async () =>
    (await statusOf(log.db, 1, versions)).find(({ name }) => name === "balances");

  it("leaves the old rows readable until the new ones are there, and then goes on with them", async () => {
    const before = await rowsOf(balances);
    await prepareSchema(log.db, [newer], 1);
    await grant();
    await catchUp([newer]);
    // The new code does not touch rows that it did not make, nor empty them.
    expect(await rowsOf(balances)).toEqual(before);
    expect(await statusNow()).toMatchObject({
      state: "rebuilding",
      version: balances.version,
      lag: "1",
    });
    const rebuilds = service([newer]);
    await rebuilds.start();
    await until(async () => (await statusNow())!.version === newer.version);
    expect(await statusNow()).toMatchObject({ state: "live", lag: "0" });
    const [job] = await listJobs(log.db, "balances", { limit: 1 });
    expect(job!.comparison!.result).toBe("not_applicable");
    expect(job!.requestedBy).toBe("system:projections");
    await expect(rebuilds.rollback("balances", "user:x")).rejects.toThrow("of version 1");
    await rebuilds.close();
  });

  it("keeps its rows when the old code runs too, until a person goes back, which then stays", async () => {
    const [old, current] = [service([balances]), service([newer])];
    const jobs = async () => (await listJobs(log.db, "balances", { limit: 100 })).length;
    const before = await jobs();
    await old.start();
    expect(await jobs()).toBe(before);
    expect((await statusNow())!.version).toBe(newer.version);

    await old.rollback("balances", "user:x");
    await until(async () => (await statusNow())!.version === balances.version);
    expect((await listJobs(log.db, "balances", { limit: 1 }))[0]!.kind).toBe("rollback");
    expect((await checkpointOf(log.db, "balances", 0)).position).toBe(head);
    await current.start();
    expect(await jobs()).toBe(before + 1);
    await Promise.all([old.close(), current.close()]);
    expect((await checkpointOf(log.db, "balances", 0)).version).toBe(balances.version);
  });
});

describe("what the live runner tells", () => {
  it("is told once for each event, and never by a rebuild or a rollback", async () => {
    const told: bigint[] = [];
    const runner = runnerOf();
    runner.onLive(({ projection, events }) => {
      if (projection === "balances") told.push(...events.map(({ position }) => position));
    });
    await runner.catchUp();
    expect(told).toEqual([]);
    await rebuild(optionsOf(balances));
    await rollback(optionsOf(balances));
    expect(told).toEqual([]);
    await grant();
    await runner.catchUp();
    expect(told).toEqual([head]);
    await runner.stop();
  });
});

describe("an event that cannot be applied", () => {
  it("stops the projection in front of it, says so, and is applied once the cause is mended", async () => {
    const [part] = balances.parts;
    const broken: Projection = {
      ...balances,
      parts: [{
        ...part!,
        apply(db, schema, events, memory) {
          const refused = events.find(({ position }) => position === head);
          if (refused !== undefined) throw new ApplyError(refused, "no such thing");
          return part!.apply(db, schema, events, memory);
        },
      }],
    };
    const before = head;
    await grant();
    await catchUp([broken]);
    const status = async () => (await statusOf(log.db, 1)).find(({ name }) => name === "balances");
    expect(await status()).toMatchObject({
      state: "paused",
      position: before.toString(),
      error: `event CreditGranted at ${head} cannot be applied: no such thing`,
      pausedAt: { shard: 0, position: head.toString(), eventType: "CreditGranted" },
    });
    await catchUp();
    expect(await status()).toMatchObject({
      state: "live",
      position: head.toString(),
      error: null,
      pausedAt: null,
    });
  });
});
