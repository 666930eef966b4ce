import { describe, expect, it } from "vitest";
import { createAdmission } from "./mod.ts";

describe("open calls", () => {
  const enter = (admission: ReturnType<typeof createAdmission>, keyId: string) => {
    const entered = admission.enter(keyId);
    return "failure" in entered ? entered.failure : entered.leave;
  };

  it("are bounded in all and for each key, and a place that is left is free again", () => {
    const admission = createAdmission({ openCalls: 3, openCallsPerKey: 2 });
    const refused = { code: "too_many_requests", retryAfterMs: 1_000 };
    const leave = enter(admission, "a") as () => void;
    enter(admission, "a");
    expect(enter(admission, "a")).toMatchObject(refused);
    enter(admission, "b");
    expect(enter(admission, "b")).toMatchObject(refused);
    leave();
    leave();
    expect(admission.open()).toBe(2);
    expect(enter(admission, "a")).toBeInstanceOf(Function);
    expect(admission.open()).toBe(3);
  });

  it("are waited for until the last one has left", async () => {
    const admission = createAdmission({ openCalls: 3, openCallsPerKey: 2 });
    await admission.idle();
    const leave = enter(admission, "a") as () => void;
    let idle = false;
    const waited = admission.idle().then(() => idle = true);
    await Promise.resolve();
    expect(idle).toBe(false);
    leave();
    expect(await waited).toBe(true);
  });
});
