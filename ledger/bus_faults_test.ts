import { describe, expect, it } from "vitest";
import { createLog } from "../shared/log.ts";
import { createFaultLog } from "./bus_faults.ts";

describe("faults of the bus", () => {
  it("are logged once a second and kind, with how many were left out", () => {
    let nowMs = 0;
    const clock = { nowMs: () => nowMs };
    const lines: string[] = [];
    const tell = createFaultLog(createLog((line) => lines.push(line), clock, "ledger"), clock);
    const fault = { during: "consume", subject: "s", error: new Error("away") };
    for (let index = 0; index < 5; index++) tell(fault);
    tell({ ...fault, subject: "other" });
    nowMs = 1_000;
    tell(fault);
    const seen = lines.map((line) => JSON.parse(line));
    expect(seen.map(({ subject, leftOutBefore }) => [subject, leftOutBefore])).toEqual([
      ["s", 0],
      ["other", 0],
      ["s", 4],
    ]);
  });
});
