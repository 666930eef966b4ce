/** Rebuilds for administrators: started, watched, cancelled and rolled back. @module */
import { z } from "zod";
import { itemSchema, pageSchema, rebuildJobSchema } from "../../shared/read_api/mod.ts";
import { type ReadAnswer, type ReadRoute, readRoute, refusal } from "../http/mod.ts";
import { RebuildRefused } from "./refused.ts";

/** What the routes about rebuilds share. */
const route = {
  permission: "projection:rebuild",
  scope: "none",
  reads: [],
  query: z.object({}),
} as const;

/** The routes about rebuilds. */
export const rebuildRoutes: readonly ReadRoute[] = [
  readRoute({
    ...route,
    path: "/v1/projections/{name}/rebuilds",
    summary: "The rebuilds of a projection and how far they are, newest first; at most 100.",
    permission: "projection:read",
    answer: pageSchema(rebuildJobSchema),
    async handle({ params }, { rebuilds }) {
      const items = await rebuilds.list(params.name!);
      return items === null ? null : { items, nextCursor: null };
    },
  }),
  readRoute({
    ...route,
    method: "post",
    path: "/v1/projections/{name}/rebuild",
    summary:
      "Computes a projection again beside the live rows and swaps it in when it is complete; rows " +
      "that differ from the live ones only with accept=different.",
    query: z.object({ accept: z.literal("different").optional() }),
    answer: itemSchema(rebuildJobSchema),
    handle: ({ params, principal, query }, { rebuilds }) => {
      const acceptDifferent = query.accept === "different";
      return jobOf(rebuilds.rebuild(params.name!, principal.actor, { acceptDifferent }));
    },
  }),
  readRoute({
    ...route,
    method: "post",
    path: "/v1/projections/{name}/cancel",
    summary: "Asks the rebuild that runs to end; the live rows stay as they are.",
    answer: itemSchema(rebuildJobSchema),
    handle: ({ params }, { rebuilds }) => jobOf(rebuilds.cancel(params.name!)),
  }),
  readRoute({
    ...route,
    method: "post",
    path: "/v1/projections/{name}/rollback",
    summary: "Brings the rows that the last swap replaced up to date and swaps them back.",
    answer: itemSchema(rebuildJobSchema),
    handle: ({ params, principal }, { rebuilds }) =>
      jobOf(rebuilds.rollback(params.name!, principal.actor)),
  }),
];

async function jobOf(asked: Promise<unknown>): Promise<ReadAnswer> {
  try {
    const item = await asked;
    return item === null ? null : { item };
  } catch (error) {
    if (error instanceof RebuildRefused) return refusal("conflict", error.message);
    throw error;
  }
}
