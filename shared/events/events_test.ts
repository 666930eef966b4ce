import { describe, expect, it } from "vitest";
import { stringifyWithBigint } from "../json.ts";
import { decodeEvent, requestIdOf, streamOf } from "./mod.ts";

const granted = {
  type: "CreditGranted",
  payload: {
    accountId: "acc-1",
    amountMicroKyat: 9_007_199_254_740_993n,
    source: "promotion",
    reference: "welcome",
  },
} as const;

describe("events in the log", () => {
  it("keep amounts beyond 2^53 exact on the way through JSON", () => {
    const payload = JSON.parse(stringifyWithBigint(granted.payload));
    expect(payload.amountMicroKyat).toBe("9007199254740993");
    expect(decodeEvent({ type: "CreditGranted", schemaVersion: 1, payload })).toEqual(granted);
  });

  it("of an unknown type or version stop a reader", () => {
    const payload = JSON.parse(stringifyWithBigint(granted.payload));
    expect(() => decodeEvent({ type: "CreditGranted", schemaVersion: 2, payload })).toThrow(
      RangeError,
    );
    // @ts-expect-error: a type that a newer writer may know
    expect(() => decodeEvent({ type: "MoonPhased", schemaVersion: 1, payload })).toThrow(
      RangeError,
    );
  });

  it("whose payload does not fit stop a reader", () => {
    const payload = { ...JSON.parse(stringifyWithBigint(granted.payload)), amountMicroKyat: 5 };
    expect(() => decodeEvent({ type: "CreditGranted", schemaVersion: 1, payload })).toThrow();
  });

  it("belong to the stream of their subject", () => {
    expect(streamOf(granted)).toBe("account-acc-1");
    expect(requestIdOf(granted)).toBeNull();
    expect(streamOf({ type: "MarkupSet", payload: { markupVersion: 1, markupPartsPerMillion: 0 } }))
      .toBe("markup-default");
  });
});
