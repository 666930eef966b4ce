/** The management API: who calls, what they may, what they sent; then the other rooms. @module */
import type { Effects } from "../../shared/effects.ts";
import { failure, FailureError } from "../../shared/errors.ts";
import { uuidv7 } from "../../shared/ids/mod.ts";
import type { Log } from "../../shared/log.ts";
import { isAllowed, type Principal } from "../../shared/permissions.ts";
import { type CallContext, RoomError } from "../rooms/mod.ts";
import { answered, problemAnswer, refuse, unfit } from "./answer.ts";
import { createRoomAsker } from "./asking.ts";
import { readJson } from "./body.ts";
import { type CallerCheck, callerOf } from "./caller.ts";
import { docsPage } from "./docs_page.ts";
import { managementDocument } from "./document.ts";
import { createRouteFinder, type Match, type RouteFinder } from "./paths.ts";
import type { ManagementRoute } from "./route.ts";
import { keyRoutes } from "./routes/key_routes.ts";
import { logRoutes } from "./routes/log_routes.ts";
import { modelRoutes } from "./routes/model_routes.ts";
import { planRoutes } from "./routes/plan_routes.ts";
import { providerKeyRoutes } from "./routes/provider_key_routes.ts";
import { providerRoutes } from "./routes/provider_routes.ts";
import { routerRoutes } from "./routes/router_routes.ts";
import { routerRuleRoutes } from "./routes/router_rule_routes.ts";
import { statusRoutes } from "./routes/status_routes.ts";

/** Every route; `/api/docs` and `/api/openapi.json` are open besides. */
export const managementRoutes: readonly ManagementRoute[] = [
  ...providerRoutes,
  ...providerKeyRoutes,
  ...routerRoutes,
  ...routerRuleRoutes,
  ...keyRoutes,
  ...modelRoutes,
  ...planRoutes,
  ...logRoutes,
  ...statusRoutes,
];

/** What the API is made of. */
export interface ManagementOptions extends Omit<CallerCheck, "clock"> {
  /** Reaches the other rooms. */
  readonly calls: CallContext;
  readonly effects: Effects;
  readonly log: Log;
  /** Where the reference page finds its style sheet, on this host. */
  readonly styleSheet: string;
  /** Whether browsers reach this host by https only. */
  readonly secure: boolean;
}

const HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy":
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "same-origin",
};
const LONGEST_URL = 8_192;
const KEY_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$/;

/** Whether a path is this API's. */
export function isManagementPath(pathname: string): boolean {
  return pathname === "/api" || pathname.startsWith("/api/");
}

/** Builds the API. It never throws: what nobody expects is logged and answered with 500. */
export function createManagementApi(
  options: ManagementOptions,
): (request: Request) => Promise<Response> {
  const find = createRouteFinder(managementRoutes);
  const document = JSON.stringify(managementDocument(managementRoutes));
  const page = docsPage(managementRoutes, options.styleSheet);
  return async (request) => {
    const response = await answerTo(request, { find, document, page }, options);
    for (const [name, value] of Object.entries(HEADERS)) response.headers.set(name, value);
    if (options.secure) response.headers.set("strict-transport-security", "max-age=31536000");
    return response;
  };
}

interface Parts {
  readonly find: RouteFinder;
  readonly document: string;
  readonly page: string;
}

async function answerTo(
  request: Request,
  { find, document, page }: Parts,
  options: ManagementOptions,
): Promise<Response> {
  const { pathname } = new URL(request.url);
  const method = request.method;
  try {
    if (request.url.length > LONGEST_URL) throw refuse("headers_too_large", "the URL is too long");
    if (method === "GET" && pathname === "/api/openapi.json") {
      return new Response(document, { headers: { "content-type": "application/json" } });
    }
    if (method === "GET" && pathname === "/api/docs") {
      return new Response(page, { headers: { "content-type": "text/html; charset=utf-8" } });
    }
    const found = find(method, pathname);
    if (found.match !== null) return await serve(found.match, request, options);
    if (found.methods.length === 0) throw refuse("not_found", `there is nothing at ${pathname}`);
    const allow = found.methods.join(", ");
    const refused = failure("method_not_allowed", `${pathname} takes ${allow}, not ${method}`);
    const response = problemAnswer(refused);
    response.headers.set("allow", allow);
    return response;
  } catch (error) {
    return failed(error, pathname, options);
  }
}

async function serve(
  { route, params }: Match,
  request: Request,
  options: ManagementOptions,
): Promise<Response> {
  const { effects, calls } = options;
  const { principal, csrfToken } = await callerOf(request, { ...options, clock: effects.clock });
  const given = Object.fromEntries(new URL(request.url).searchParams);
  const accountId = route.scope === "none" ? null : given.account ?? ownAccount(principal);
  if (route.permission !== null && !isAllowed(principal, route.permission, accountId)) {
    const message = `the role ${principal.role} may not ${route.permission} here`;
    throw refuse("permission_denied", message);
  }
  const query = route.query.strict().safeParse(given);
  if (!query.success) throw unfit(query.error);
  const key = idempotencyKeyOf(request.headers) ?? uuidv7(effects);
  let body: unknown = null;
  if (route.body !== null) {
    const parsed = route.body.safeParse(await readJson(request, effects.timers));
    if (!parsed.success) throw unfit(parsed.error);
    body = parsed.data;
  }
  const rooms = createRoomAsker(calls, { principal, operationId: key });
  const call = { principal, params, query: query.data, body, accountId, csrfToken, rooms };
  const answer = await route.handle(call);
  return answered(answer, route.status, route.method === "get" ? {} : { "idempotency-key": key });
}

/** A developer acts on one account, which goes without saying. */
function ownAccount({ role, accountId }: Principal): string | null {
  return role === "developer" ? accountId : null;
}

/** The caller's own name of the operation, or null. Throws FailureError when it can be none. */
function idempotencyKeyOf(headers: Headers): string | null {
  const key = headers.get("idempotency-key");
  if (key === null || KEY_PATTERN.test(key)) return key;
  const message = "Idempotency-Key must be 1 to 100 letters, digits or . _ : -";
  throw refuse("invalid_request", message, "Idempotency-Key");
}

function failed(error: unknown, pathname: string, { log, effects }: ManagementOptions): Response {
  if (error instanceof FailureError) return problemAnswer(error.failure);
  if (error instanceof RoomError) {
    log.warn("room_failed", { path: pathname, message: error.message, cause: error });
    const code = error.room === "ledger" ? "ledger_unavailable" : "read_model_behind";
    const message = `${error.message}; repeat a change with the same Idempotency-Key`;
    return problemAnswer(failure(code, message, { retryAfterMs: 1_000 }));
  }
  const reference = uuidv7(effects);
  const cause = error instanceof Error ? error : new Error(String(error));
  log.error("management_failed", { reference, path: pathname, error: cause });
  return problemAnswer(failure("internal_error", `something broke here; ask about ${reference}`));
}
