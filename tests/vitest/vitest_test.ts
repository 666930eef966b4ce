import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  onTestFinished,
  vi,
} from "vitest";
import { formatTitle } from "./each.ts";

describe("the order of hooks", () => {
  const seen: string[] = [];
  beforeAll(() => {
    seen.push("outer before all");
    return () => seen.push("outer undone");
  });
  beforeEach(() => {
    seen.push("outer before");
    return () => seen.push("outer each undone");
  });
  afterEach(() => void seen.push("outer after"));
  afterAll(() => void seen.push("outer after all"));

  it("runs outer hooks first", () => {
    onTestFinished(() => seen.push("finished"));
    seen.push("first");
    expect(seen).toEqual(["outer before all", "outer before", "first"]);
  });

  describe("inside", () => {
    beforeAll(() => void seen.push("inner before all"));
    beforeEach(() => void seen.push("inner before"));
    afterEach(() => void seen.push("inner after"));
    afterAll(() => void seen.push("inner after all"));
    it("runs inner hooks nearest to the test", () => {
      expect(seen.slice(3)).toEqual([
        "outer after",
        "finished",
        "outer each undone",
        "inner before all",
        "outer before",
        "inner before",
      ]);
    });
  });

  describe("afterwards", () => {
    it("ended the inner suite after its last test", () => {
      expect(seen.slice(9, 13)).toEqual([
        "inner after",
        "outer after",
        "outer each undone",
        "inner after all",
      ]);
    });
  });
});

describe("cases", () => {
  const sums: number[] = [];
  it.each([[1, 2, 3], [2, 3, 5]])("%d + %d = %d", (a, b, sum) => {
    sums.push(sum);
    expect(a + b).toBe(sum);
  });
  it.each([{ code: "late", inner: { status: 408 } }])("$code is $inner.status", (row) => {
    expect(row.inner.status).toBe(408);
  });
  it.for([[7n, "7"]] as const)("%s prints", ([amount, text], { task }) => {
    expect(String(amount)).toBe(text);
    expect(task.name).toBe("7 prints");
    expect(task.fullName).toBe("cases > 7 prints");
  });
  it("ran each case", () => expect(sums).toEqual([3, 5]));
  it("fills names", () => {
    expect(formatTitle("%s %% %# $a.b $c", { a: { b: 1n } }, ["x"], 4)).toBe("x % 4 1 $c");
  });
});

describe("expect", () => {
  it("compares bigint and nested values", () => {
    expect({ amount: 5n, at: { list: [1, 2] } }).toEqual({ amount: 5n, at: { list: [1, 2] } });
    expect(() => expect({ amount: 5n }).toEqual({ amount: 6n })).toThrow(/deeply equal/);
    expect({ id: "a1", size: 3 }).toMatchObject({ id: expect.stringMatching(/^a/) });
    expect([1, "x"]).toEqual(expect.arrayContaining([expect.any(String)]));
    expect({ a: 1 }).toEqual(expect.not.objectContaining({ b: 1 }));
  });
  it("follows promises", async () => {
    await expect(Promise.resolve(1)).resolves.toBe(1);
    await expect(Promise.reject(new TypeError("no"))).rejects.toThrow(TypeError);
  });
  it("counts assertions", () => {
    expect.assertions(2);
    expect(1).toBe(1);
    expect(2).toBe(2);
  });
  it.fails("misses an assertion", () => expect.assertions(1));
  it.fails("makes no assertion", () => expect.hasAssertions());
  it.fails("forgets to await", () => {
    void expect(Promise.resolve(1)).resolves.toBe(1);
  });
  it.fails("reaches the unreachable", () => expect.unreachable());
  it.fails("takes too long", { timeout: 5, fails: true }, () => new Promise(() => {}));
  it("takes matchers of its own", () => {
    expect.extend({
      toBeEven: (actual: number) => ({
        pass: actual % 2 === 0,
        message: () => `${actual} is odd`,
      }),
    });
    const matcher: unknown = Reflect.get(expect(3), "toBeEven");
    if (typeof matcher !== "function") throw new Error("toBeEven is missing");
    expect(() => matcher.call(expect(3))).toThrow("3 is odd");
    matcher.call(expect(4));
  });
});

describe("vi", () => {
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
  });
  it("spies", () => {
    const add = vi.fn((a: number, b: number) => a + b);
    expect(add(1, 2)).toBe(3);
    expect(add).toHaveBeenCalledWith(1, 2);
    const target = { name: () => "real" };
    vi.spyOn(target, "name").mockReturnValue("fake");
    expect(target.name()).toBe("fake");
    vi.restoreAllMocks();
    expect(target.name()).toBe("real");
  });
  it("fakes timers and the date", async () => {
    vi.useFakeTimers({ now: 1_000 });
    const task = vi.fn();
    setTimeout(task, 500);
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(499);
    expect(task).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(task).toHaveBeenCalledTimes(1);
    expect(Date.now()).toBe(1_500);
  });
  it("waits", async () => {
    let tries = 0;
    await vi.waitFor(() => expect(++tries).toBe(3), { interval: 1 });
    await expect(vi.waitUntil(() => false, { timeout: 2, interval: 1 })).rejects.toThrow(/never/);
  });
  it("replaces globals and puts them back", () => {
    const real = globalThis.fetch;
    vi.stubGlobal("fetch", 1);
    expect(globalThis.fetch).toBe(1);
    vi.unstubAllGlobals();
    expect(globalThis.fetch).toBe(real);
  });
});
