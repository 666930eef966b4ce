import { describe, expect, it } from "vitest";
import golden from "../../ledger/account/testdata/events_v1.json" with { type: "json" };
import { ledgerDomain } from "../../ledger/shard/mod.ts";
import { decodeEvent, EVENT_TYPES, type EventType, streamOf } from "../../shared/events/mod.ts";
import { ruleOf } from "../../shared/verifier/event_rules.ts";

const samples = Object.entries(golden) as [EventType, Record<string, unknown>][];

describe("the verifier's rules", () => {
  it("know every event that the ledger can write", () => {
    expect(EVENT_TYPES.filter((type) => ruleOf(type, 1) === null)).toEqual([]);
  });

  it.each(samples)("take a %s as the ledger does", (type, payload) => {
    const rule = ruleOf(type, 1)!;
    const event = decodeEvent({ type, schemaVersion: 1, payload: payload as never });
    for (const [name, kind] of Object.entries(rule.members)) {
      expect([name, kind(payload[name] as never)]).toEqual([name, true]);
    }
    expect(rule.stream(payload as never)).toBe(streamOf(event));
    expect(rule.postings(payload as never)).toEqual(ledgerDomain.postings(event));
  });
});
