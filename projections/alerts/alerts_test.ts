/** Alerts are told once, acknowledged by people, and never told again by a rebuild. */
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  accountWith,
  type AlertWorld,
  openAlertWorld,
  ruleSet,
  settledCall,
} from "../../tests/projections/alert_world.ts";
import { openLog, type TestLog } from "../../tests/projections/mod.ts";
import { ALL_PROJECTIONS } from "../all.ts";
import { rebuild } from "../rebuild/mod.ts";
import { prepareSchema } from "../runner/mod.ts";
import { alertRow } from "./row.ts";
import { readHistory, readRules, selectAlerts, selectDeliveries } from "./read.ts";

const USD = 1_000_000_000n;

let log: TestLog;
let world: AlertWorld;
beforeAll(async () => {
  log = await openLog("pglite");
});
afterAll(() => log.close());
beforeEach(async () => {
  world = await openAlertWorld(log);
  await world.happen(...accountWith("acc-1", 10n ** 12n));
});
afterEach(() => world.close());

async function only(ruleId: string) {
  const filters = [sql`a.rule_id = ${ruleId}`];
  const rows = await selectAlerts(world.db, filters, { orderBy: sql`a.alert_id`, limit: 10 });
  expect(rows).toHaveLength(1);
  return alertRow(rows[0]!);
}

/** Everything that was ever told. */
async function told(): Promise<string> {
  const { rows } = await sql`
    select alert_id, sequence, state, at_ms::text, actor, note from alerts.change order by change
  `.execute(world.db);
  const deliveries = await selectDeliveries(world.db, [], 1_000);
  return JSON.stringify([rows, deliveries]);
}

describe("an alert", () => {
  it("is told once for each rule and subject, however often rules are evaluated", async () => {
    await world.happen(...settledCall(world, "acc-1", 2n * USD));
    await world.evaluate();
    const first = await told();
    for (let times = 0; times < 5; times++) {
      await world.happen(...settledCall(world, "acc-1", 1n));
      world.nowMs += 10_000;
      await world.evaluate();
    }
    expect(await told()).toBe(first);
    const alert = await only("account-spend-warning");
    expect([alert.firedValue, alert.value]).toEqual(["2000000000", "2000000005"]);
  });

  it("cannot be open twice, whatever anybody does", async () => {
    await world.happen(...settledCall(world, "acc-1", 2n * USD));
    await world.evaluate();
    const again = sql`
      insert into alerts.alert (alert_id, rule_id, rule_version, rule_name, kind, severity,
        subject_type, subject_id, condition, unit, threshold, fired_value, value, fired_at_ms,
        changes, last_change)
      select gen_random_uuid(), rule_id, rule_version, rule_name, kind, severity, subject_type,
        subject_id, condition, unit, threshold, fired_value, value, fired_at_ms, 0, 0
      from alerts.alert limit 1
    `.execute(world.db);
    await expect(again).rejects.toThrow(/alert_open/);
  });

  it("fires anew after it was resolved, as another alert", async () => {
    const rule = {
      condition: { kind: "balance_low", accountId: null, belowMicroKyat: 5n },
    } as const;
    const adjust = (amountMicroKyat: bigint) =>
      ({
        type: "AdjustmentPosted",
        payload: { accountId: "acc-1", amountMicroKyat, reason: "test" },
      }) as const;
    await world.happen(ruleSet("mine", 1, rule), adjust(4n - 10n ** 12n));
    await world.evaluate();
    await world.happen(adjust(100n));
    await world.evaluate();
    await world.happen(adjust(-100n));
    await world.evaluate();
    expect(await world.alerts("mine")).toEqual(["acc-1 cleared", "acc-1 open"]);
  });

  it("compares amounts beyond 2^53 to the last unit, through the log and the tables", async () => {
    const threshold = 2n ** 53n + 1n;
    const condition = {
      kind: "spend_per_hour",
      scope: "account",
      accountId: null,
      aboveNanoUsd: threshold,
    } as const;
    await world.happen(ruleSet("mine", 1, { condition }));
    await world.happen(...settledCall(world, "acc-1", threshold));
    await world.evaluate();
    expect(await world.alerts("mine")).toEqual([]);
    await world.happen(...settledCall(world, "acc-1", 1n));
    await world.evaluate();
    expect((await only("mine")).value).toBe((threshold + 1n).toString());
  });
});

describe("an acknowledgement", () => {
  it("is an event: it shows at once, with its actor in the history and the outbox", async () => {
    await world.happen(...settledCall(world, "acc-1", 2n * USD));
    await world.evaluate();
    const { alertId } = await only("account-spend-warning");
    const before = (await selectDeliveries(world.db, [], 100)).length;
    world.nowMs += 1_000;
    await world.happen({ type: "AlertAcknowledged", payload: { alertId, note: "on it" } });
    const shown = await only("account-spend-warning");
    expect([shown.state, shown.acknowledgedAtMs]).toEqual(["acknowledged", world.nowMs]);
    world.nowMs += 1_000;
    await world.evaluate();
    await world.evaluate();
    expect(await readHistory(world.db, alertId)).toMatchObject([
      { sequence: 1, state: "firing", actor: null },
      {
        sequence: 2,
        state: "acknowledged",
        actor: "system:test",
        note: "on it",
        atMs: world.nowMs - 1_000,
      },
    ]);
    expect(await selectDeliveries(world.db, [], 100)).toHaveLength(before + 2);
    world.nowMs += 3_600_000;
    await world.evaluate();
    world.nowMs += 300_000;
    await world.evaluate();
    const resolved = await only("account-spend-warning");
    expect([resolved.state, resolved.resolution]).toEqual(["resolved", "cleared"]);
    expect(resolved.acknowledgedAtMs).toBe(shown.acknowledgedAtMs);
  });

  it("of an alert that is over, or that never was, changes nothing", async () => {
    const alertId = "01990000-0000-7000-8000-000000000001";
    await world.happen({ type: "AlertAcknowledged", payload: { alertId, note: null } });
    expect(await world.evaluate()).toEqual({ status: "evaluated", changes: 0 });
  });
});

describe("a rebuild", () => {
  it("of every projection tells nothing again", async () => {
    await world.happen(...settledCall(world, "acc-1", 6n * USD));
    await world.evaluate();
    const { alertId } = await only("account-spend-warning");
    await world.happen({ type: "AlertAcknowledged", payload: { alertId, note: null } });
    await world.evaluate();
    const before = await told();
    expect(JSON.parse(before)[0]).toHaveLength(5);
    for (const projection of ALL_PROJECTIONS) {
      const { db, effects } = world;
      await rebuild({ db, projection, shards: 1, effects, requestedBy: "user:test" });
    }
    expect(await told()).toBe(before);
    for (let times = 0; times < 3; times++) {
      world.nowMs += 10_000;
      expect(await world.evaluate()).toEqual({ status: "evaluated", changes: 0 });
    }
    expect(await told()).toBe(before);
  });

  it("that begins with empty rows resolves nothing and fires nothing", async () => {
    await world.happen(...settledCall(world, "acc-1", 6n * USD));
    await world.evaluate();
    const before = await told();
    world.nowMs += 61_000;
    for (const name of ["alert_signals", "balances", "alert_rules"]) {
      await sql`update projections.checkpoint set position = 0 where projection = ${name}`
        .execute(world.db);
    }
    for (const name of ["alert_call_minutes", "alert_provider_minutes", "balances"]) {
      await sql`delete from ${sql.raw(`projections.${name}`)}`.execute(world.db);
    }
    await sql`update alerts.alert set clear_since_ms = 0`.execute(world.db);
    const lagging = sql`delete from alerts.delivery where body like '%projection_lagging%'`;
    await world.evaluate();
    await lagging.execute(world.db);
    expect(await world.alerts("account-spend-warning")).toEqual(["acc-1 open"]);
    // The projections catch up.
    await world.happen();
    await world.evaluate();
    await lagging.execute(world.db);
    const now = JSON.parse(await told());
    expect(now[1]).toEqual(JSON.parse(before)[1]);
  });
});

describe("several processes", () => {
  it("whose clock is behind do not turn time back", async () => {
    await world.evaluate();
    const late = world.nowMs;
    world.nowMs -= 60_000;
    await world.evaluate();
    const [rule] = await readRules(world.db, late);
    expect(rule!.evaluation.evaluatedAtMs).toBe(late);
  });

  it("may start at once, again and again", async () => {
    await prepareSchema(world.db, ALL_PROJECTIONS, 1);
    const { prepareAlerts } = await import("./mod.ts");
    await prepareAlerts(world.db);
    expect((await world.evaluate()).status).toBe("evaluated");
  });
});
