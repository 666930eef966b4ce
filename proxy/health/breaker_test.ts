import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  abandoned,
  type Breaker,
  CLOSED,
  enter,
  failed,
  merged,
  type Pass,
  phaseOf,
  reportOf,
  type Strike,
  succeeded,
} from "./breaker.ts";

const strike: Strike = { coolDownMs: 10_000, retryAfterMs: null, opensAfter: 3 };
const atOnce = { ...strike, opensAfter: 1 };

function passOf(breaker: Breaker, nowMs: number): { breaker: Breaker; pass: Pass } {
  const entered = enter(breaker, nowMs);
  if (entered.pass === null) throw new Error("the breaker lets nothing through");
  return { breaker: entered.breaker, pass: entered.pass };
}

/** Fails once at a time, by a fresh pass. */
function fail(breaker: Breaker, nowMs: number, how: Strike = strike): Breaker {
  const entered = passOf(breaker, nowMs);
  return failed(entered.breaker, entered.pass, how, nowMs);
}

describe("a breaker", () => {
  it("opens after three failures in a row, and not when a success comes between", () => {
    const twice = fail(fail(CLOSED, 1_000), 2_000);
    expect(phaseOf(twice, 2_000)).toBe("closed");
    expect(phaseOf(fail(twice, 3_000), 3_000)).toBe("open");
    const { breaker, pass } = passOf(twice, 2_500);
    expect(phaseOf(fail(succeeded(breaker, pass, 2_500), 3_000), 3_000)).toBe("closed");
  });

  it("does not count a failure that was more than a minute ago", () => {
    const twice = fail(fail(CLOSED, 1_000), 2_000);
    expect(phaseOf(fail(twice, 62_001), 62_001)).toBe("closed");
    expect(phaseOf(fail(twice, 62_000), 62_000)).toBe("open");
  });

  it("lets one probe through after its cool-down, and closes when it succeeds", () => {
    const open = fail(CLOSED, 0, atOnce);
    expect(enter(open, 9_999).pass).toBeNull();
    const { breaker, pass } = passOf(open, 10_000);
    expect(pass.probe).toBe(true);
    expect(enter(breaker, 10_001).pass).toBeNull();
    expect(phaseOf(succeeded(breaker, pass, 10_500), 10_500)).toBe("closed");
  });

  it("doubles the cool-down with each failed probe, up to ten minutes", () => {
    let breaker = CLOSED;
    const coolDowns: number[] = [];
    for (let nowMs = 0, trip = 0; trip < 9; trip++) {
      breaker = fail(breaker, nowMs, atOnce);
      coolDowns.push(breaker.openUntilMs - nowMs);
      nowMs = breaker.openUntilMs;
    }
    expect(coolDowns).toEqual(
      [10_000, 20_000, 40_000, 80_000, 160_000, 320_000, 600_000, 600_000, 600_000],
    );
  });

  it("forgives after ten minutes closed, and not before", () => {
    const open = fail(CLOSED, 0, atOnce);
    const { breaker, pass } = passOf(open, 10_000);
    const closed = succeeded(breaker, pass, 10_000);
    expect(fail(closed, 610_000, atOnce).openUntilMs).toBe(610_000 + 20_000);
    expect(fail(closed, 610_001, atOnce).openUntilMs).toBe(610_001 + 10_000);
  });

  it("waits as long as it was told to, at most an hour", () => {
    const told = (retryAfterMs: number) => fail(CLOSED, 0, { ...atOnce, retryAfterMs }).openUntilMs;
    expect([told(30_000), told(1), told(9e9)]).toEqual([30_000, 10_000, 3_600_000]);
  });

  it("hears nothing of what began before it opened", () => {
    const { breaker, pass: early } = passOf(CLOSED, 0);
    const open = fail(breaker, 1, atOnce);
    expect(succeeded(open, early, 2)).toBe(open);
    expect(failed(open, early, atOnce, 2)).toBe(open);
  });

  it("gives the way of a lost probe to the next, and then hears nothing of the lost one", () => {
    const open = fail(CLOSED, 0, atOnce);
    const lost = passOf(open, 10_000);
    expect(enter(lost.breaker, 69_999).pass).toBeNull();
    const next = passOf(lost.breaker, 70_000);
    expect(succeeded(next.breaker, lost.pass, 70_001)).toBe(next.breaker);
    const back = abandoned(next.breaker, next.pass);
    expect(enter(back, 70_002).pass?.probe).toBe(true);
  });
});

describe("a breaker that another edge reports", () => {
  const open = fail(CLOSED, 0, atOnce);

  it("is taken over with the rest of its cool-down, whatever the other clock says", () => {
    const here = merged(CLOSED, reportOf(open, 4_000), 1_000_000);
    expect([here.open, here.openUntilMs, here.trips]).toEqual([true, 1_006_000, 1]);
  });

  it("does not undo what is newer here", () => {
    const { breaker, pass } = passOf(open, 10_000);
    const closed = succeeded(breaker, pass, 10_000);
    expect(merged(closed, reportOf(open, 10_500), 10_500)).toBe(closed);
    expect(merged(open, reportOf(closed, 10_500), 10_500).open).toBe(false);
  });

  it("told again with a delay does not end a probe", () => {
    const { breaker } = passOf(open, 10_000);
    expect(merged(breaker, { ...reportOf(open, 10_000), ageMs: 9_990 }, 10_000)).toBe(breaker);
  });
});

describe("whatever happens", () => {
  it("an open breaker lets nothing through, and a half-open one no second probe", () => {
    const step = fc.record({
      waitMs: fc.nat(30_000),
      what: fc.constantFrom("enter", "succeed", "fail", "abandon", "report"),
      which: fc.nat(5),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let breaker = CLOSED;
        let nowMs = 0;
        let passes: (Pass & { atMs: number })[] = [];
        for (const { waitMs, what, which } of steps) {
          nowMs += waitMs;
          const pass = passes[which % Math.max(1, passes.length)];
          if (what === "enter") {
            const before = phaseOf(breaker, nowMs);
            const entered = enter(breaker, nowMs);
            breaker = entered.breaker;
            if (before === "open") expect(entered.pass).toBeNull();
            if (before === "closed") expect(entered.pass?.probe).toBe(false);
            if (before === "half_open" && entered.pass !== null) {
              const { generation } = entered.pass;
              const out = passes.filter((one) =>
                one.probe && one.generation === generation && nowMs - one.atMs < 60_000
              );
              expect([entered.pass.probe, out]).toEqual([true, []]);
            }
            if (entered.pass !== null) passes.push({ ...entered.pass, atMs: nowMs });
            continue;
          }
          if (what === "report") {
            breaker = merged(breaker, { open: true, trips: 1, openForMs: 5_000, ageMs: 0 }, nowMs);
            continue;
          }
          if (pass === undefined) continue;
          passes = passes.filter((one) => one !== pass);
          breaker = what === "succeed"
            ? succeeded(breaker, pass, nowMs)
            : what === "fail"
            ? failed(breaker, pass, strike, nowMs)
            : abandoned(breaker, pass);
        }
      }),
      { numRuns: 500 },
    );
  });
});
