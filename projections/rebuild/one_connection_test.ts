/** A rebuild on a database within the process, which everybody else there needs too. */
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { appendEvents, historyOf, openLog, type TestLog } from "../../tests/projections/mod.ts";
import { requests } from "../requests/mod.ts";
import { prepareSchema } from "../runner/mod.ts";
import { rebuild } from "./mod.ts";

const effects = createEffects(platformOf(globalThis));
let log: TestLog;

beforeAll(async () => {
  log = await openLog("pglite");
  await prepareSchema(log.db, [requests], 1);
  await appendEvents(log.db, historyOf(7, 6_000), { recordedAtMs: 1_790_000_000_000 });
});

afterAll(() => log.close());

describe("a rebuild with a rest after each step", () => {
  it("lets others have the one connection in between", async () => {
    let over = false;
    let turns = 0;
    const others = (async () => {
      while (!over) {
        await log.db.transaction().execute((tx) => sql`select 1`.execute(tx));
        turns += 1;
        await effects.timers.sleep(0);
      }
    })();
    await rebuild({
      db: log.db,
      projection: requests,
      shards: 1,
      effects,
      requestedBy: "system:test",
      stepEvents: 100,
      pauseMs: 5,
    });
    over = true;
    await others;
    expect(turns).toBeGreaterThan(30);
  });
});
