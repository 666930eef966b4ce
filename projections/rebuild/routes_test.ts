/** Rebuilds through the read API. */
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { uuidv7 } from "../../shared/ids/mod.ts";
import { signServiceToken } from "../../shared/identity/mod.ts";
import { silentLog } from "../../shared/log.ts";
import type { Role } from "../../shared/permissions.ts";
import {
  itemSchema,
  pageSchema,
  type RebuildJob,
  rebuildJobSchema,
} from "../../shared/read_api/mod.ts";
import { appendEvents, historyOf, openLog, type TestLog } from "../../tests/projections/mod.ts";
import { composeProjections, type Projections } from "../compose.ts";
import { closeJob, noteProgress, openJob } from "../runner/mod.ts";

const effects = createEffects(platformOf(globalThis));
const secret = "a secret of the rooms, long enough to be one";

let log: TestLog;
let room: Projections;

beforeAll(async () => {
  log = await openLog("pglite");
  await appendEvents(log.db, historyOf(7, 400), { recordedAtMs: 1_790_000_000_000 });
  const fetch = () => Promise.reject(new Error("tests reach no network"));
  room = await composeProjections({ serviceSecret: secret, shards: 1, alertWebhook: null }, {
    db: log.db,
    bus: null,
    effects,
    log: silentLog,
    fetch,
  });
  await room.runner.catchUp();
});

afterAll(async () => {
  await room.close();
  await log.close();
});

// deno-lint-ignore no-explicit-any
async function ask(method: "GET" | "POST", path: string, role: Role = "operator"): Promise<any> {
  const principal = { actor: `user:${role}`, role, accountId: null };
  const token = await signServiceToken(principal, {
    secret,
    clock: effects.clock,
    ttlMs: 60_000,
  });
  const headers = { authorization: `Bearer ${token}` };
  const url = `http://127.0.0.1/v1/projections${path}`;
  const response = await room.fetch(new Request(url, { method, headers }));
  return { status: response.status, body: await response.json() };
}

async function finished(jobId: string): Promise<RebuildJob> {
  const until = performance.now() + 120_000;
  while (true) {
    const { body } = await ask("GET", "/requests/rebuilds", "auditor");
    const { items } = pageSchema(rebuildJobSchema).strict().parse(body);
    const job = items.find((each) => each.jobId === jobId)!;
    if (job.finishedAtMs !== null) return job;
    if (performance.now() > until) throw new Error(`never finished: ${JSON.stringify(job)}`);
    await effects.timers.sleep(100);
  }
}

describe("the routes about rebuilds", () => {
  it("start one, show it until it is done, and roll it back", async () => {
    const started = await ask("POST", "/requests/rebuild");
    expect(started.status).toBe(200);
    const { item } = itemSchema(rebuildJobSchema).strict().parse(started.body);
    expect(item).toMatchObject({ kind: "rebuild", requestedBy: "user:operator" });
    expect(await finished(item.jobId)).toMatchObject({
      phase: "done",
      comparison: { result: "equal" },
    });
    const back = await ask("POST", "/requests/rollback");
    expect(back.body.item.kind).toBe("rollback");
    expect((await finished(back.body.item.jobId)).phase).toBe("done");
  });

  it("replace rows that differ from the log only when that is accepted", async () => {
    const { rows: [row] } = await sql<{ model: string }>`
      update projections.requests set model = 'damaged'
      where request_id = (select request_id from projections.requests limit 1) returning model
    `.execute(log.db);
    expect(row).toEqual({ model: "damaged" });
    const damaged = async () => {
      const { rows } = await sql`select from projections.requests where model = 'damaged'`
        .execute(log.db);
      return rows.length;
    };
    const refused = await ask("POST", "/requests/rebuild");
    expect(await finished(refused.body.item.jobId)).toMatchObject({
      phase: "failed",
      error: expect.stringContaining("accept=different"),
      comparison: { result: "different" },
    });
    expect(await damaged()).toBe(1);
    expect((await ask("POST", "/requests/rebuild?accept=all")).status).toBe(400);
    const accepted = await ask("POST", "/requests/rebuild?accept=different");
    expect(await finished(accepted.body.item.jobId)).toMatchObject({
      phase: "done",
      comparison: { result: "different" },
    });
    expect(await damaged()).toBe(0);
  });

  it("refuse a second one at the same time with 409, and end the first when asked to", async () => {
    // As another process would that is in the middle of it.
    const jobId = uuidv7(effects);
    const of = { projection: "requests", kind: "rebuild", version: 1, liveVersion: 1 } as const;
    await openJob(log.db, { jobId, ...of, requestedBy: "user:other" });
    for (const path of ["rebuild", "rollback"]) {
      const second = await ask("POST", `/requests/${path}`);
      expect([second.status, second.body.error.code]).toEqual([409, "conflict"]);
    }
    const [status] = (await ask("GET", "")).body.items.filter(({ name }: { name: string }) =>
      name === "requests"
    );
    expect(status).toMatchObject({ state: "rebuilding", rebuild: { jobId, phase: "loading" } });
    const cancelled = await ask("POST", "/requests/cancel");
    expect(cancelled.body.item).toMatchObject({ jobId, cancelRequested: true });
    expect(await noteProgress(log.db, jobId, null)).toBe("cancel");
    await closeJob(log.db, jobId, "cancelled");
    const none = await ask("POST", "/requests/cancel");
    expect([none.status, none.body.error.code]).toEqual([409, "conflict"]);
  });

  it("know no other projection", async () => {
    for (const path of ["rebuild", "rollback", "cancel"]) {
      expect((await ask("POST", `/nothing/${path}`)).status).toBe(404);
    }
    expect((await ask("GET", "/nothing/rebuilds")).status).toBe(404);
  });

  it.each(["auditor", "support", "developer", "finance_approver"] as const)(
    "let no %s change anything",
    async (role) => {
      for (const path of ["rebuild", "rollback", "cancel"]) {
        expect((await ask("POST", `/requests/${path}`, role)).status).toBe(403);
      }
    },
  );
});
