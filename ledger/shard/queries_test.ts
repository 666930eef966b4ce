import { describe, expect, it } from "vitest";
import { command, keyHash, READY_TO_CALL, Scenario } from "./scenario.ts";
import { balanceView, changesAfter, checkBalances, limitsView } from "./queries.ts";
import { PAGE_CHARACTERS } from "./edge_changes.ts";

describe("a balance", () => {
  it("adds up and says at which position", () => {
    const scenario = new Scenario();
    scenario.given(...READY_TO_CALL, command("PlaceHold"), command("SettleHold"));
    scenario.given(command("PostAdjustment"), command("PlaceHold", { requestId: "r-2" }));
    expect(balanceView(scenario.state, "acc-1")).toEqual({
      accountId: "acc-1",
      currency: "MMK",
      creditedMicroKyat: "999000",
      settledMicroKyat: 30_000n,
      heldMicroKyat: 50_000n,
      availableMicroKyat: 919_000n,
      openHolds: 1,
      position: "10",
    });
  });

  it("of nobody is null", () => {
    expect(balanceView(new Scenario().state, "acc-1")).toBeNull();
  });

  it("that differs from the books by one microkyat is found", () => {
    const scenario = new Scenario();
    scenario.given(...READY_TO_CALL, command("PlaceHold"));
    const books = new Map([["2000:acc-1", -950_000n], ["2010:acc-1", -50_000n]]);
    const check = () => checkBalances(scenario.state, (account) => books.get(account) ?? 0n);
    check();
    books.set("2010:acc-1", -49_999n);
    expect(check).toThrow("2010:acc-1 is booked at -49999, the events say -50000");
  });
});

const nothing = {
  keys: [],
  models: [],
  plans: [],
  providers: [],
  providerKeys: [],
  routers: [],
  aliases: [],
};

describe("limits", () => {
  it("are shown with how much of each is used, of the account and of keys that have a plan", () => {
    const scenario = new Scenario();
    scenario.given(...READY_TO_CALL, command("GrantCredit"), command("PublishPlan"));
    scenario.given(command("IssueKey", { keyId: "key-2", keyHash: keyHash(2) }));
    expect(limitsView(scenario.state, "acc-1", scenario.nowMs)).toMatchObject({ plans: [] });
    scenario.given(command("AssignPlan"), command("AssignPlan", { keyId: "key-2" }));
    scenario.given(command("PlaceHold"));
    const limit = { name: "requestsPerMinute", limit: 2 };
    const resetAtMs = scenario.nowMs + 60_000;
    const plan = { planId: "plan-1", planVersion: 1 };
    expect(limitsView(scenario.state, "acc-1", scenario.nowMs)).toEqual({
      accountId: "acc-1",
      position: scenario.state.position.toString(),
      plans: [
        { ...plan, keyId: null, limits: [{ ...limit, used: 1, remaining: 1, resetAtMs }] },
        { ...plan, keyId: "key-2", limits: [{ ...limit, used: 0, remaining: 2, resetAtMs }] },
      ],
    });
    scenario.given(command("RevokeKey", { keyId: "key-2" }));
    expect(limitsView(scenario.state, "acc-1", scenario.nowMs)!.plans).toHaveLength(1);
    expect(limitsView(scenario.state, "acc-9", scenario.nowMs)).toBeNull();
  });
});

describe("what edges read", () => {
  it("is the plan of a key with the key, and that of an account by itself", () => {
    const scenario = new Scenario();
    scenario.given(command("OpenAccount"), command("IssueKey"), command("PublishPlan"));
    scenario.given(command("AssignPlan", { keyId: "key-1" }), command("AssignPlan"));
    const { position, keys, plans } = changesAfter(scenario.state, 0n, 100);
    expect(keys).toMatchObject([{ keyId: "key-1", planId: "plan-1" }]);
    expect(plans).toEqual([{ accountId: "acc-1", planId: "plan-1" }]);
    scenario.given(command("AssignPlan", { planId: null }));
    expect(changesAfter(scenario.state, BigInt(position), 100))
      .toMatchObject({ keys: [], plans: [{ accountId: "acc-1", planId: null }] });
  });

  it("is a key with its newest settings", () => {
    const scenario = new Scenario();
    const settings = {
      label: "Renamed",
      expiresAtMs: scenario.nowMs + 1,
      allowedModels: ["model-1"],
      ipRanges: ["192.0.2.0/24"],
      routerId: "free-first",
      tags: ["batch"],
    };
    scenario.given(command("OpenAccount"), command("IssueKey", { teamId: "one" }));
    scenario.given(command("ConfigureKey", settings), command("ConfigureKey", settings));
    const { label: _, ...atTheEdge } = settings;
    expect(changesAfter(scenario.state, 0n, 100).keys).toEqual([{
      keyHash: keyHash(1),
      keyId: "key-1",
      accountId: "acc-1",
      revoked: false,
      teamId: "one",
      userId: null,
      planId: null,
      ...atTheEdge,
    }]);
    expect(scenario.log.at(-1)!.event.payload).toMatchObject({ settingsVersion: 2 });
    scenario.given(command("RevokeKey"));
    expect(changesAfter(scenario.state, 0n, 100).keys)
      .toMatchObject([{ revoked: true, ...atTheEdge }]);
  });

  it("is each key and model once, in the order of its newest change", () => {
    const scenario = new Scenario();
    scenario.given(...READY_TO_CALL); // the price stands at 1, the key at 6
    scenario.given(command("IssueKey", { keyId: "key-2", keyHash: keyHash(2) }));
    scenario.given(command("RevokeKey"), command("PublishPrice", { displayName: "Renamed" }));
    const page = changesAfter(scenario.state, 0n, 100);
    expect(page).toMatchObject({
      position: "9",
      keys: [{ keyId: "key-2", revoked: false }, { keyId: "key-1", revoked: true }],
      models: [{ model: "model-1", displayName: "Renamed", publishedAtMs: scenario.nowMs }],
      more: false,
    });
    expect(changesAfter(scenario.state, 7n, 100)).toMatchObject({
      keys: [{ keyId: "key-1" }],
      models: [{ model: "model-1" }],
    });
    expect(changesAfter(scenario.state, 9n, 100))
      .toEqual({ position: "9", ...nothing, more: false });
    expect(changesAfter(scenario.state, 1_000n, 100))
      .toEqual({ position: "1000", ...nothing, more: false });
  });

  it("is all that a price says of its model, and that it is no longer for sale", () => {
    const scenario = new Scenario();
    const details = {
      kind: "image" as const,
      tiers: [{ aboveInputTokens: 10, ratesPicoUsdPerUnit: { input: 2n } }],
      inputModalities: ["text" as const, "image" as const],
      outputModalities: ["image" as const],
      capabilities: ["streaming"],
      deprecatedOn: "2026-12-31",
      retiredOn: null,
      providers: ["openai", "azure"],
    };
    scenario.given(command("PublishPrice"), command("PublishPrice", details));
    const model = {
      model: "model-1",
      displayName: "Model",
      ownedBy: "maker",
      ratesPicoUsdPerUnit: { input: 1_000_000n, output: 4_000_000n },
      contextWindowTokens: 1_000,
      maxOutputTokens: 100,
      publishedAtMs: scenario.nowMs,
      priceVersion: 2,
      ...details,
    };
    expect(changesAfter(scenario.state, 0n, 100).models).toEqual([model]);
    scenario.given(command("WithdrawPrice"));
    expect(changesAfter(scenario.state, 2n, 100))
      .toMatchObject({ position: "3", models: [{ ...model, withdrawn: true }] });
    scenario.given(command("PublishPrice"));
    const [again, ...more] = changesAfter(scenario.state, 3n, 100).models;
    expect([again!.priceVersion, again!.withdrawn, more]).toEqual([3, undefined, []]);
  });

  it("fits into messages, whatever the keys are allowed", () => {
    const scenario = new Scenario();
    scenario.given(command("OpenAccount"));
    const allowedModels = Array.from({ length: 1_000 }, (_, n) => `${"m".repeat(100)}-${n}`);
    for (let n = 1; n <= 20; n++) {
      scenario.given(command("IssueKey", { keyId: `key-${n}`, keyHash: keyHash(n) }));
      scenario.given(command("ConfigureKey", { keyId: `key-${n}`, allowedModels }));
    }
    const seen: string[] = [];
    for (let [position, more] = [0n, true]; more;) {
      const page = changesAfter(scenario.state, position, 2_000);
      expect(JSON.stringify(page).length).toBeLessThan(PAGE_CHARACTERS + 1_000);
      seen.push(...page.keys.map(({ keyId }) => keyId));
      [position, more] = [BigInt(page.position), page.more];
    }
    expect(seen).toEqual(Array.from({ length: 20 }, (_, n) => `key-${n + 1}`));
  });

  it("comes page by page without a gap, whatever changes between the pages", () => {
    const scenario = new Scenario();
    scenario.given(command("OpenAccount"));
    const issue = (n: number) =>
      scenario.given(command("IssueKey", { keyId: `key-${n}`, keyHash: keyHash(n) }));
    for (let n = 1; n <= 500; n++) issue(n);
    const edge = new Map<string, boolean>();
    let position = 0n;
    for (let page = 0, more = true; more; page++) {
      const answer = changesAfter(scenario.state, position, 20);
      expect(answer.keys.length).toBeLessThanOrEqual(20);
      for (const key of answer.keys) edge.set(key.keyId, key.revoked);
      position = BigInt(answer.position);
      more = answer.more;
      // Some that the edge has seen, and some that it has yet to see.
      if (page < 20) scenario.given(command("RevokeKey", { keyId: `key-${page * 23 + 1}` }));
      if (page < 3) issue(1_000 + page);
    }
    const truth = [...scenario.state.book.accounts.get("acc-1")!.keys.values()];
    expect([...edge].sort()).toEqual(truth.map((key) => [key.keyId, key.revoked]).sort());
  });

  it("stays exact when one model is published very often", () => {
    const scenario = new Scenario();
    scenario.given(command("PublishPrice", { model: "other" }));
    for (let n = 0; n < 1_000; n++) scenario.given(command("PublishPrice"));
    expect(changesAfter(scenario.state, 0n, 10)).toMatchObject({
      position: "1001",
      models: [{ model: "other" }, { model: "model-1" }],
      more: false,
    });
  });
});
