import { Buffer } from "node:buffer";
import { describe, expect, it } from "vitest";
import { encodeFields } from "./fields.ts";

/** The same bytes, told as plainly as possible. */
function plainly(texts: readonly string[]): string {
  const parts = texts.flatMap((text) => {
    const bytes = Buffer.from(text, "utf8");
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return [length, bytes];
  });
  return Buffer.concat([Buffer.from([7]), ...parts]).toString("hex");
}

describe("length-prefixed fields", () => {
  it.each([
    ["ASCII", ["", "a", "\u0000\u007f"]],
    ["what begins as ASCII", ["abc\u0080", "xငွေ", "plain", "a😀b", "\u07ff\u0800\uffff"]],
    ["lone surrogates, as U+FFFD", ["a\ud800b"]],
    ["more than the buffer that is used again", ["x".repeat(70_000), "é".repeat(30_000)]],
  ])("hold %s as UTF-8", (_name, texts) => {
    expect(encodeFields(7, texts).toHex()).toBe(plainly(texts));
  });

  it("are not touched by the next list", () => {
    const first = encodeFields(1, ["first"]);
    const before = first.toHex();
    encodeFields(2, ["other"]);
    expect(first.toHex()).toBe(before);
  });
});
