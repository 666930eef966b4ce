import { describe, expect, it } from "vitest";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { silentLog } from "../../shared/log.ts";
import { createOwnerService } from "./owner_service.ts";

const { timers } = createEffects(platformOf(globalThis));
const turn = () => timers.sleep(1);

function service(failures = 0) {
  const steps: string[] = [];
  let failing = failures;
  const serving = createOwnerService({
    shard: 0,
    timers,
    log: silentLog,
    serve() {
      if (failing-- > 0) return Promise.reject(new Error("no bus"));
      steps.push("start");
      return Promise.resolve({
        async stop() {
          await turn();
          steps.push("stop");
        },
      });
    },
  });
  return { serving, steps };
}

describe("serving a shard", () => {
  it("follows ownership, never twice at a time", async () => {
    const { serving, steps } = service();
    for (const owned of [true, true, false, true]) serving.setOwned(owned);
    while (!serving.serving()) await turn();
    serving.setOwned(false);
    serving.setOwned(true);
    serving.setOwned(false);
    await serving.stop();
    expect(serving.serving()).toBe(false);
    for (let index = 0; index < steps.length; index++) {
      expect(steps[index]).toBe(index % 2 === 0 ? "start" : "stop");
    }
    expect(steps.length % 2).toBe(0);
  });

  it("tries again when the bus was away", async () => {
    const { serving, steps } = service(1);
    serving.setOwned(true);
    while (!serving.serving()) await turn();
    expect(steps).toEqual(["start"]);
    await serving.stop();
  });

  it("stays off once it was stopped", async () => {
    const { serving, steps } = service();
    await serving.stop();
    serving.setOwned(true);
    await turn();
    expect(steps).toEqual([]);
  });
});
