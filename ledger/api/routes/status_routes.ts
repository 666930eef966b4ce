/** How the ledger is doing. @module */
import { z } from "zod";
import { success } from "../answer.ts";
import type { ApiRoute } from "../route.ts";

/** Every route about the ledger itself. */
export const statusRoutes: readonly ApiRoute[] = [{
  method: "get",
  path: "/v1/status",
  permission: "ledger:read",
  summary: "Read the ledger's status",
  description: "Each shard with its owner, epoch and head position, as this process knows them.",
  body: null,
  query: null,
  result: z.record(z.string(), z.unknown()),
  status: 200,
  handle: async (_call, context) => success(200, await context.status()),
}];
