/** Several processes evaluate and deliver alerts on one database, and nobody notices. */
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createCourier } from "../../projections/alerts/delivery/mod.ts";
import type { DomainEvent } from "../../shared/events/mod.ts";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { silentLog } from "../../shared/log.ts";
import { openLog, type TestLog } from "./mod.ts";
import {
  accountWith,
  type AlertWorld,
  openAlertWorld,
  ruleSet,
  settledCall,
} from "./alert_world.ts";

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
    // All at once: every process sees the same acknowledgements, and then the same ends.
    const { rows: alerts } = await sql<{ alertId: string }>`
      select alert_id::text as "alertId" from alerts.alert where account_id is not null
    `.execute(world.db);
    await world.happen(...alerts.map(({ alertId }): DomainEvent => ({
      type: "AlertAcknowledged",
      payload: { alertId, note: null },
    })));
    await Promise.all(pools.map((pool) => world.evaluate(pool)));
    const condition = {
      kind: "spend_per_hour",
      scope: "account",
      accountId: null,
      aboveNanoUsd: 1n,
    } as const;
    await world.happen(ruleSet("account-spend-warning", 1, { enabled: false, condition }));
    await Promise.all(pools.map((pool) => world.evaluate(pool)));
    const { rows: changes } = await sql<{ state: string; told: number; alerts: number }>`
      select c.state, count(*)::int as told, count(distinct c.alert_id)::int as alerts
      from alerts.change c join alerts.alert a on a.alert_id = c.alert_id
      where a.account_id is not null group by c.state order by c.state
    `.execute(world.db);
    const each = { told: ACCOUNTS.length, alerts: ACCOUNTS.length };
    expect(changes).toEqual(
      ["acknowledged", "firing", "resolved"].map((state) => ({ state, ...each })),
    );
    const { rows } = await sql<{ told: number }>`
      select count(*)::int as told from alerts.change
    `.execute(world.db);

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
