import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ipRangeMatcher, isModelAllowed, keySettingsSchema, parseIpRange } from "./mod.ts";

describe("IP ranges", () => {
  it.each([
    ["192.0.2.0/24", "192.0.2.255", true],
    ["192.0.2.0/24", "192.0.3.0", false],
    ["192.0.2.77/24", "192.0.2.1", true],
    ["192.0.2.1", "192.0.2.1", true],
    ["192.0.2.1", "192.0.2.2", false],
    ["0.0.0.0/0", "255.255.255.255", true],
    ["10.0.0.0/8", "10.255.0.1", true],
    ["10.0.0.0/9", "10.128.0.0", false],
    ["2001:db8::/32", "2001:db8:ffff::1", true],
    ["2001:db8::/32", "2001:db9::", false],
    ["2001:DB8:0:0:0:0:0:1", "2001:db8::1", true],
    ["::1", "::1", true],
    ["::1/128", "::2", false],
    ["fe80::/10", "fe80::1%eth0", true],
    // IPv4-mapped, either side.
    ["10.0.0.0/8", "::ffff:10.1.2.3", true],
    ["10.0.0.0/8", "::ffff:a01:203", true],
    ["10.0.0.0/8", "::ffff:b01:203", false],
    ["::ffff:10.0.0.0/104", "10.9.9.9", true],
    ["::ffff:10.0.0.0/104", "11.9.9.9", false],
    // A family never stands for the other.
    ["::/0", "10.0.0.1", false],
    ["0.0.0.0/0", "2001:db8::1", false],
    ["::a01:203", "10.1.2.3", false],
    // What is no address is nowhere.
    ["0.0.0.0/0", "", false],
    ["0.0.0.0/0", "10.0.0.1/32", false],
    ["0.0.0.0/0", "unknown", false],
  ])("%s and %s: %s", (range, address, expected) => {
    expect(ipRangeMatcher([range])(address)).toBe(expected);
  });

  it.each([
    "",
    "10.0.0",
    "10.0.0.0.0",
    "256.0.0.1",
    "01.0.0.1",
    "10.0.0.1/33",
    "10.0.0.1/-1",
    "10.0.0.1/08",
    "10.0.0.1/",
    "10.0.0.1/8/8",
    "1.2.3.4:5",
    ":::",
    "1::2::3",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7::8:9",
    "12345::",
    "g::",
    "::1/129",
    "::1.2.3",
    "1.2.3.4::",
    ":1",
    "1:",
    "fe80::%1",
    "0x7f.0.0.1",
    " 10.0.0.1",
  ])("%j is refused", (text) => {
    expect(parseIpRange(text)).toBeNull();
    expect(() => ipRangeMatcher([text])).toThrow(RangeError);
  });

  it("hold in any of several, and in none of no ranges", () => {
    const isIn = ipRangeMatcher(["10.0.0.0/8", "2001:db8::/32"]);
    expect([isIn("10.0.0.1"), isIn("2001:db8::1"), isIn("192.0.2.1")]).toEqual([true, true, false]);
    expect(ipRangeMatcher([])("10.0.0.1")).toBe(false);
  });

  it("hold exactly the addresses that share their first bits, whatever the notation", () => {
    const bytes = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 16, maxLength: 16 });
    const groups = (of: number[]) =>
      Array.from({ length: 8 }, (_, at) => ((of[at * 2]! << 8) | of[at * 2 + 1]!).toString(16));
    const bits = (of: number[]) => of.map((one) => one.toString(2).padStart(8, "0")).join("");
    fc.assert(fc.property(bytes, bytes, fc.nat(128), fc.nat(128), (one, noise, keep, length) => {
      // The other address shares at least `keep` bits.
      const mixed = `${bits(one).slice(0, keep)}${bits(noise).slice(keep)}`;
      const other = Array.from({ length: 16 }, (_, at) => parseInt(mixed.substr(at * 8, 8), 2));
      const same = (most: number, from: number[], to: number[]) =>
        bits(from).slice(0, most) === bits(to).slice(0, most);
      expect(ipRangeMatcher([`${groups(one).join(":")}/${length}`])(groups(other).join(":")))
        .toBe(same(length, one, other));
      const [v4, otherV4] = [one.slice(0, 4), other.slice(0, 4)];
      expect(ipRangeMatcher([`${v4.join(".")}/${length % 33}`])(otherV4.join(".")))
        .toBe(same(length % 33, v4, otherV4));
    }));
  });
});

describe("rules about models", () => {
  const gpt = { model: "gpt-4o", ownedBy: "openai" };
  const llama = { model: "groq/llama-3.3-70b", ownedBy: "meta" };

  it.each([
    [null, gpt, true],
    [[], gpt, false],
    [["gpt-4o"], gpt, true],
    [["gpt-4"], gpt, false],
    [["gpt-4o-mini", "openai/*"], gpt, true],
    [["open/*"], gpt, false],
    [["groq/*"], llama, true],
    [["meta/*"], llama, true],
    [["groq"], llama, false],
    [["gro/*"], llama, false],
    [["openai/*"], { model: "openai-like", ownedBy: null }, false],
  ])("%j of %j: %s", (rules, model, expected) => {
    expect(isModelAllowed(rules, model)).toBe(expected);
  });
});

describe("settings of keys", () => {
  const settings = {
    label: "Key",
    expiresAtMs: null,
    allowedModels: ["gpt-4o", "anthropic/*"],
    ipRanges: ["10.0.0.0/8", "::1"],
    routerId: "free-first",
    tags: ["team:a"],
  };

  it("are taken as they are", () => {
    expect(keySettingsSchema.parse(settings)).toEqual(settings);
  });

  it.each([
    [{ allowedModels: ["*"] }, "allowedModels.0"],
    [{ allowedModels: ["openai/*/x"] }, "allowedModels.0"],
    [{ ipRanges: ["10.0.0.0/40"] }, "ipRanges.0"],
    [{ tags: ["a b"] }, "tags.0"],
    [{ label: "" }, "label"],
    [{ routerId: undefined }, "routerId"],
  ])("are refused with %j", (wrong, path) => {
    const parsed = keySettingsSchema.safeParse({ ...settings, ...wrong });
    expect(parsed.error?.issues[0]?.path.join(".")).toBe(path);
  });
});
