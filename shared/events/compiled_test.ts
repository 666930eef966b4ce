/** The compiled decoders say exactly what the schemas say, only sooner. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { compileDecoder, UNDECIDED } from "./compiled.ts";
import { eventSchemas } from "./mod.ts";

type Def = Record<string, never> & { type: string; checks?: { _zod: { def: Check } }[] };
type Check = { pattern?: RegExp; fn?: (value: unknown) => boolean };

/** Payloads that a schema accepts, as they stand in the log. */
function payloadsOf(schema: z.core.$ZodType): fc.Arbitrary<unknown> {
  const def = schema._zod.def as unknown as Def;
  const pattern = def.checks?.find(({ _zod }) => _zod.def.pattern)?._zod.def.pattern;
  switch (def.type) {
    case "string":
      return pattern === undefined
        ? fc.string({ minLength: 1, maxLength: 40 })
        : fc.stringMatching(pattern, { size: "small" });
    case "number":
      return fc.oneof(fc.nat(), fc.constantFrom(1, 200, 404));
    case "boolean":
      return fc.boolean();
    case "enum":
      return fc.constantFrom(...Object.values(def.entries!));
    case "literal":
      return fc.constantFrom(...(def.values! as unknown[]));
    case "nullable":
      return fc.option(payloadsOf(def.innerType!));
    case "optional":
      return payloadsOf(def.innerType!);
    case "array":
      return fc.array(payloadsOf(def.element!), { maxLength: 3 });
    case "object": {
      const members = Object.entries(def.shape! as Record<string, z.core.$ZodType>);
      return fc.record(
        Object.fromEntries(
          members.map(([name, member]) => [name, payloadsOf(member)]),
        ),
        {
          requiredKeys: members.filter(([, member]) => member._zod.def.type !== "optional")
            .map(([name]) => name),
        },
      );
    }
    case "record":
      return fc.dictionary(
        payloadsOf(def.keyType!) as fc.Arbitrary<string>,
        payloadsOf(def.valueType!),
        { maxKeys: 4 },
      );
    case "pipe":
      return payloadsOf(def.in!);
    default:
      return fc.jsonValue();
  }
}

const ODD = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>(
    "",
    "0",
    "-0",
    "00",
    "-1",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "1e3",
    " 1",
    "a".repeat(128),
    "a".repeat(129),
    "a".repeat(200),
    "a".repeat(201),
    "é\u0000",
    "\ud800",
    1.5,
    -1,
    2 ** 53,
    { __proto__: null, input: 1 },
    [],
    null,
  ),
);

/** Changes one member somewhere in a value: replaced, removed or added. */
function damaged(value: unknown, at: number, odd: unknown): unknown {
  if (typeof value !== "object" || value === null || at % 7 === 0) return odd;
  const names = Object.keys(value);
  const name = names[at % (names.length + 1)];
  if (name === undefined) return Array.isArray(value) ? [...value, odd] : { ...value, extra: odd };
  const copy = (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>;
  if (at % 5 === 0) delete copy[name];
  else copy[name] = damaged(copy[name], Math.floor(at / 7), odd);
  return copy;
}

describe("a compiled decoder", () => {
  for (const [type, schema] of Object.entries(eventSchemas) as [string, z.ZodType][]) {
    const decode = compileDecoder(schema);
    const agree = (payload: unknown) => {
      const parsed = schema.safeParse(payload);
      const decoded = decode(payload);
      if (decoded === UNDECIDED) return parsed.success;
      expect(parsed.success).toBe(true);
      expect(decoded).toEqual(parsed.data);
      expect(text(decoded)).toBe(text(parsed.data));
      return false;
    };

    it(`of ${type} accepts what the schema accepts, with the same result`, () => {
      fc.assert(
        fc.property(payloadsOf(schema), (payload) => {
          const json = JSON.parse(JSON.stringify(payload));
          // Deciding is what it is for: a payload that fits is not handed on to zod.
          expect(agree(json)).toBe(false);
        }),
        { numRuns: 60 },
      );
    });

    it(`of ${type} accepts nothing that the schema refuses`, () => {
      fc.assert(
        fc.property(
          payloadsOf(schema),
          fc.array(fc.tuple(fc.nat(), ODD), { minLength: 1, maxLength: 3 }),
          (payload, damages) => {
            const json = damages.reduce((value, [at, odd]) => damaged(value, at, odd), payload);
            expect(agree(json)).toBe(false);
          },
        ),
        { numRuns: 200 },
      );
    });
  }
});

/** The order of members counts as well: it is seen in what is written from a payload. */
function text(value: unknown): string {
  return JSON.stringify(value, (_name, each) => typeof each === "bigint" ? `${each}n` : each) ?? "";
}
