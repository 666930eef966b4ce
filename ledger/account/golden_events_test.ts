import { describe, expect, it } from "vitest";
import {
  decodeEvent,
  type DomainEvent,
  eventSchemas,
  type EventType,
} from "../../shared/events/mod.ts";
import { type JsonObject, toJsonValue } from "../../shared/json.ts";
import { ledgerDomain } from "../shard/mod.ts";
import corpus from "./testdata/events_v1.json" with { type: "json" };
import detailed from "./testdata/events_v1_detailed.json" with { type: "json" };

// Written once and never rewritten: what stands in a log must be readable for ever.
const recorded = Object.entries(corpus) as [EventType, JsonObject][];
const decode = (type: EventType, payload: JsonObject): DomainEvent =>
  decodeEvent({ type, schemaVersion: 1, payload });

describe("events of version 1", () => {
  it("are all in the corpus", () => {
    expect(recorded.map(([type]) => type).sort()).toEqual(Object.keys(eventSchemas).sort());
  });

  recorded.forEach(([type, payload]) => {
    it(`are read and written without a change: ${type}`, () => {
      expect(toJsonValue(decode(type, payload).payload)).toEqual(payload);
    });
  });

  (detailed as [EventType, JsonObject][]).forEach(([type, payload], index) => {
    it(`are read and written with every optional member of prices and holds, ${index + 1}`, () => {
      expect(toJsonValue(decode(type, payload).payload)).toEqual(payload);
    });
  });

  it("post what they have always posted", () => {
    const posted = recorded.flatMap(([type, payload]) => {
      const legs = ledgerDomain.postings(decode(type, payload));
      const lines = legs.map(({ account, currency, amount }) => `${account} ${amount} ${currency}`);
      return lines.length === 0 ? [] : [[type, ...lines]];
    });
    expect(posted).toEqual([
      ["CreditGranted", "1010 9007199254740993 MMK", "2000:acc-1 -9007199254740993 MMK"],
      ["AdjustmentPosted", "5400 -1 MMK", "2000:acc-1 1 MMK"],
      ["CreditNoteIssued", "4000 500 MMK", "2000:acc-1 -500 MMK"],
      ["HoldPlaced", "2000:acc-1 46536275 MMK", "2010:acc-1 -46536275 MMK"],
      [
        "HoldSettled",
        "2010:acc-1 46536275 MMK",
        "2000:acc-1 -46452638 MMK",
        "4000 -83637 MMK",
        "5000 17700 USD",
        "2100 -17700 USD",
      ],
      ["HoldReleased", "2010:acc-1 46536275 MMK", "2000:acc-1 -46536275 MMK"],
      ["HoldExpired", "2010:acc-1 46536275 MMK", "2000:acc-1 -46536275 MMK"],
      [
        "LateUsageSettled",
        "2000:acc-1 19846 MMK",
        "4000 -19846 MMK",
        "5000 4200 USD",
        "2100 -4200 USD",
      ],
    ]);
  });

  it("carry amounts beyond 2^53 to the last unit", () => {
    expect(decode("CreditGranted", corpus.CreditGranted))
      .toMatchObject({ payload: { amountMicroKyat: 9_007_199_254_740_993n } });
  });
});
