import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { limitSchema } from "../../projections/http/page.ts";
import {
  accountIdSchema,
  identifierSchema,
  labelSchema,
  looksLikeApiKey,
  requestIdSchema,
  uuidv7TimeMs,
} from "../../shared/ids/mod.ts";
import {
  formatDecimal,
  microKyatSchema,
  parseDecimal,
  signedAmountSchema,
} from "../../shared/money/mod.ts";
import { anyText, HOSTILE_NUMBERS, HOSTILE_VALUES } from "./hostile.ts";

const MOST = 2n ** 63n - 1n;
const digits = fc.string({ unit: fc.constantFrom(..."0123456789.-+eE_ ,\n０१"), maxLength: 24 });

/** Whether a text is the one text of a whole number of at most 63 bits, told without any pattern. */
function isCanonical(text: string, least: bigint): boolean {
  let value: bigint;
  try {
    value = BigInt(text);
  } catch {
    return false;
  }
  return `${value}` === text && value >= least && value <= MOST;
}

describe("amounts in JSON", () => {
  const accepted = (schema: typeof microKyatSchema, values: readonly unknown[]) =>
    values.filter((value) => schema.safeParse(value).success);

  it("are the one decimal text of a whole number that fits 63 bits, and nothing else", () => {
    expect(accepted(microKyatSchema, HOSTILE_VALUES)).toEqual([
      "0",
      "1",
      "9007199254740991",
      "9007199254740992",
      "9007199254740993",
      "9223372036854775807",
    ]);
    expect(accepted(signedAmountSchema, HOSTILE_VALUES)).toEqual([
      "0",
      "1",
      "-1",
      "9007199254740991",
      "9007199254740992",
      "9007199254740993",
      "9223372036854775807",
      "-9223372036854775807",
    ]);
  });

  it("are judged alike by a judge that knows no pattern, and keep their value", () => {
    fc.assert(
      fc.property(fc.oneof(digits, fc.bigInt().map(String)), (text) => {
        const [whole, signed] = [microKyatSchema, signedAmountSchema]
          .map((schema) => schema.safeParse(text));
        expect([text, whole!.success]).toEqual([text, isCanonical(text, 0n)]);
        expect([text, signed!.success]).toEqual([text, isCanonical(text, -MOST)]);
        if (signed!.success) expect(`${signed!.data}`).toBe(text);
      }),
      { numRuns: 3_000 },
    );
  });
});

describe("decimal text of people", () => {
  it("is read only when it is plain", () => {
    const read = HOSTILE_NUMBERS.filter((text) => {
      try {
        parseDecimal(text, 6);
        return true;
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
        return false;
      }
    });
    // Leading zeros say the same number and are kindly read; no other writing is.
    expect(read.every((text) => /^-?[0-9]+(\.[0-9]{1,6})?$/.test(text))).toBe(true);
    expect(read).toContain("1.0");
    for (const text of ["1.", ".5", "1e3", "１２３", " 1", "1\n", "+1"]) {
      expect(read).not.toContain(text);
    }
  });

  it("comes back as it was, whatever the number and the decimals", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 29n), max: 10n ** 29n }),
        fc.nat(12),
        (scaled, decimals) => {
          expect(parseDecimal(formatDecimal(scaled, decimals), decimals)).toBe(scaled);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it("is refused with a RangeError or read exactly, never anything else", () => {
    fc.assert(
      fc.property(digits, fc.nat(9), (text, decimals) => {
        try {
          const scaled = parseDecimal(text, decimals);
          const [whole, fraction = ""] = text.replace("-", "").split(".");
          const magnitude = BigInt(whole!) * 10n ** BigInt(decimals) +
            BigInt(fraction.padEnd(decimals, "0") || "0");
          expect(scaled).toBe(text.startsWith("-") ? -magnitude : magnitude);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
      { numRuns: 3_000 },
    );
  });
});

describe("ids and limits", () => {
  it.each([
    ["account id", accountIdSchema],
    ["identifier", identifierSchema],
    ["request id", requestIdSchema],
  ])("an %s holds nothing that ends a line, a header or a path on its way", (_, schema) => {
    fc.assert(
      fc.property(anyText(140), (text) => {
        if (schema.safeParse(text).success) expect(text).toMatch(/^[A-Za-z0-9._:/@-]+$/);
      }),
      { numRuns: 2_000 },
    );
    for (const text of ["acc\n", " acc", "acc ", "acc\u0000", "ａｃｃ", "../acc", "", "-a", ":a"]) {
      expect([text, schema.safeParse(text).success]).toEqual([text, false]);
    }
  });

  it("a label is well-formed text without control characters", () => {
    for (const text of ["", "\ud800", "a\u0000", "a\nb", "\u007f", "x".repeat(201)]) {
      expect(labelSchema.safeParse(text).success).toBe(false);
    }
    expect(labelSchema.safeParse("မြန်မာ 😀").success).toBe(true);
  });

  it("a key and the time of an id are read from their exact shape alone", () => {
    fc.assert(
      fc.property(anyText(60), (text) => {
        expect(looksLikeApiKey(text)).toBe(false);
        expect(uuidv7TimeMs(text)).toBeNull();
      }),
    );
    const secret = `sk-sgl-${"a".repeat(43)}`;
    expect(looksLikeApiKey(secret)).toBe(true);
    for (const text of [`${secret}\n`, `${secret.slice(0, -1)}\n`, secret.slice(1), `${secret}a`]) {
      expect(looksLikeApiKey(text)).toBe(false);
    }
  });

  it("a limit is a whole number from 1 to 200 in ASCII", () => {
    const read = HOSTILE_NUMBERS.filter((text) => limitSchema.safeParse(text).success);
    expect(read).toEqual(["1"]);
    for (let limit = 1; limit <= 200; limit++) expect(limitSchema.parse(`${limit}`)).toBe(limit);
    expect(limitSchema.safeParse("201").success).toBe(false);
  });
});
