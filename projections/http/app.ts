/** The read API: checks who calls, what they may, and what they asked, in that order. @module */
import { type Context, Hono } from "hono";
import { z } from "zod";
import { accountIdSchema, uuidv7 } from "../../shared/ids/mod.ts";
import { verifyServiceToken } from "../../shared/identity/mod.ts";
import { toJsonValue } from "../../shared/json.ts";
import type { Log } from "../../shared/log.ts";
import { isAllowed, type Principal } from "../../shared/permissions.ts";
import { columnsOf, csvHeader, csvLine } from "./csv.ts";
import { readDocument } from "./openapi.ts";
import { positionOf, type PositionScope, waitForPosition } from "./position.ts";
import { invalid, refusal } from "./refusal.ts";
import type { ReadAnswer, ReadCall, ReadContext, ReadRoute } from "./route.ts";

/** What the read API is made of. */
export interface ReadApiOptions {
  readonly routes: readonly ReadRoute[];
  readonly context: ReadContext;
  readonly log: Log;
  /** Verifies tokens; at least 32 characters. */
  readonly serviceSecret: string;
  /** Whether the process can serve now. Rejects when the database does not answer. */
  health(): Promise<Readonly<Record<string, string>>>;
}

const LONGEST_TOKEN = 4_096;
const LONGEST_URL = 8_192;
/** The most rows of one CSV; `x-next-cursor` says where the rest begins. */
const CSV_ROWS = 10_000;

/** Builds the API. It never throws: what nobody expects is logged and answered with 500. */
export function createReadApi(options: ReadApiOptions): (request: Request) => Promise<Response> {
  const app = new Hono();
  const document = JSON.stringify(readDocument(options.routes));
  app.get("/health", async (c) => {
    try {
      return c.json({ status: "ok", ...await options.health() });
    } catch (error) {
      options.log.warn("health_failed", { reason: String(error) });
      return c.json({ status: "unavailable" }, 503, { "retry-after": "1" });
    }
  });
  app.get("/openapi.json", () => {
    return new Response(document, { headers: { "content-type": "application/json" } });
  });
  for (const route of options.routes) {
    const path = route.path.replace(/\{(\w+)\}/g, ":$1");
    app.on(route.method ?? "get", path, (c) => serve(route, c, options));
  }
  app.notFound((c) => {
    const known = options.routes.some(({ path }) => path === c.req.path);
    return known
      ? refusal("method_not_allowed", `${c.req.path} can only be read`)
      : refusal("not_found", `there is nothing at ${c.req.method} ${c.req.path}`);
  });
  app.onError((error, c) => {
    if (isOlderShape(error)) {
      const message = "the read model has the shape of an older version until it is rebuilt";
      return refusal("read_model_behind", message, { retryAfterS: 5 });
    }
    if (isDatabaseAway(error)) {
      options.log.warn("database_away", { path: c.req.path, reason: String(error) });
      const message = "the read models' database does not answer now: try again";
      return refusal("read_model_behind", message, { retryAfterS: 1 });
    }
    if (isCancelled(error)) {
      options.log.warn("read_took_too_long", { path: c.req.path });
      const message = "this took too long to read: ask for less, such as a shorter time, or later";
      return refusal("read_timeout", message, { retryAfterS: 5 });
    }
    const incident = uuidv7(options.context.effects);
    options.log.error("read_failed", { incident, path: c.req.path, error });
    return refusal("internal_error", `something broke here; ask about ${incident}`);
  });
  return async (request) => await app.fetch(request);
}

/** A column or a table is missing that only the rows of this code's version have. */
function isOlderShape(error: Error): boolean {
  return "code" in error && (error.code === "42703" || error.code === "42P01");
}

/** A connection was refused, cut or not made in time, or the server starts, stops or has no room. */
function isDatabaseAway(error: Error): boolean {
  return "code" in error && typeof error.code === "string" &&
    /^(ECONN\w+|EPIPE|ETIMEDOUT|CONNECT_TIMEOUT|CONNECTION_\w+|08\w{3}|57P0[123]|53300)$/
      .test(error.code);
}

/** The database cancelled the statement, as it does after the reader's time limit. */
function isCancelled(error: Error): boolean {
  return "code" in error && error.code === "57014";
}

async function serve(route: ReadRoute, c: Context, options: ReadApiOptions): Promise<Response> {
  const { context } = options;
  if (c.req.url.length > LONGEST_URL) return refusal("headers_too_large", "the URL is too long");
  const principal = await authenticate(c, options);
  if (principal === null) {
    return refusal("invalid_token", "a valid bearer token is needed: sign in again");
  }
  const { min_position: minPosition, format, ...given } = c.req.query();
  const params: Record<string, string> = c.req.param();
  const asked = route.scope === "path" ? params.accountId : given.account;
  const accountId = accountOf(route, principal, asked ?? null);
  if (!isAllowed(principal, route.permission, accountId)) {
    const message = `the role ${principal.role} may not ${route.permission} here`;
    return refusal("permission_denied", message);
  }
  const checked = z.object({
    account: accountIdSchema.nullable(),
    min_position: z.string().regex(/^\d{1,18}$/, "expected a log position").optional(),
    format: z.enum(["json", "csv"]).optional(),
  }).safeParse({ account: accountId, min_position: minPosition, format });
  if (!checked.success) return invalid(checked.error);
  const query = route.query.strict().safeParse(given);
  if (!query.success) return invalid(query.error);

  const scope = { reads: route.reads, accountId, shards: context.shards };
  const reached = await reach(scope, checked.data.min_position ?? null, context);
  if (reached instanceof Response) return reached;
  const call = { principal, params, query: query.data, accountId };
  const csv = format === "csv" ||
    format === undefined && (c.req.header("accept") ?? "").startsWith("text/csv");
  if (csv) return await respondCsv(reached, { route, given, call }, context);
  return respond(reached, await route.handle(call, context), c.req.path);
}

interface CsvCall {
  readonly route: ReadRoute;
  /** The query as it was sent, without what every route takes. */
  readonly given: Readonly<Record<string, string>>;
  readonly call: ReadCall;
}

/** A list as CSV: the pages from the asked one on, one after the other. */
async function respondCsv(
  position: bigint,
  { route, given, call }: CsvCall,
  context: ReadContext,
): Promise<Response> {
  const columns = columnsOf(route.answer);
  if (columns === null) {
    return refusal("invalid_request", `${route.path} is not a list`, { param: "format" });
  }
  const lines = [csvHeader(columns)];
  let cursor: string | null = given.cursor ?? null;
  do {
    const page = { limit: "200", ...given, ...(cursor === null ? {} : { cursor }) };
    const query = route.query.parse(page);
    const answer: ReadAnswer = await route.handle({ ...call, query }, context);
    if (answer instanceof Response || answer === null || !("items" in answer)) {
      return respond(position, answer, route.path);
    }
    const rows = toJsonValue(answer.items) as Record<string, unknown>[];
    lines.push(...rows.map((row) => csvLine(columns, row)));
    cursor = answer.nextCursor;
  } while (cursor !== null && given.limit === undefined && lines.length <= CSV_ROWS);
  const name = route.path.split("/").at(-1);
  return new Response(lines.join(""), {
    headers: {
      "cache-control": "no-store",
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": `attachment; filename="${name}.csv"`,
      "x-position": position.toString(),
      ...(cursor === null ? {} : { "x-next-cursor": cursor }),
    },
  });
}

/** The account a call is confined to. A developer who names none gets the own one. */
function accountOf(route: ReadRoute, principal: Principal, asked: string | null): string | null {
  if (route.scope === "none") return null;
  if (asked !== null) return asked;
  return principal.role === "developer" ? principal.accountId : null;
}

function authenticate(c: Context, options: ReadApiOptions): Promise<Principal | null> {
  const token = /^Bearer ([^\s]+)$/i.exec(c.req.header("authorization") ?? "")?.[1];
  if (token === undefined || token.length > LONGEST_TOKEN) return Promise.resolve(null);
  const { clock } = options.context.effects;
  return verifyServiceToken(token, { secret: options.serviceSecret, clock });
}

/** The position of the answer, or the refusal when `min_position` was not reached in time. */
async function reach(
  scope: PositionScope,
  minPosition: string | null,
  { db, effects }: ReadContext,
): Promise<bigint | Response> {
  if (minPosition === null) return await positionOf(db, scope);
  const least = BigInt(minPosition);
  const position = await waitForPosition(db, scope, least, effects.timers);
  if (position >= least) return position;
  const message = `the read models stand at ${position}, before min_position ${least}: try again`;
  return refusal("read_model_behind", message, { param: "min_position", retryAfterS: 1 });
}

function respond(position: bigint, answer: ReadAnswer, path: string): Response {
  if (answer instanceof Response) return answer;
  if (answer === null) return refusal("not_found", `there is nothing at ${path}`);
  return Response.json(toJsonValue({ position, ...answer }), {
    headers: { "cache-control": "no-store" },
  });
}
