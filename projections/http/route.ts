/** The shape of every read route: plain data, so that tests and documents can list them all. @module */
import type { z } from "zod";
import type { Effects } from "../../shared/effects.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { Permission, Principal } from "../../shared/permissions.ts";
import type { Rebuilds } from "../rebuild/mod.ts";
import type { StatusReader } from "../status/mod.ts";
import type { Queryable } from "../table/mod.ts";

/** What routes read from. */
export interface ReadContext {
  readonly db: Queryable;
  readonly shards: number;
  readonly effects: Effects;
  /** How the gateway is doing; see the `status` feature. */
  readonly status: StatusReader;
  readonly rebuilds: Pick<Rebuilds, "versions" | "rebuild" | "rollback" | "cancel" | "list">;
  /** Follows an account's balance; see the `live` feature. */
  follow(accountId: string): Response;
  /** Follows alerts, of one account or (null) of all, from a change on; see the `alerts` feature. */
  followAlerts(following: {
    readonly accountId: string | null;
    readonly after: bigint | null;
  }): Response;
}

/** An authenticated, permitted and valid call. */
export interface ReadCall<Query = unknown> {
  readonly principal: Principal;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  /** The one account that the answer is confined to, or null for all accounts. */
  readonly accountId: string | null;
}

/** What a handler found; null is a 404. The rim adds the position. */
export type ReadAnswer =
  | { readonly item: unknown }
  | {
    readonly items: readonly unknown[];
    readonly nextCursor: string | null;
    /** Only on lists that can be left in both directions. */
    readonly previousCursor?: string | null;
  }
  | Response
  | null;

/** One route. */
export interface ReadRoute {
  /** `get` when absent. `post` only asks this room to work on its own rows; it takes no body. */
  readonly method?: "get" | "post";
  /** In OpenAPI's form, such as `/v1/accounts/{accountId}/keys`. */
  readonly path: string;
  readonly permission: Permission;
  readonly summary: string;
  /** The name of the server-sent events that the route answers with; absent: it answers with JSON. */
  readonly stream?: string;
  /**
   * What the call is about: the account in the `path`, the `account` of the query or else (for a
   * developer) the own one, or nothing that belongs to an account.
   */
  readonly scope: "path" | "query" | "none";
  /** The projections whose position the answer states; none: the log itself. */
  readonly reads: readonly string[];
  readonly query: z.ZodObject;
  readonly answer: z.ZodType;
  handle(call: ReadCall, context: ReadContext): Promise<ReadAnswer>;
}

/** Describes a route; the type parameter carries the parsed query to the handler. */
export function readRoute<Q extends z.ZodObject>(
  route: Omit<ReadRoute, "handle" | "query"> & {
    readonly query: Q;
    handle(call: ReadCall<z.output<Q>>, context: ReadContext): Promise<ReadAnswer>;
  },
): ReadRoute {
  return {
    ...route,
    handle: (call, context) => route.handle(call as ReadCall<z.output<Q>>, context),
  };
}

/** The JSON of a finished answer. */
export type ReadBody = JsonObject;
