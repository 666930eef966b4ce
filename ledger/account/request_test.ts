import { describe, expect, it } from "vitest";
import { command, READY_TO_CALL, requestId, Scenario } from "../shard/scenario.ts";
import { LATE_WINDOW_MS } from "./request.ts";

const DAY_MS = 86_400_000;

function ready(): Scenario {
  const scenario = new Scenario();
  scenario.given(...READY_TO_CALL);
  scenario.given(command("GrantCredit", { amountMicroKyat: 10n ** 12n }));
  return scenario;
}

const codeOf = (scenario: Scenario, ...of: Parameters<typeof command>) => {
  const decision = scenario.attempt(command(...of));
  return decision.status === "rejected" ? decision.rejection.code : "accepted";
};

describe("the memory of requests", () => {
  it("takes late usage up to the last millisecond of the seventh day", () => {
    const scenario = ready();
    scenario.given(command("PlaceHold"));
    scenario.wait(60_000).given(command("ExpireHold"));
    expect(codeOf(scenario.wait(LATE_WINDOW_MS), "SettleHold")).toBe("accepted");
  });

  it("lets go of a lapsed hold with the first event after the eighth day", () => {
    const scenario = ready();
    scenario.given(command("PlaceHold"));
    scenario.wait(60_000).given(command("ExpireHold"));
    scenario.wait(LATE_WINDOW_MS + DAY_MS).given(command("GrantCredit"));
    expect(codeOf(scenario, "SettleHold")).toBe("late_window_passed");
    scenario.wait(1).given(command("GrantCredit"));
    expect(codeOf(scenario, "SettleHold")).toBe("hold_not_found");
    expect(scenario.state.book.requests.byId.size).toBe(0);
  });

  it("keeps what was settled late although its lapse is forgotten", () => {
    const scenario = ready();
    scenario.given(command("PlaceHold"));
    scenario.wait(60_000).given(command("ExpireHold"), command("SettleHold"));
    scenario.wait(LATE_WINDOW_MS + DAY_MS + 1).given(command("GrantCredit"));
    expect(codeOf(scenario, "SettleHold")).toBe("hold_settled");
  });

  it("is bounded: the oldest of many closed requests is forgotten, open ones never", () => {
    const scenario = ready();
    scenario.given(command("PlaceHold", { requestId: requestId(0) }));
    for (let n = 1; n <= 100_002; n++) {
      const of = { requestId: requestId(n) };
      scenario.given(command("PlaceHold", of), command("ReleaseHold", of));
    }
    expect(scenario.state.book.requests.byId.size).toBe(100_001);
    expect(codeOf(scenario, "ReleaseHold", { requestId: requestId(2) })).toBe("hold_not_found");
    expect(codeOf(scenario, "ReleaseHold", { requestId: requestId(3) })).toBe("hold_released");
    expect(codeOf(scenario, "ReleaseHold", { requestId: requestId(0) })).toBe("accepted");
  });
});

describe("holds that have fallen due", () => {
  it("come oldest first, as many as are asked for", () => {
    const scenario = ready();
    const ttls = [30_000, 10_000, 20_000, 10_000];
    ttls.forEach((holdTtlMs, index) => {
      scenario.given(command("PlaceHold", { requestId: requestId(index + 1), holdTtlMs }));
    });
    const due = (limit: number) => scenario.due(limit).map(({ body }) => body);
    const of = (n: number) => ({ accountId: "acc-1", requestId: requestId(n) });
    scenario.wait(20_000);
    expect(due(10)).toEqual([of(2), of(4), of(3)]);
    expect(due(2)).toEqual([of(2), of(4)]);
    scenario.given(command("SettleHold", of(2)));
    scenario.given(command("ExtendHold", { ...of(4), holdTtlMs: 1_000 }));
    expect(due(10)).toEqual([of(3)]);
    expect(scenario.wait(10_000) && due(10)).toEqual([of(3), of(4), of(1)]);
  });
});
