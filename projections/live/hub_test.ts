import { afterAll, describe, expect, it } from "vitest";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { silentLog } from "../../shared/log.ts";
import { createLiveHub } from "./mod.ts";

const { timers } = createEffects(platformOf(globalThis));

describe("live balances", () => {
  const hub = createLiveHub({
    read: () => Promise.resolve([]),
    timers,
    log: silentLog,
    maxFollowers: 3,
    maxFollowersPerAccount: 2,
  });
  afterAll(() => hub.close());

  it("of one account are limited, so that others still get in", async () => {
    const first = hub.follow("acc-1");
    expect([first.status, hub.follow("acc-1").status]).toEqual([200, 200]);
    const third = hub.follow("acc-1");
    expect([third.status, third.headers.get("retry-after")]).toEqual([429, "5"]);
    expect((await third.json()).error.code).toBe("too_many_requests");
    expect(hub.follow("acc-2").status).toBe(200);
    // Now all places are taken.
    expect(hub.follow("acc-3").status).toBe(503);
    await first.body!.cancel();
    expect(hub.follow("acc-1").status).toBe(200);
  });
});
