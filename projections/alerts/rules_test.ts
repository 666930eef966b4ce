/** Each kind of rule fires, does not flap, and resolves. */
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  accountWith,
  type AlertWorld,
  callOf,
  openAlertWorld,
  releasedCall,
  ruleSet,
  settledCall,
} from "../../tests/projections/alert_world.ts";
import { openLog, type TestLog } from "../../tests/projections/mod.ts";
import { readRules } from "./read.ts";

const USD = 1_000_000_000n;
const KYAT = 1_000_000n;
const MINUTE_MS = 60_000;

let log: TestLog;
let world: AlertWorld;
beforeAll(async () => {
  log = await openLog("pglite");
});
afterAll(() => log.close());
beforeEach(async () => {
  world = await openAlertWorld(log);
  await world.happen(...accountWith("acc-1", 1_000_000n * KYAT));
});
afterEach(() => world.close());

/** Lets time pass, in steps in which evaluations would come. */
async function wait(ms: number): Promise<void> {
  world.nowMs += ms;
  await world.evaluate();
}

async function evaluationOf(ruleId: string) {
  const rules = await readRules(world.db, world.nowMs);
  return rules.find((rule) => rule.ruleId === ruleId)!.evaluation;
}

describe("spend per hour", () => {
  it("fires above the threshold, per account and for the platform, by severity", async () => {
    await world.happen(...settledCall(world, "acc-1", USD));
    await world.evaluate();
    expect(await world.alerts("account-spend-warning")).toEqual([]);
    await world.happen(...settledCall(world, "acc-1", 1n));
    await world.evaluate();
    expect(await world.alerts("account-spend-warning")).toEqual(["acc-1 open"]);
    expect(await world.alerts("platform-spend-warning")).toEqual(["platform open"]);
    expect(await world.alerts("account-spend-critical")).toEqual([]);
    await world.happen(...settledCall(world, "acc-1", 4n * USD));
    await world.evaluate();
    expect(await world.alerts("account-spend-critical")).toEqual(["acc-1 open"]);
  });

  it("adds accounts up for the platform only", async () => {
    await world.happen(...accountWith("acc-2", 1_000_000n * KYAT));
    await world.happen(...settledCall(world, "acc-1", 600_000_000n));
    await world.happen(...settledCall(world, "acc-2", 600_000_000n));
    await world.evaluate();
    expect(await world.alerts("account-spend-warning")).toEqual([]);
    expect(await world.alerts("platform-spend-warning")).toEqual(["platform open"]);
  });

  it("looks back an hour, and resolves after five clear minutes", async () => {
    await world.happen(...settledCall(world, "acc-1", 2n * USD));
    await world.evaluate();
    await wait(59 * MINUTE_MS);
    expect(await world.alerts("account-spend-warning")).toEqual(["acc-1 open"]);
    await wait(MINUTE_MS);
    expect(await world.alerts("account-spend-warning")).toEqual(["acc-1 open"]);
    await wait(5 * MINUTE_MS - 1);
    expect(await world.alerts("account-spend-warning")).toEqual(["acc-1 open"]);
    await wait(1);
    expect(await world.alerts("account-spend-warning")).toEqual(["acc-1 cleared"]);
  });
});

describe("a low balance", () => {
  const spend = (amountMicroKyat: bigint) =>
    ({
      type: "AdjustmentPosted",
      payload: { accountId: "acc-1", amountMicroKyat, reason: "test" },
    }) as const;

  it("fires below the threshold and does not flap around it", async () => {
    await world.happen(spend(-995_000n * KYAT));
    await world.evaluate();
    expect(await world.alerts("balance-low")).toEqual([]);
    await world.happen(spend(-1n));
    await world.evaluate();
    expect(await world.alerts("balance-low")).toEqual(["acc-1 open"]);
    // Up to a tenth above the threshold it is neither low nor fine.
    await world.happen(spend(500n * KYAT));
    await wait(60 * MINUTE_MS);
    expect(await world.alerts("balance-low")).toEqual(["acc-1 open"]);
    await world.happen(spend(1n));
    await world.evaluate();
    expect(await world.alerts("balance-low")).toEqual(["acc-1 cleared"]);
  });

  it("is not that of an account that never had credit", async () => {
    const payload = { accountId: "acc-2", name: "New", currency: "MMK" } as const;
    await world.happen({ type: "AccountOpened", payload });
    await world.evaluate();
    expect(await world.alerts("balance-low")).toEqual([]);
  });
});

describe("an error-rate spike", () => {
  const calls = async (failed: number, fine: number) => {
    for (let index = 0; index < failed; index++) {
      await world.happen(...releasedCall(world, "acc-1", callOf("upstream_error")));
    }
    for (let index = 0; index < fine; index++) {
      await world.happen(...settledCall(world, "acc-1", 0n));
    }
  };

  it("fires when the share is above the threshold, exactly", async () => {
    await calls(4, 16);
    await world.evaluate();
    expect(await world.alerts("error-rate-spike")).toEqual([]);
    await calls(1, 3);
    await world.evaluate();
    expect(await world.alerts("error-rate-spike")).toEqual(["platform open"]);
  });

  it("is unknown, not fine, with too few calls; an alert then stays", async () => {
    await calls(19, 0);
    await world.evaluate();
    expect(await evaluationOf("error-rate-spike")).toMatchObject({
      state: "unknown",
      reason: "fewer than 20 calls ended in 5 minutes",
    });
    await calls(1, 0);
    await world.evaluate();
    expect(await world.alerts("error-rate-spike")).toEqual(["platform open"]);
    await wait(60 * MINUTE_MS);
    expect(await world.alerts("error-rate-spike")).toEqual(["platform open"]);
    await calls(0, 20);
    await world.evaluate();
    await wait(2 * MINUTE_MS);
    expect(await world.alerts("error-rate-spike")).toEqual(["platform cleared"]);
  });

  it("does not count what callers did themselves", async () => {
    for (const outcome of ["client_gone", "invalid_request", "upstream_bad_request"]) {
      for (let index = 0; index < 10; index++) {
        await world.happen(...releasedCall(world, "acc-1", callOf(outcome)));
      }
    }
    await world.evaluate();
    expect(await world.alerts("error-rate-spike")).toEqual([]);
    expect((await evaluationOf("error-rate-spike")).state).toBe("ok");
  });
});

describe("a provider that is down", () => {
  it("fires when it serves nothing, and resolves once it serves", async () => {
    const failing = callOf("completed", "azure:upstream_unreachable", "openai");
    for (let index = 0; index < 5; index++) {
      await world.happen(...settledCall(world, "acc-1", 0n, failing));
    }
    await world.evaluate();
    expect(await world.alerts("provider-down")).toEqual(["azure open"]);
    // Nobody tries it any more: that is no good news.
    await wait(30 * MINUTE_MS);
    expect(await world.alerts("provider-down")).toEqual(["azure open"]);
    await world.happen(...settledCall(world, "acc-1", 0n, callOf("completed", "azure")));
    await world.evaluate();
    await wait(MINUTE_MS);
    expect(await world.alerts("provider-down")).toEqual(["azure cleared"]);
  });

  it("is forgotten after a day without a word", async () => {
    for (let index = 0; index < 5; index++) {
      const call = callOf("upstream_error", "azure:upstream_error");
      await world.happen(...releasedCall(world, "acc-1", call));
    }
    await world.evaluate();
    await wait(25 * 60 * MINUTE_MS);
    expect(await world.alerts("provider-down")).toEqual(["azure subject_gone"]);
  });
});

describe("a stuck hold", () => {
  it("fires by the ledger's list of open holds, and resolves when it has ended", async () => {
    await sql`
      insert into ledger.hold (shard, request_id, account_id, amount, expires_at, position)
      values (0, 'r1', 'acc-1', 5, ${world.nowMs}::bigint, 1)
    `.execute(world.db);
    await wait(120_999);
    expect(await world.alerts("hold-stuck")).toEqual([]);
    await wait(1);
    expect(await world.alerts("hold-stuck")).toEqual(["acc-1 open"]);
    await sql`delete from ledger.hold`.execute(world.db);
    await world.evaluate();
    expect(await world.alerts("hold-stuck")).toEqual(["acc-1 open"]);
    await wait(MINUTE_MS);
    expect(await world.alerts("hold-stuck")).toEqual(["acc-1 cleared"]);
  });
});

describe("a projection that lags", () => {
  it("fires by the age of the first event that it has not applied, and resolves", async () => {
    await sql`
      update projections.checkpoint set position = position - 1 where projection = 'keys'
    `.execute(world.db);
    await wait(61_000);
    expect(await world.alerts("projection-lagging")).toEqual(["keys open"]);
    await sql`
      update projections.checkpoint set position = position + 1 where projection = 'keys'
    `.execute(world.db);
    await world.evaluate();
    await wait(30_000);
    expect(await world.alerts("projection-lagging")).toEqual(["keys cleared"]);
  });

  it("says nothing about now: rules over it are unknown, and nothing resolves", async () => {
    await world.happen(...settledCall(world, "acc-1", 2n * USD));
    await world.evaluate();
    await sql`
      update projections.checkpoint set position = position - 1 where projection = 'alert_signals'
    `.execute(world.db);
    await wait(3 * 60 * MINUTE_MS);
    expect(await world.alerts("account-spend-warning")).toEqual(["acc-1 open"]);
    expect(await evaluationOf("account-spend-warning")).toMatchObject({
      state: "unknown",
      reason: "the projection alert_signals is 10800 s behind the log",
      openAlerts: 1,
    });
  });
});

describe("a late checkpoint", () => {
  it("fires when an event waits too long for a signed checkpoint, and resolves", async () => {
    const head = await world.happen();
    await wait(300_999);
    expect(await world.alerts("checkpoint-late")).toEqual([]);
    await wait(1);
    expect(await world.alerts("checkpoint-late")).toEqual(["0 open"]);
    await sql`
      insert into ledger.checkpoint (shard, frames, position, note, epoch, signed_at)
      values (0, 1, ${head.toString()}::bigint, 'note', 1, ${world.nowMs}::bigint)
    `.execute(world.db);
    await world.evaluate();
    await wait(MINUTE_MS);
    expect(await world.alerts("checkpoint-late")).toEqual(["0 cleared"]);
  });

  it("is unknown, not fine, while the ledger keeps none", async () => {
    await sql`drop table ledger.checkpoint`.execute(world.db);
    await world.evaluate();
    expect(await evaluationOf("checkpoint-late")).toMatchObject({
      state: "unknown",
      reason: "the ledger keeps no signed checkpoints",
    });
  });
});

describe("rules as events", () => {
  const above = (dollars: bigint, accountId: string | null = null) =>
    ({
      kind: "spend_per_hour",
      scope: "account",
      accountId,
      aboveNanoUsd: dollars * USD,
    }) as const;

  it("take effect with the next evaluation, and their removal brings the default back", async () => {
    await world.happen(...settledCall(world, "acc-1", 2n * USD));
    await world.happen(ruleSet("account-spend-warning", 1, { condition: above(3n) }));
    await world.evaluate();
    expect(await world.alerts("account-spend-warning")).toEqual([]);
    const payload = { ruleId: "account-spend-warning", ruleVersion: 2, reason: "test" };
    await world.happen({ type: "AlertRuleRemoved", payload });
    await world.evaluate();
    expect(await world.alerts("account-spend-warning")).toEqual(["acc-1 open"]);
  });

  it("that are switched off or removed take their alerts with them", async () => {
    await world.happen(...settledCall(world, "acc-1", 2n * USD));
    await world.happen(ruleSet("mine", 1, { condition: above(1n) }));
    await world.evaluate();
    expect(await world.alerts("mine")).toEqual(["acc-1 open"]);
    await world.happen(ruleSet("mine", 2, { condition: above(1n), enabled: false }));
    await world.evaluate();
    expect(await world.alerts("mine")).toEqual(["acc-1 rule_disabled"]);
    expect((await evaluationOf("mine")).state).toBe("disabled");
    await world.happen(ruleSet("mine", 3, { condition: above(1n) }));
    await world.evaluate();
    const payload = { ruleId: "mine", ruleVersion: 4, reason: "test" };
    await world.happen({ type: "AlertRuleRemoved", payload });
    await world.evaluate();
    expect(await world.alerts("mine")).toEqual(["acc-1 rule_disabled", "acc-1 rule_removed"]);
  });

  it("that name an account take the place of the general one", async () => {
    await world.happen(...accountWith("acc-2", 1_000_000n * KYAT));
    await world.happen(...settledCall(world, "acc-1", 2n * USD));
    await world.happen(...settledCall(world, "acc-2", 2n * USD));
    await world.evaluate();
    await world.happen(ruleSet("big-customer", 1, { condition: above(3n, "acc-1") }));
    await world.evaluate();
    expect(await world.alerts("account-spend-warning")).toEqual([
      "acc-1 subject_excluded",
      "acc-2 open",
    ]);
    expect(await world.alerts("big-customer")).toEqual([]);
  });
});
