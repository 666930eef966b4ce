/** The shape of every route of the management API: plain data, that tests and documents can list. @module */
import { z } from "zod";
import type { JsonValue } from "../../shared/json.ts";
import type { Permission, Principal } from "../../shared/permissions.ts";
import type { RoomAsker } from "./asking.ts";

/** An authenticated, permitted and valid call. */
export interface ManagementCall<Query = Readonly<Record<string, unknown>>, Body = unknown> {
  readonly principal: Principal;
  /** Of the path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly body: Body;
  /** The one account that the call is about, or null for all that the caller may see. */
  readonly accountId: string | null;
  /** The token for writes of a signed-in browser; null for other callers. */
  readonly csrfToken: string | null;
  /** The other rooms, on the caller's behalf. */
  readonly rooms: RoomAsker;
}

/** One route. */
export interface ManagementRoute {
  readonly method: "get" | "post" | "put" | "delete";
  /** In OpenAPI's form; `{model}` may hold slashes. */
  readonly path: string;
  /** Null: whoever is known. */
  readonly permission: Permission | null;
  /** Whether the `account` of the query, or a developer's own, is what the call is about. */
  readonly scope: "account" | "none";
  readonly summary: string;
  readonly description: string;
  readonly query: z.ZodObject;
  /** Null: it takes none. */
  readonly body: z.ZodType | null;
  readonly result: z.ZodType;
  readonly status: 200 | 201;
  /** Throws FailureError for what is refused, RoomError when a room does not answer. */
  handle(call: ManagementCall): Promise<JsonValue>;
}

type RouteText = Pick<
  ManagementRoute,
  "method" | "path" | "permission" | "scope" | "summary" | "description" | "result"
>;

/** Describes a route; the type parameters carry the parsed query and body to the handler. */
export function managementRoute<Query extends z.ZodObject, Body extends z.ZodType = z.ZodNull>(
  route: RouteText & {
    readonly query?: Query;
    readonly body?: Body;
    readonly status?: 201;
    handle(call: ManagementCall<z.output<Query>, z.output<Body>>): Promise<JsonValue>;
  },
): ManagementRoute {
  return {
    ...route,
    query: route.query ?? z.object({}),
    body: route.body ?? null,
    status: route.status ?? 200,
    handle: (call) => route.handle(call as ManagementCall<z.output<Query>, z.output<Body>>),
  };
}

/** What came of a write: where its event stands, so that reads can wait for it. */
export const changeSchema = z.object({
  /** Position of the event in the log; null when nothing had to be changed. */
  position: z.string().nullable(),
  result: z.record(z.string(), z.unknown()),
});

/** The query of a list: 1 to 200 rows, 50 unless told, and the `nextCursor` of the page before. */
export const pageQuery = {
  limit: z.string().regex(/^([1-9]\d?|1\d\d|200)$/, "expected 1 to 200").optional(),
  cursor: z.string().min(1).max(2_000).optional(),
};

/** The query of what was written: a read waits, at most 5 s, until this position is reached. */
export const positionQuery = {
  min_position: z.string().regex(/^\d{1,18}$/, "expected a log position").optional(),
};
