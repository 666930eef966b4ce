import { describe, expect, it } from "vitest";
import type { EdgeKey } from "../../shared/edge_config/mod.ts";
import { FollowedKeys } from "./followed_keys.ts";

const key = (n: number, more: Partial<EdgeKey> = {}): EdgeKey => ({
  keyHash: `${n}`,
  keyId: `key-${n}`,
  accountId: "acc-1",
  expiresAtMs: null,
  revoked: false,
  ...more,
});

describe("the keys that an edge follows", () => {
  it("have the plan of their own, or else that of their account, in whatever order it came", () => {
    const keys = new FollowedKeys();
    keys.apply({ keys: [key(1), key(2, { planId: "own" })], plans: [] });
    expect(keys.find("1")?.planId ?? null).toBeNull();
    keys.apply({ keys: [], plans: [{ accountId: "acc-1", planId: "startup" }] });
    keys.apply({ keys: [key(3), key(4, { accountId: "acc-2" })], plans: [] });
    expect(["1", "2", "3", "4"].map((hash) => keys.find(hash)?.planId ?? null))
      .toEqual(["startup", "own", "startup", null]);
    keys.apply({ keys: [key(2, { planId: null })], plans: [] });
    expect(keys.find("2")?.planId).toBe("startup");
    keys.apply({ keys: [], plans: [{ accountId: "acc-1", planId: null }] });
    expect(keys.find("1")?.planId ?? null).toBeNull();
  });

  it("are the same object until something about them changes", () => {
    const keys = new FollowedKeys();
    keys.apply({ keys: [key(1)], plans: [{ accountId: "acc-1", planId: "startup" }] });
    const found = keys.find("1");
    expect(keys.find("1")).toBe(found);
    keys.apply({ keys: [key(1, { revoked: true })], plans: [] });
    expect(keys.find("1")).toMatchObject({ revoked: true, planId: "startup" });
    expect(keys.find("9")).toBeUndefined();
  });
});
