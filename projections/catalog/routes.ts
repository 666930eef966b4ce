/** Reads prices, markup and exchange rate. @module */
import { sql } from "kysely";
import { z } from "zod";
import { identifierSchema } from "../../shared/ids/mod.ts";
import {
  itemSchema,
  pageSchema,
  priceRowSchema,
  ratesRowSchema,
} from "../../shared/read_api/mod.ts";
import { listQuery, pageOf, type ReadRoute, readRoute } from "../http/mod.ts";
import { decodeRow, selectList } from "../table/mod.ts";
import { pricesTable } from "./catalog.ts";

/** The routes of the catalog. */
export const catalogRoutes: readonly ReadRoute[] = [
  readRoute({
    path: "/v1/prices",
    permission: "catalog:read",
    summary: "The newest price of each model, by model.",
    scope: "none",
    reads: ["catalog"],
    query: z.object(listQuery([identifierSchema])),
    answer: pageSchema(priceRowSchema),
    async handle({ query: { limit, cursor } }, { db }) {
      const { rows } = await sql<Record<string, unknown>>`
        select distinct on (model) ${sql.raw(selectList(pricesTable, "t"))}
        from projections.prices t
        where true ${cursor === undefined ? sql`` : sql`and model > ${cursor[0]}`}
        order by model, price_version desc limit ${limit + 1}
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
    summary: "The markup and the exchange rate in force.",
    scope: "none",
    reads: ["catalog"],
    query: z.object({}),
    answer: itemSchema(ratesRowSchema),
    async handle(_call, { db }) {
      const { rows } = await sql<{ kind: string; value: unknown }>`
        select distinct on (kind) kind, value from projections.rates order by kind, version desc
      `.execute(db);
      const valueOf = (wanted: string) => rows.find(({ kind }) => kind === wanted)?.value ?? null;
      return { item: { markup: valueOf("markup"), fx: valueOf("fx") } };
    },
  }),
];
