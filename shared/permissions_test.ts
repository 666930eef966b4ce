import { describe, expect, it } from "vitest";
import { isAllowed, PERMISSIONS, ROLE_PERMISSIONS, ROLES } from "./permissions.ts";

const as = (role: (typeof ROLES)[number], accountId: string | null = null) => ({
  actor: "user:someone",
  role,
  accountId,
});

describe("permissions", () => {
  it("let an auditor read everything and change nothing", () => {
    for (const permission of PERMISSIONS) {
      expect([permission, isAllowed(as("auditor"), permission, "acc-1")])
        .toEqual([permission, permission.endsWith(":read")]);
    }
  });

  it("confine a developer to the own account", () => {
    for (const permission of ROLE_PERMISSIONS.developer) {
      const onOwn = isAllowed(as("developer", "acc-1"), permission, "acc-1");
      const onOther = isAllowed(as("developer", "acc-1"), permission, "acc-2");
      const onNone = isAllowed(as("developer", null), permission, null);
      const free = permission === "catalog:read";
      expect([permission, onOwn, onOther, onNone]).toEqual([permission, true, free, free]);
    }
  });

  it("let nobody but finance and admin touch money by hand", () => {
    const mayGrant = ROLES.filter((role) => isAllowed(as(role, "acc-1"), "credit:grant", "acc-1"));
    expect(mayGrant).toEqual(["finance_preparer", "finance_approver", "admin"]);
    const mayAdjust = ROLES.filter((role) => isAllowed(as(role), "adjustment:post", "acc-1"));
    expect(mayAdjust).toEqual(["finance_approver", "admin"]);
    const mayCredit = ROLES.filter((role) => isAllowed(as(role), "credit_note:issue", "acc-1"));
    expect(mayCredit).toEqual(["finance_approver", "admin"]);
  });
});
