import { describe, expect, it } from "vitest";
import { createEffects, platformOf } from "../../shared/effects.ts";
import {
  checkFields,
  createFormGuard,
  kyatPerUsd,
  markupParts,
  picoUsdPerUnit,
  readForm,
  signedKyat,
  text,
} from "./mod.ts";

const { timers } = createEffects(platformOf(globalThis));
const positive = { positive: true };

describe("amounts that people type", () => {
  it.each([
    ["25000", "25000000000"],
    ["0.5", "500000"],
    ["0.000001", "1"],
    [" 1,234.5 ", "1234500000"],
    ["၅၀၀၀", "5000000000"],
    ["9007199254740993", "9007199254740993000000"],
  ])("%s kyat is %s microkyat", (typed, value) => {
    expect(signedKyat(typed, positive)).toEqual({ ok: true, value });
  });

  it.each([
    ["1e9", "amount_bad"],
    ["", "amount_bad"],
    ["NaN", "amount_bad"],
    ["0x10", "amount_bad"],
    ["0.0000001", "amount_bad"],
    ["-1", "amount_positive"],
    ["0", "amount_positive"],
  ])("%j is refused", (typed, problem) => {
    expect(signedKyat(typed, positive)).toEqual({ ok: false, problem });
  });

  it("may be negative where that means something, but never nothing", () => {
    const signed = { positive: false };
    expect(signedKyat("-2.5", signed)).toEqual({ ok: true, value: "-2500000" });
    expect(signedKyat("−2.5", signed)).toEqual({ ok: true, value: "-2500000" });
    expect(signedKyat("0", signed)).toEqual({ ok: false, problem: "amount_not_zero" });
  });

  it("become the ledger's units", () => {
    expect(markupParts("7.5")).toEqual({ ok: true, value: 75_000 });
    expect(markupParts("1000.0001").ok).toBe(false);
    expect(markupParts("-1").ok).toBe(false);
    expect(kyatPerUsd("4,512.750")).toEqual({ ok: true, value: "4512.75" });
    expect(kyatPerUsd("0").ok).toBe(false);
    expect(picoUsdPerUnit("0.15")).toEqual({ ok: true, value: "150000" });
    expect(picoUsdPerUnit(" ")).toEqual({ ok: true, value: null });
  });
});

describe("checked fields", () => {
  it("are all there or each problem is", () => {
    expect(checkFields({ a: text("x"), b: text("y") })).toEqual({
      ok: true,
      value: { a: "x", b: "y" },
    });
    expect(checkFields({ a: text(""), b: text("y") })).toEqual({
      ok: false,
      problems: { a: "required" },
    });
  });
});

describe("the form token", () => {
  const guard = createFormGuard("0123456789abcdef0123456789abcdef");

  it("fits one visitor and one person only", () => {
    const token = guard.token("visitor", "person");
    expect(guard.accepts(token, "visitor", "person")).toBe(true);
    for (const [visitor, person] of [["visitor", null], ["visitor", "other"], ["v", "person"]]) {
      expect(guard.accepts(token, visitor ?? "", person ?? null)).toBe(false);
    }
    for (const forged of ["", "x", `${token}x`, token.toUpperCase()]) {
      expect(guard.accepts(forged, "visitor", "person")).toBe(false);
    }
  });
});

describe("a posted body", () => {
  const post = (body: BodyInit, type = "application/x-www-form-urlencoded") =>
    readForm(
      new Request("http://site", { method: "POST", body, headers: { "content-type": type } }),
      timers,
    );

  it("is read as fields", async () => {
    expect(await post("a=1&b=%E1%80%80+x&a=2")).toEqual({ a: "2", b: "က x" });
  });

  it("of another type or over 64 KiB is refused", async () => {
    await expect(post("{}", "application/json")).rejects.toMatchObject({ status: 415 });
    await expect(post("a=".padEnd(65_537, "x"))).rejects.toMatchObject({ status: 413 });
  });

  it("does not make a prototype", async () => {
    const fields = await post("__proto__=x&constructor=y");
    expect(Object.getPrototypeOf(fields)).toBe(Object.prototype);
    expect(fields.constructor).toBe("y");
  });
});
