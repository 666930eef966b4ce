/** Reads how far the projections have come. @module */
import { z } from "zod";
import { pageSchema, projectionStatusSchema } from "../../shared/read_api/mod.ts";
import { type ReadRoute, readRoute } from "../http/mod.ts";
import { statusOf } from "./status.ts";

/** The routes about projections themselves. */
export const projectionRoutes: readonly ReadRoute[] = [
  readRoute({
    path: "/v1/projections",
    permission: "projection:read",
    summary:
      "Each projection: how far it has come, how far behind it is, and whether it is paused.",
    scope: "none",
    reads: [],
    query: z.object({}),
    answer: pageSchema(projectionStatusSchema),
    async handle(_call, { db, shards, rebuilds }) {
      return { items: await statusOf(db, shards, rebuilds.versions), nextCursor: null };
    },
  }),
];
