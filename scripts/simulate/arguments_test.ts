import { describe, expect, it } from "vitest";
import { readArguments } from "./arguments.ts";

describe("the arguments of a simulation", () => {
  it("are 500 seeds from the first when nothing is said", () => {
    expect(readArguments([])).toMatchObject({ seeds: 500, from: 1, seed: null, mutants: false });
  });

  it("name how many seeds, from where, or one of them", () => {
    expect(readArguments(["--seeds", "20", "--from", "7"])).toMatchObject({ seeds: 20, from: 7 });
    expect(readArguments(["--seed", "42"])).toMatchObject({ seed: "42" });
    expect(readArguments(["--mutants", "--most", "9"])).toMatchObject({ mutants: true, most: 9 });
  });

  it.each([["--seeds"], ["--seeds", "0"], ["--seeds", "1e3"], ["--fast", "1"]])(
    "that are wrong are named: %s",
    (...args) => {
      expect(() => readArguments(args)).toThrow(args[0]);
    },
  );
});
