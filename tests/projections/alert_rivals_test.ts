/** Several processes evaluate and deliver alerts on one database, and nobody notices. */
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createCourier } from "../../projections/alerts/delivery/mod.ts";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { silentLog } from "../../shared/log.ts";
import { openLog, type TestLog } from "./mod.ts";
import { accountWith, type AlertWorld, openAlertWorld, settledCall } from "./alert_world.ts";

const { timers } = createEffects(platformOf(globalThis));
const ACCOUNTS = Array.from({ length: 12 }, (_, index) => `acc-${index}`);
let log: TestLog;
let world: AlertWorld;

beforeAll(async () => {
  log = await openLog("postgres");
  world = await openAlertWorld(log);
});
afterAll(async () => {
  await world.close();
  await log.close();
});

describe("rival processes", () => {
  it("fire, tell and deliver each alert once", async () => {
    const pools = [world.db, await world.log.again(), await world.log.again()];
    for (const accountId of ACCOUNTS) {
      await world.happen(
        ...accountWith(accountId, 10n ** 12n),
        ...settledCall(world, accountId, 2_000_000_000n),
      );
      const results = await Promise.all(pools.map((pool) => world.evaluate(pool)));
      expect(results.filter(({ status }) => status === "evaluated").length).toBeGreaterThan(0);
      world.nowMs += 100;
    }
    await world.evaluate();
    const open = await world.alerts("account-spend-warning");
    expect(open.sort()).toEqual(ACCOUNTS.map((accountId) => `${accountId} open`).sort());
    const { rows } = await sql<{ told: number; alerts: number }>`
      select count(*)::int as told, count(distinct alert_id)::int as alerts from alerts.change
    `.execute(world.db);
    expect(rows[0]!.told).toBe(rows[0]!.alerts);

    const sent: string[] = [];
    const couriers = pools.map((db) =>
      createCourier({
        db,
        effects: { clock: world.effects.clock, timers },
        log: silentLog,
        everyMs: 20,
        senders: [{
          channel: "webhook",
          deadlineMs: 1_000,
          send({ deliveryId }) {
            sent.push(deliveryId);
            return Promise.resolve({ status: "delivered", httpStatus: 200 });
          },
        }],
      })
    );
    await vi.waitFor(async () => {
      const { rows } = await sql`
        select 1 from alerts.delivery where channel = 'webhook' and status = 'pending'
      `.execute(world.db);
      expect(rows).toEqual([]);
    }, { timeout: 60_000, interval: 20 });
    for (const courier of couriers) await courier.close();
    expect(sent).toHaveLength(rows[0]!.told);
    expect(new Set(sent).size).toBe(sent.length);
  });
});
