/** The newest price of each model, and the markup, exchange rate and fee in force. @module */
import type { EventPayload } from "../../shared/events/mod.ts";
import { type Projection, tablePart } from "../projection/mod.ts";
import { toJsonValue } from "../../shared/json.ts";
import type { LogEvent } from "../log/mod.ts";
import { type Rows, table, type TableRow } from "../table/mod.ts";

/** One row a model; each shard keeps its own, so that shards do not wait for each other. */
export const pricesTable = table({
  name: "prices",
  columns: {
    shard: "count",
    model: "text",
    priceVersion: "count",
    displayName: "text",
    ownedBy: "text",
    ratesPicoUsdPerUnit: "json",
    contextWindowTokens: "count",
    maxOutputTokens: "count",
    source: "text",
    publishedAtMs: "count",
    kind: "text?",
    tiers: "json?",
    inputModalities: "json?",
    outputModalities: "json?",
    capabilities: "json?",
    deprecatedOn: "text?",
    retiredOn: "text?",
    providers: "json?",
    withdrawnAtMs: "count?",
  },
  key: ["shard", "model"],
  indexes: [],
});

/** One row each for `markup`, `fx` and `own_key_fee`; `value` is as the read API shows it. */
export const ratesTable = table({
  name: "rates",
  columns: { shard: "count", kind: "text", version: "count", value: "json" },
  key: ["shard", "kind"],
  indexes: [],
});

const prices = tablePart({
  table: pricesTable,
  types: ["PricePublished", "PriceWithdrawn"],
  keyOf: ({ shard, event }) =>
    event.type === "PricePublished" || event.type === "PriceWithdrawn"
      ? { shard, model: event.payload.model }
      : null,
  fold: foldPrice,
});

/** Applies an event to its model's row. Throws Error when what was never for sale is withdrawn. */
export function foldPrice(
  rows: Pick<Rows<typeof pricesTable.columns>, "get" | "put">,
  { shard, event, recordedAtMs }: Pick<LogEvent, "shard" | "event" | "recordedAtMs">,
): void {
  if (event.type === "PricePublished") {
    return rows.put(priceRow(event.payload, { shard, publishedAtMs: recordedAtMs }));
  }
  if (event.type !== "PriceWithdrawn") return;
  const { model } = event.payload;
  const row = rows.get({ shard, model });
  if (row === null) throw new Error(`model ${model} was never for sale`);
  rows.put({ ...row, withdrawnAtMs: recordedAtMs });
}

/** What is not told stays null. */
function priceRow(
  { ratesPicoUsdPerUnit, tiers, ...price }: EventPayload<"PricePublished">,
  { shard, publishedAtMs }: { readonly shard: number; readonly publishedAtMs: number },
): TableRow<typeof pricesTable> {
  return {
    shard,
    model: price.model,
    priceVersion: price.priceVersion,
    displayName: price.displayName,
    ownedBy: price.ownedBy,
    ratesPicoUsdPerUnit: toJsonValue(ratesPicoUsdPerUnit),
    contextWindowTokens: price.contextWindowTokens,
    maxOutputTokens: price.maxOutputTokens,
    source: price.source,
    publishedAtMs,
    kind: price.kind ?? null,
    tiers: tiers === undefined ? null : toJsonValue(tiers),
    inputModalities: price.inputModalities ?? null,
    outputModalities: price.outputModalities ?? null,
    capabilities: price.capabilities ?? null,
    deprecatedOn: price.deprecatedOn ?? null,
    retiredOn: price.retiredOn ?? null,
    providers: price.providers ?? null,
    withdrawnAtMs: null,
  };
}

const rates = tablePart({
  table: ratesTable,
  types: ["MarkupSet", "FxRateSet", "OwnKeyFeeSet"],
  keyOf({ shard, event: { type } }) {
    if (type === "MarkupSet") return { shard, kind: "markup" };
    if (type === "OwnKeyFeeSet") return { shard, kind: "own_key_fee" };
    return type === "FxRateSet" ? { shard, kind: "fx" } : null;
  },
  fold(rows, { shard, event, recordedAtMs: setAtMs }) {
    if (event.type === "MarkupSet") {
      const value = { ...event.payload, setAtMs };
      rows.put({ shard, kind: "markup", version: event.payload.markupVersion, value });
    } else if (event.type === "FxRateSet") {
      const value = toJsonValue({ ...event.payload, setAtMs });
      rows.put({ shard, kind: "fx", version: event.payload.fxVersion, value });
    } else if (event.type === "OwnKeyFeeSet") {
      const value = toJsonValue({ ...event.payload, setAtMs });
      rows.put({ shard, kind: "own_key_fee", version: event.payload.feeVersion, value });
    }
  },
});

/** The catalog projection. */
export const catalog: Projection = { name: "catalog", version: 3, parts: [prices, rates] };
