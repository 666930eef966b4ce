/** What the read API says of plans is what the ledger decides by. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { limitsView } from "../../ledger/shard/queries.ts";
import {
  command,
  keyHash,
  READY_TO_CALL,
  requestId,
  Scenario,
} from "../../ledger/shard/scenario.ts";
import { NO_LIMITS } from "../../shared/limits/mod.ts";
import { openReadApi, type TestReadApi } from "./mod.ts";

const all = {
  requestsPerMinute: 1_000,
  tokensPerMinute: 1_000_000,
  requestsPerDay: 1_000,
  tokensPerMonth: 1_000_000,
  concurrentRequests: 1_000,
};
const hold = (n: number, more = {}) => command("PlaceHold", { requestId: requestId(n), ...more });
const of = (n: number) => ({ requestId: requestId(n) });
const DAY_MS = 86_400_000;

let api: TestReadApi;
beforeAll(async () => {
  api = await openReadApi();
});
afterAll(() => api.close());

/** Brings what the scenario has decided since into the read API. */
async function follow(scenario: Scenario, from: number): Promise<number> {
  const together = Map.groupBy(scenario.log.slice(from), ({ recordedAtMs }) => recordedAtMs);
  for (const [recordedAtMs, placed] of together) {
    await api.append(placed.map(({ event }) => event), { recordedAtMs, stepMs: 0 });
  }
  return scenario.log.length;
}

describe("the usage of plans in the read API", () => {
  it("is the ledger's, at every turn of a story", async () => {
    const scenario = new Scenario();
    scenario.given(...READY_TO_CALL, command("GrantCredit", { amountMicroKyat: 10n ** 12n }));
    scenario.given(command("IssueKey", { keyId: "key-2", keyHash: keyHash(2) }));
    scenario.given(hold(1), hold(2));
    let told = 0;
    const compare = async () => {
      told = await follow(scenario, told);
      const path = `/v1/accounts/acc-1/plan-usage?at=${scenario.nowMs}`;
      const { status, items } = await api.json(path);
      expect(status).toBe(200);
      expect(items).toEqual(limitsView(scenario.state, "acc-1", scenario.nowMs)!.plans);
    };
    await compare();
    scenario.given(command("PublishPlan", { limits: all }), command("AssignPlan"));
    await compare();
    scenario.given(hold(3), hold(4, { keyId: "key-2" }), hold(5), hold(6), hold(7));
    scenario.given(command("AssignPlan", { keyId: "key-2" }), hold(8, { keyId: "key-2" }));
    await compare();
    // Of a time before the plan: it changes nothing that counts.
    scenario.given(command("SettleHold", { ...of(1), usage: { input: 9, output: 9 } }));
    const usage = { input: 3, cached_input: 4, reasoning: 5, searches: 99 };
    scenario.given(command("SettleHold", { ...of(3), usage }), command("ReleaseHold", of(4)));
    scenario.given(command("ReportUsage", of(6)));
    await compare();
    scenario.wait(59_500).given(hold(9, { keyId: "key-2" }));
    await compare();
    scenario.wait(500).given(command("ExpireHold", of(5)), command("ExpireHold", of(6)));
    await compare();
    scenario.given(command("SettleHold", { ...of(5), usage: { input: 7, output: 7 } }));
    await compare();
    for (const ms of [1_000, DAY_MS / 2, DAY_MS, 17 * DAY_MS]) {
      scenario.wait(ms);
      scenario.given(...scenario.due(100), hold(scenario.log.length + 100));
      await compare();
    }
    scenario.given(command("RevokeKey", { keyId: "key-2" }));
    await compare();
    scenario.given(command("AssignPlan", { planId: null }), hold(10));
    await compare();
    const limits = { ...NO_LIMITS, tokensPerMonth: 30 };
    scenario.given(command("PublishPlan", { limits }), command("AssignPlan"));
    await compare();
  });

  it("is told page by page, of another time as well, and to nobody else", async () => {
    const path = "/v1/accounts/acc-1/plan-usage";
    expect((await api.json(`${path}?at=soon`)).status).toBe(400);
    expect((await api.get(path, { role: "developer", accountId: "acc-2" })).status).toBe(403);
    const [row] = await api.all(`${path}?at=${new Scenario().nowMs}`, 1);
    expect(row.limits).toMatchObject([{ name: "tokensPerMonth", limit: 30 }]);
    expect(row.limits[0].used).toBeGreaterThan(30);
    expect(row.limits[0].remaining).toBe(0);
  });
});
