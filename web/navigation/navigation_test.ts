import { describe, expect, it } from "vitest";
import type { Role } from "../../shared/permissions.ts";
import type { State } from "../state.ts";
import { currentPage, sectionsOf } from "./mod.ts";

const stateOf = (role: Role, accountId: string | null) =>
  ({ person: { principal: { actor: "user:u", role, accountId } } }) as unknown as State;

const paths = (state: State) => sectionsOf(state).flatMap(({ pages }) => pages.map((p) => p.href));

describe("sectionsOf", () => {
  it("shows a developer only what concerns the own account", () => {
    expect(paths(stateOf("developer", "acc-1"))).toEqual([
      "/accounts/acc-1",
      "/requests",
      "/costs",
      "/accounts/acc-1/keys",
      "/accounts/acc-1/budget",
      "/accounts/acc-1/plan",
      "/prices",
      "/alerts",
      "/verify",
    ]);
    expect(sectionsOf(stateOf("developer", null))).toEqual([]);
  });

  it("shows the ledger to those who may read it", () => {
    expect(paths(stateOf("auditor", null))).toContain("/events");
    expect(paths(stateOf("support", null))).not.toContain("/events");
  });

  it("shows nothing to nobody", () => {
    expect(sectionsOf({ person: null } as unknown as State)).toEqual([]);
  });
});

describe("currentPage", () => {
  const sections = sectionsOf(stateOf("developer", "acc-1"));

  it("is the longest path that leads to the shown one", () => {
    expect(currentPage(sections, "/accounts/acc-1")?.text).toBe("overview");
    expect(currentPage(sections, "/accounts/acc-1/keys")?.text).toBe("keys");
    expect(currentPage(sections, "/accounts/acc-1/keys/k/revoke")?.text).toBe("keys");
    expect(currentPage(sections, "/requests/r")?.text).toBe("requests");
  });

  it("is none elsewhere", () => {
    expect(currentPage(sections, "/requestsx")).toBeNull();
  });
});
