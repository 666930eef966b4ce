/** Reads prices, markup and exchange rate. @module */
import { sql } from "kysely";
import { z } from "zod";
import { identifierSchema } from "../../shared/ids/mod.ts";
import { MODEL_KINDS } from "../../shared/models/mod.ts";
import {
  itemSchema,
  pageSchema,
  priceRowSchema,
  ratesRowSchema,
} from "../../shared/read_api/mod.ts";
import { listQuery, pageOf, type ReadRoute, readRoute } from "../http/mod.ts";
import { decodeRow, selectList } from "../table/mod.ts";
import { pricesTable } from "./catalog.ts";

/** `provider` is one that serves the model, or who made it; `text` is a part of a name. */
const filters = {
  model: identifierSchema.optional(),
  provider: identifierSchema.optional(),
  kind: z.enum(MODEL_KINDS).optional(),
  text: z.string().min(1).max(128).optional(),
};

type Wanted = z.output<z.ZodObject<typeof filters>>;

/** The condition on a model's newest price; a price that names no kind is one of `chat`. */
function fitting({ provider, kind, text }: Wanted) {
  return sql.join([
    sql``,
    ...provider === undefined ? [] : [
      sql`and (t.owned_by = ${provider} or t.providers @> ${
        JSON.stringify([provider])
      }::text::jsonb)`,
    ],
    ...kind === undefined ? [] : [sql`and coalesce(t.kind, 'chat') = ${kind}`],
    ...text === undefined ? [] : [
      sql`and (strpos(lower(t.model), lower(${text})) > 0
        or strpos(lower(t.display_name), lower(${text})) > 0)`,
    ],
  ], sql` `);
}

/** The routes of the catalog. */
export const catalogRoutes: readonly ReadRoute[] = [
  readRoute({
    path: "/v1/prices",
    permission: "catalog:read",
    summary: "The newest price of each model, by model; of one model, provider, kind or text.",
    scope: "none",
    reads: ["catalog"],
    query: z.object({ ...filters, ...listQuery([identifierSchema]) }),
    answer: pageSchema(priceRowSchema),
    async handle({ query: { limit, cursor, ...wanted } }, { db }) {
      const { rows } = await sql<Record<string, unknown>>`
        select ${sql.raw(selectList(pricesTable, "t"))} from (
          select distinct on (model) * from projections.prices
          where true ${cursor === undefined ? sql`` : sql`and model > ${cursor[0]}`}
            ${wanted.model === undefined ? sql`` : sql`and model = ${wanted.model}`}
          order by model, price_version desc
        ) t
        where true ${fitting(wanted)} order by model limit ${limit + 1}
      `.execute(db);
      return pageOf(
        rows.map((row) => decodeRow(pricesTable, row)),
        limit,
        (row) => [row.model],
        ({ shard: _, ...row }) => row,
      );
    },
  }),
  readRoute({
    path: "/v1/rates",
    permission: "catalog:read",
    summary: "The markup, the exchange rate and the fee for own keys in force.",
    scope: "none",
    reads: ["catalog"],
    query: z.object({}),
    answer: itemSchema(ratesRowSchema),
    async handle(_call, { db }) {
      const { rows } = await sql<{ kind: string; value: unknown }>`
        select distinct on (kind) kind, value from projections.rates order by kind, version desc
      `.execute(db);
      const valueOf = (wanted: string) => rows.find(({ kind }) => kind === wanted)?.value ?? null;
      const [markup, fx, ownKeyFee] = ["markup", "fx", "own_key_fee"].map(valueOf);
      return { item: { markup, fx, ownKeyFee } };
    },
  }),
];
