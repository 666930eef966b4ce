/** Plans, and whether what was assigned is what was published. @module */
import type { JsonMembers } from "../canonical.ts";
import { membersOf, shown, textOf } from "../payload.ts";
import type { Place } from "./place.ts";

/** What was published last of each plan. */
export class PlanBook {
  readonly #plans = new Map<string, JsonMembers>();

  /** Takes a plan; its version must be the next. */
  publish(payload: JsonMembers, place: Place): void {
    const planId = textOf(payload, "planId");
    const before = this.#plans.get(planId)?.["planVersion"] ?? (place.complete ? 0 : null);
    const version = payload["planVersion"];
    place.check(
      "terms",
      before === null || version === (before as number) + 1
        ? null
        : `plan ${planId} has version ${version} after ${before}`,
    );
    this.#plans.set(planId, payload);
  }

  /** Compares what is pinned with the newest version of the plan; without a plan nothing is limited. */
  assign(payload: JsonMembers, place: Place): void {
    const { planId, planVersion } = payload;
    const limits = membersOf(payload, "limits");
    if (planId === null) {
      const limited = Object.keys(limits).find((name) => limits[name] !== null);
      const problem = planVersion === null && limited === undefined
        ? null
        : `no plan is assigned, and yet it has ${limited ?? `version ${planVersion}`}`;
      return place.check("terms", problem);
    }
    const plan = this.#plans.get(textOf(payload, "planId"));
    if (plan === undefined) {
      return place.missing("terms", "plans", `plan ${planId} is assigned and was never published`);
    }
    if (plan["planVersion"] !== planVersion) {
      const newest = `version ${planVersion} of plan ${planId} is assigned, in force is`;
      return place.check("terms", `${newest} ${plan["planVersion"]}`);
    }
    const published = membersOf(plan, "limits");
    const names = new Set([...Object.keys(published), ...Object.keys(limits)]);
    const other = [...names].find((name) => published[name] !== limits[name]);
    place.check(
      "terms",
      other === undefined
        ? null
        : `${other} of plan ${planId} is ${shown(limits[other])}, published was ` +
          shown(published[other]),
    );
  }
}
