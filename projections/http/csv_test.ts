import { describe, expect, it } from "vitest";
import { z } from "zod";
import { columnsOf, csvHeader, csvLine } from "./csv.ts";

describe("CSV", () => {
  it.each<[unknown, string]>([
    ["plain", "plain"],
    ["=HYPERLINK(1)", "'=HYPERLINK(1)"],
    ["+1+1", "'+1+1"],
    ["-2+3", "'-2+3"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["\tx", "'\tx"],
    ["\r=1", `"'\r=1"`],
    ["-12345678901234567890", "-12345678901234567890"],
    ["00123", "00123"],
    ['say "hi", twice', '"say ""hi"", twice"'],
    ["two\nlines", '"two\nlines"'],
    ["မြန်မာ", "မြန်မာ"],
    [null, ""],
    [0, "0"],
    [{ input: 5 }, '"{""input"":5}"'],
  ])("writes %j as %j", (value, expected) => {
    expect(csvLine(["it"], { it: value })).toBe(`${expected}\r\n`);
  });

  it("begins with a byte order mark and has the columns of the schema", () => {
    const list = z.object({ items: z.array(z.object({ a: z.string(), b: z.number() })) });
    expect(columnsOf(list)).toEqual(["a", "b"]);
    expect(csvHeader(["a", "b"])).toBe("\ufeffa,b\r\n");
    expect(columnsOf(z.object({ item: z.object({}) }))).toBeNull();
  });
});
