import { describe, expect, it } from "vitest";
import { createLog } from "./log.ts";

function lines() {
  const written: string[] = [];
  const log = createLog((line) => written.push(line), { nowMs: () => 0 }, "ledger");
  return { log, read: () => written.map((line) => JSON.parse(line)) };
}

describe("the log", () => {
  it("writes one JSON object a line, with time, level, room and event", () => {
    const { log, read } = lines();
    log.warn("lease_lost", { shard: 0, position: 2n ** 60n, owner: null });
    expect(read()).toEqual([{
      time: "1970-01-01T00:00:00.000Z",
      level: "warn",
      room: "ledger",
      event: "lease_lost",
      shard: 0,
      position: "1152921504606846976",
      owner: null,
    }]);
  });

  it("never shows a secret", () => {
    const { log, read } = lines();
    log.error("failed", {
      serviceSecret: "hush-1",
      message: `key sk-sgl-${"4".repeat(43)} with Bearer abc.def at postgres://me:hush-2@host/db`,
      error: new Error("nats://me:hush-3@host refused"),
    });
    const text = JSON.stringify(read());
    for (const secret of ["hush", "4444", "abc.def"]) expect(text).not.toContain(secret);
    expect(text).toContain("postgres://me:[hidden]@host/db");
  });

  it("keeps its own fields apart from the caller's", () => {
    const { log, read } = lines();
    log.info("started", { event: "mine" });
    expect(read()[0]).toMatchObject({ event: "started", field_event: "mine" });
  });
});
