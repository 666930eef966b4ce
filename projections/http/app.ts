/** The read API: checks who calls, what they may, and what they asked, in that order. @module */
import { type Context, Hono } from "hono";
import { z } from "zod";
import { accountIdSchema, uuidv7 } from "../../shared/ids/mod.ts";
import { verifyServiceToken } from "../../shared/identity/mod.ts";
import { toJsonValue } from "../../shared/json.ts";
import type { Log } from "../../shared/log.ts";
import { isAllowed, type Principal } from "../../shared/permissions.ts";
import { readDocument } from "./openapi.ts";
import { positionOf, type PositionScope, waitForPosition } from "./position.ts";
import { invalid, refusal } from "./refusal.ts";
import type { ReadAnswer, ReadContext, ReadRoute } from "./route.ts";

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
    app.get(route.path.replace(/\{(\w+)\}/g, ":$1"), (c) => serve(route, c, options));
  }
  app.notFound((c) => {
    const known = options.routes.some(({ path }) => path === c.req.path);
    return known
      ? refusal("method_not_allowed", `${c.req.path} can only be read`)
      : refusal("not_found", `there is nothing at ${c.req.method} ${c.req.path}`);
  });
  app.onError((error, c) => {
    const incident = uuidv7(options.context.effects);
    options.log.error("read_failed", { incident, path: c.req.path, error });
    return refusal("internal_error", `something broke here; ask about ${incident}`);
  });
  return async (request) => await app.fetch(request);
}

async function serve(route: ReadRoute, c: Context, options: ReadApiOptions): Promise<Response> {
  const { context } = options;
  if (c.req.url.length > LONGEST_URL) return refusal("headers_too_large", "the URL is too long");
  const principal = await authenticate(c, options);
  if (principal === null) {
    return refusal("invalid_token", "a valid bearer token is needed: sign in again");
  }
  const { min_position: minPosition, ...given } = c.req.query();
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
  }).safeParse({ account: accountId, min_position: minPosition });
  if (!checked.success) return invalid(checked.error);
  const query = route.query.strict().safeParse(given);
  if (!query.success) return invalid(query.error);

  const scope = { reads: route.reads, accountId, shards: context.shards };
  const signal = c.req.raw.signal;
  const reached = await reach(scope, checked.data.min_position ?? null, signal, context);
  if (reached instanceof Response) return reached;
  const call = { principal, params, query: query.data, accountId, signal };
  return respond(reached, await route.handle(call, context), c.req.path);
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
  signal: AbortSignal,
  { db, effects }: ReadContext,
): Promise<bigint | Response> {
  if (minPosition === null) return await positionOf(db, scope);
  const least = BigInt(minPosition);
  const position = await waitForPosition(db, scope, least, { timers: effects.timers, signal });
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
