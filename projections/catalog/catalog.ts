/** The newest price of each model, and the markup and exchange rate in force. @module */
import { type Projection, tablePart } from "../projection/mod.ts";
import { toJsonValue } from "../../shared/json.ts";
import { table } from "../table/mod.ts";

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
  },
  key: ["shard", "model"],
  indexes: [],
});

/** One row each for `markup` and `fx`; `value` is as the read API shows it. */
export const ratesTable = table({
  name: "rates",
  columns: { shard: "count", kind: "text", version: "count", value: "json" },
  key: ["shard", "kind"],
  indexes: [],
});

const prices = tablePart({
  table: pricesTable,
  types: ["PricePublished"],
  keyOf: ({ shard, event }) =>
    event.type === "PricePublished" ? { shard, model: event.payload.model } : null,
  fold(rows, { shard, event, recordedAtMs }) {
    if (event.type !== "PricePublished") return;
    const { ratesPicoUsdPerUnit, ...price } = event.payload;
    rows.put({
      shard,
      ...price,
      ratesPicoUsdPerUnit: toJsonValue(ratesPicoUsdPerUnit),
      publishedAtMs: recordedAtMs,
    });
  },
});

const rates = tablePart({
  table: ratesTable,
  types: ["MarkupSet", "FxRateSet"],
  keyOf({ shard, event }) {
    if (event.type === "MarkupSet") return { shard, kind: "markup" };
    return event.type === "FxRateSet" ? { shard, kind: "fx" } : null;
  },
  fold(rows, { shard, event, recordedAtMs: setAtMs }) {
    if (event.type === "MarkupSet") {
      const value = { ...event.payload, setAtMs };
      rows.put({ shard, kind: "markup", version: event.payload.markupVersion, value });
    } else if (event.type === "FxRateSet") {
      const value = toJsonValue({ ...event.payload, setAtMs });
      rows.put({ shard, kind: "fx", version: event.payload.fxVersion, value });
    }
  },
});

/** The catalog projection. */
export const catalog: Projection = { name: "catalog", version: 1, parts: [prices, rates] };
