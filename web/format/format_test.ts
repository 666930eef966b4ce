import { describe, expect, it } from "vitest";
import {
  dayInYangon,
  kyatParts,
  lastDays,
  percentOfParts,
  perMillionUsd,
  timeInYangon,
  wholeNumber,
} from "./mod.ts";

describe("amounts for people", () => {
  it("are exact", () => {
    expect(kyatParts("49987654321", 2)).toEqual({ whole: "49,987", fraction: ".654321" });
    expect(kyatParts("-1500000")).toEqual({ whole: "−1", fraction: ".5" });
    expect(kyatParts("9007199254740993000001")).toEqual({
      whole: "9,007,199,254,740,993",
      fraction: ".000001",
    });
    expect(perMillionUsd(150_000n)).toBe("0.15");
    expect(perMillionUsd(37_500n)).toBe("0.0375");
    expect(percentOfParts(75_000)).toBe("7.5");
    expect(wholeNumber(1_047_576)).toBe("1,047,576");
  });
});

describe("times", () => {
  it("are those of Yangon, where a day begins at 17:30 UTC", () => {
    expect(timeInYangon(Date.UTC(2026, 10, 20, 17, 29, 59))).toBe("2026-11-20 23:59:59");
    expect(dayInYangon(Date.UTC(2026, 10, 20, 17, 30))).toBe("2026-11-21");
    expect(lastDays(Date.UTC(2026, 2, 1, 17, 30), 3)).toEqual([
      "2026-02-28",
      "2026-03-01",
      "2026-03-02",
    ]);
  });
});
