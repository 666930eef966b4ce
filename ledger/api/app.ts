/** The ledger's HTTP API: checks who calls, what they may, and what they sent, in that order. @module */
import { type Context, Hono } from "hono";
import type { Effects } from "../../shared/effects.ts";
import { accountIdSchema, createApiKey, uuidv7 } from "../../shared/ids/mod.ts";
import type { MasterKeys } from "../../shared/routing/mod.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { Log } from "../../shared/log.ts";
import { isAllowed } from "../../shared/permissions.ts";
import { type Answer, problem } from "./answer.ts";
import type { CheckpointReader } from "../checkpoint/mod.ts";
import type { ReceiptReader } from "../edge/mod.ts";
import { authenticate } from "./authenticate.ts";
import { readJsonBody } from "./body.ts";
import type { CommandSender } from "./command_sender.ts";
import { docsPage } from "./docs_page.ts";
import { type IdempotencyKey, idempotencyKeyOf, operationIdOf } from "./idempotency.ts";
import { apiDocument } from "./openapi.ts";
import type { OutcomeReader } from "./outcomes.ts";
import type { RoutingReader } from "./routing_reader.ts";
import {
  type Caller,
  createRateLimit,
  publicResponse,
  type PublicRoute,
  tooMany,
} from "./public_route.ts";
import type { ApiContext, ApiRoute } from "./route.ts";
import { accountRoutes } from "./routes/account_routes.ts";
import { alertRoutes } from "./routes/alert_routes.ts";
import { keyRoutes } from "./routes/key_routes.ts";
import { checkpointRoutes } from "./routes/checkpoint_routes.ts";
import { ownKeyRoutes } from "./routes/own_key_routes.ts";
import { planRoutes } from "./routes/plan_routes.ts";
import { providerKeyRoutes } from "./routes/provider_key_routes.ts";
import { priceRoutes } from "./routes/price_routes.ts";
import { routingRoutes } from "./routes/routing_routes.ts";
import { receiptRoutes } from "./routes/receipt_routes.ts";
import { statusRoutes } from "./routes/status_routes.ts";

/** Every route that needs a token; `/health`, `/docs` and `/openapi.json` are open. */
export const apiRoutes: readonly ApiRoute[] = [
  ...accountRoutes,
  ...keyRoutes,
  ...planRoutes,
  ...priceRoutes,
  ...alertRoutes,
  ...routingRoutes,
  ...providerKeyRoutes,
  ...ownKeyRoutes,
  ...receiptRoutes,
  ...statusRoutes,
];

/** Every route that anybody may read. */
export const publicRoutes: readonly PublicRoute[] = checkpointRoutes;

/** What the API is made of. */
export interface LedgerApiOptions {
  readonly commands: CommandSender;
  readonly outcomes: OutcomeReader;
  readonly routing: RoutingReader;
  /** Seal the keys of providers; null where none can be stored. */
  readonly masterKeys: MasterKeys | null;
  readonly receipts: ReceiptReader;
  /** Null where no checkpoints are signed. */
  readonly checkpoints: CheckpointReader | null;
  readonly effects: Effects;
  readonly log: Log;
  /** Verifies tokens; at least 32 characters. */
  readonly serviceSecret: string;
  /** Whether the process can serve now, and a line for people. */
  health(): Promise<{ readonly ok: boolean; readonly detail: JsonObject }>;
  status(): Promise<JsonObject>;
}

/** Builds the API. It never throws: what nobody expects is logged and answered with 500. */
export function createLedgerApi(
  options: LedgerApiOptions,
): (request: Request, caller?: Caller) => Promise<Response> {
  const { effects } = options;
  const app = new Hono();
  const document = JSON.stringify(apiDocument(apiRoutes, publicRoutes));
  const page = docsPage([...publicRoutes, ...apiRoutes]);
  const context: ApiContext = {
    commands: options.commands,
    outcomes: options.outcomes,
    routing: options.routing,
    masterKeys: options.masterKeys,
    receipts: options.receipts,
    checkpoints: options.checkpoints,
    makeKey: () => createApiKey(effects.random),
    makeId: () => uuidv7(effects),
    status: options.status,
  };
  app.get("/health", async () => {
    const { ok, detail } = await options.health();
    return Response.json({ status: ok ? "ok" : "unavailable", ...detail }, {
      status: ok ? 200 : 503,
      headers: ok ? {} : { "retry-after": "1" },
    });
  });
  app.get("/openapi.json", () => {
    return new Response(document, { headers: { "content-type": "application/json" } });
  });
  app.get("/docs", (c) => c.html(page));
  const limit = createRateLimit(effects.clock);
  for (const route of publicRoutes) {
    app.get(pathPattern(route), async (c) => {
      const caller = c.env as Caller | undefined;
      if (!limit.take(caller?.remoteAddr?.hostname ?? "")) return respond(tooMany());
      const answer = await route.handle({ params: c.req.param(), query: c.req.query() }, options);
      return "status" in answer ? respond(answer) : publicResponse(answer);
    });
  }
  for (const route of apiRoutes) {
    app.on(
      route.method.toUpperCase(),
      pathPattern(route),
      (c) => serve(route, c, options, context),
    );
  }
  for (const [path, methods] of methodsByPath()) {
    app.all(path, (c) => methodNotAllowed(c.req.method, path, methods));
  }
  app.notFound((c) =>
    respond(problem("not_found", `there is nothing at ${c.req.method} ${c.req.path}`))
  );
  app.onError((error, c) => {
    const requestId = uuidv7(effects);
    options.log.error("request_failed", { requestId, path: c.req.path, error });
    return respond(problem("internal_error", `something broke here; ask about ${requestId}`));
  });
  return async (request, caller) => await app.fetch(request, caller);
}

/** A route's path as the router writes it. */
function pathPattern({ path }: Pick<ApiRoute, "path">): string {
  return path.replace(/\{(\w+)\}/g, ":$1");
}

function methodsByPath(): Map<string, string> {
  const methods = new Map([["/health", "GET"], ["/docs", "GET"], ["/openapi.json", "GET"]]);
  for (const route of [...publicRoutes, ...apiRoutes]) {
    const path = pathPattern(route);
    const others = methods.get(path);
    const method = route.method.toUpperCase();
    methods.set(path, others === undefined ? method : `${others}, ${method}`);
  }
  return methods;
}

function methodNotAllowed(method: string, path: string, methods: string): Response {
  const response = respond(
    problem("method_not_allowed", `${path} takes ${methods}, not ${method}`),
  );
  response.headers.set("allow", methods);
  return response;
}

async function serve(
  route: ApiRoute,
  c: Context,
  options: LedgerApiOptions,
  context: ApiContext,
): Promise<Response> {
  const { effects } = options;
  const principal = await authenticate(c.req.header("authorization") ?? null, {
    secret: options.serviceSecret,
    clock: effects.clock,
  });
  if (principal === null) {
    return respond(problem("invalid_token", "a valid bearer token is needed: sign in again"));
  }
  const params = c.req.param();
  if (!isAllowed(principal, route.permission, params.accountId ?? null)) {
    return respond(problem("permission_denied", deniedText(route, principal.role)));
  }
  if (params.accountId !== undefined && !accountIdSchema.safeParse(params.accountId).success) {
    const message = `there is no account ${params.accountId}`;
    return respond(problem("not_found", message, { param: "accountId" }));
  }
  const idempotency = idempotencyKeyOf(c.req.header("idempotency-key") ?? null, effects);
  if (idempotency === null) {
    const message = "Idempotency-Key must be 1 to 100 letters, digits or . _ : -";
    return respond(problem("invalid_request", message, { param: "Idempotency-Key" }));
  }
  if (route.needsIdempotencyKey === true && !idempotency.given) {
    const message = "Idempotency-Key is needed here, so that a repetition moves no money twice: " +
      "choose one for each payment, and send it again with each try";
    return respond(problem("invalid_request", message, { param: "Idempotency-Key" }));
  }
  let body: unknown = null;
  if (route.body !== null) {
    const reading = await readJsonBody(c.req.raw, effects.timers);
    if (!reading.ok) return respond(reading.answer);
    body = reading.value;
  }
  const operationId = operationIdOf(principal.actor, idempotency.key);
  const call = { principal, params, query: c.req.query(), body, idempotency, operationId };
  const answer = await route.handle(call, context);
  return respond(answer, route.method === "get" ? null : idempotency);
}

function deniedText(route: ApiRoute, role: string): string {
  return `the role ${role} may not ${route.permission} here`;
}

function respond(answer: Answer, idempotency: IdempotencyKey | null = null): Response {
  const headers = new Headers({ "cache-control": "no-store" });
  if (idempotency !== null) headers.set("idempotency-key", idempotency.key);
  if (answer.status === 401) headers.set("www-authenticate", "Bearer");
  if (answer.retryAfterMs !== null) {
    headers.set("retry-after", Math.ceil(answer.retryAfterMs / 1000).toString());
  }
  return Response.json(answer.body, { status: answer.status, headers });
}
