import { describe, expect, it } from "vitest";
import type { PlanRow } from "../../shared/read_api/mod.ts";
import { planOfForm, valuesOfPlan } from "./mod.ts";

const plan: PlanRow = {
  planId: "growth",
  planVersion: 3,
  name: "Growth",
  family: "seats",
  monthlyPriceNanoUsd: "99000000001",
  limits: {
    requestsPerMinute: 200,
    tokensPerMinute: null,
    requestsPerDay: null,
    tokensPerMonth: 1_000_000_000_000,
    concurrentRequests: 1,
  },
  publishedAtMs: 0,
};
const asked = (change: Record<string, string> = {}) => {
  const values: Record<string, string> = { ...valuesOfPlan(plan), ...change };
  return planOfForm((name) => values[name] ?? "");
};

describe("a plan that goes through the form", () => {
  it("is the same plan, to the nanodollar", () => {
    const { planVersion: _, publishedAtMs: __, ...body } = plan;
    expect(asked()).toEqual({ ok: true, body });
  });

  it("without a price is not sold by the month, and for nothing is free", () => {
    const price = (monthlyPrice: string) => {
      const plan = asked({ monthlyPrice });
      return plan.ok && plan.body.monthlyPriceNanoUsd;
    };
    expect([price(""), price("0"), price("၂၉")]).toEqual([null, "0", "29000000000"]);
  });

  it.each([
    [{ requestsPerMinute: "0" }, { requestsPerMinute: "limit_bad" }],
    [{ tokensPerMonth: "1000000000001" }, { tokensPerMonth: "limit_bad" }],
    [{ requestsPerDay: "1.5" }, { requestsPerDay: "limit_bad" }],
    [{ monthlyPrice: "-1" }, { monthlyPrice: "price_bad" }],
    [{ planId: "a b", name: "" }, { planId: "identifier_bad", name: "required" }],
  ])("with %j is refused at the field", (change, problems) => {
    expect(asked(change as Record<string, string>)).toEqual({ ok: false, problems });
  });
});
