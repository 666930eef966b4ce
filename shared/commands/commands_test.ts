import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { commandEnvelopeSchema, commandSchemas, decodeCommand, parseEnvelope } from "./mod.ts";

const requestId = "01989898-9898-7000-8000-000000000001";
const hold = {
  operationId: `hold:${requestId}`,
  actor: "edge:edge-1",
  occurredAtMs: 1_760_506_200_000,
  type: "PlaceHold",
  body: {
    accountId: "acc",
    requestId,
    keyId: "key-1",
    edgeId: "edge-1",
    model: "model-1",
    endpoint: "chat/completions",
    inputTokensBound: 10,
    outputTokensRequested: null,
    minimumOutputTokens: 1,
    holdTtlMs: 60_000,
  },
} as const;
const credit = {
  ...hold,
  type: "GrantCredit",
  body: { accountId: "acc", amountMicroKyat: "5", source: "promotion", reference: "x" },
} as const;
const ODD = fc.constantFrom<unknown>(undefined, null, "", "1e3", -1, 1.5, NaN, true, [], {}, "a\n");

/** An object with some members replaced, and one more. */
function damaged(of: object) {
  const names = [...Object.keys(of), "signature", "__proto__", "more"];
  return fc.dictionary(fc.constantFrom(...names), ODD, { maxKeys: 2 })
    .map((damage) => ({ ...of, ...damage }));
}

describe("compiled parsers of commands", () => {
  it.each([hold, credit, { ...credit, signature: "a".repeat(64) }])(
    "read an envelope of %j as its schema does, whatever is wrong with it",
    (envelope) => {
      expect(parseEnvelope(envelope)).toEqual(commandEnvelopeSchema.safeParse(envelope));
      expect(parseEnvelope(envelope).success).toBe(true);
      fc.assert(fc.property(damaged(envelope), (message) => {
        const expected = commandEnvelopeSchema.safeParse(message);
        const parsed = parseEnvelope(message);
        expect(parsed.success).toBe(expected.success);
        expect(parsed.data).toEqual(expected.data);
      }));
    },
  );

  it.each([hold, credit])("read a body of %j as its schema does", ({ type, body }) => {
    fc.assert(fc.property(damaged(body), (damagedBody) => {
      const expected = commandSchemas[type].safeParse(damagedBody);
      const decode = () => decodeCommand({ type, body: damagedBody });
      if (expected.success) expect(decode().body).toEqual(expected.data);
      else expect(decode).toThrow(expected.error.message);
    }));
    expect(decodeCommand({ type, body }).body).toEqual(commandSchemas[type].parse(body));
  });

  it("refuse what is no object", () => {
    for (const message of [undefined, null, 7, "x", []]) {
      expect(parseEnvelope(message).success).toBe(false);
    }
  });
});
