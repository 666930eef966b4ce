import { describe, expect, it } from "vitest";
import type { DomainEvent } from "../../shared/events/mod.ts";
import { priceRowSchema } from "../../shared/read_api/mod.ts";
import { toJsonValue } from "../../shared/json.ts";
import { foldPrice } from "./catalog.ts";

const published = (more: object = {}): DomainEvent => ({
  type: "PricePublished",
  payload: {
    model: "openai/gpt-5.4",
    priceVersion: 1,
    displayName: "GPT-5.4",
    ownedBy: "openai",
    ratesPicoUsdPerUnit: { input: 2_500_000n },
    contextWindowTokens: 1,
    maxOutputTokens: 1,
    source: "test",
    ...more,
  },
});
const withdrawn: DomainEvent = {
  type: "PriceWithdrawn",
  payload: { model: "openai/gpt-5.4", priceVersion: 1, reason: "test" },
};

/** The row after events that happen a millisecond apart. */
function rowAfter(...events: readonly DomainEvent[]) {
  let row: Parameters<Parameters<typeof foldPrice>[0]["put"]>[0] | null = null;
  const rows = {
    get: () => row,
    put: (next: NonNullable<typeof row>) => {
      row = next;
    },
  };
  for (const [at, event] of events.entries()) {
    foldPrice(rows, { shard: 0, event, recordedAtMs: at + 1 });
  }
  return row as typeof row;
}

describe("a price as it is read", () => {
  it("says everything that was published, and null for what was not", () => {
    expect(rowAfter(published())).toMatchObject({ kind: null, tiers: null, withdrawnAtMs: null });
    const tiers = [{ aboveInputTokens: 9, ratesPicoUsdPerUnit: { input: 5n } }];
    const row = rowAfter(published({ kind: "chat", tiers, deprecatedOn: "2027-01-01" }));
    expect(row).toMatchObject({
      kind: "chat",
      tiers: [{ aboveInputTokens: 9, ratesPicoUsdPerUnit: { input: "5" } }],
      deprecatedOn: "2027-01-01",
      publishedAtMs: 1,
    });
    expect(priceRowSchema.parse(toJsonValue(row))).toMatchObject({ tiers });
  });

  it("is withdrawn until a price is published again", () => {
    expect(rowAfter(published(), withdrawn)).toMatchObject({ withdrawnAtMs: 2, publishedAtMs: 1 });
    expect(rowAfter(published(), withdrawn, published({ priceVersion: 2 })))
      .toMatchObject({ priceVersion: 2, withdrawnAtMs: null, publishedAtMs: 3 });
    expect(() => rowAfter(withdrawn)).toThrow("was never for sale");
  });
});
