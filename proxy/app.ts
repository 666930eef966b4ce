/**
 * A request's journey: authenticate → hold → route → relay → meter → settle.
 *
 * @module
 */
import { Hono } from "hono";
import type { Bus } from "../shared/bus/mod.ts";
import type { HoldGrant, SettlementResult } from "../shared/commands/mod.ts";
import type { EdgeModel } from "../shared/edge_config/mod.ts";
import type { Effects } from "../shared/effects.ts";
import { failure, FailureError } from "../shared/errors.ts";
import { requestIdSchema, shardOf, uuidv7 } from "../shared/ids/mod.ts";
import type { Log } from "../shared/log.ts";
import { formatDecimal } from "../shared/money/mod.ts";
import type { Admission } from "./admission/mod.ts";
import { balanceBody, readBalance, readReceipt, receiptBody } from "./account/mod.ts";
import { authenticate, type Caller } from "./authenticate/mod.ts";
import { type Call, type CallEnding, createCallEnding } from "./call.ts";
import { modelList, modelView } from "./catalogue/mod.ts";
import { type ApiRoute, arrive, findApi } from "./api/mod.ts";
import { boundCall } from "./bounds/mod.ts";
import { type CallRequest, type Dialect, dialectOf } from "./dialects/mod.ts";
import type { EdgeConfig } from "./edge_config/mod.ts";
import { errorResponse } from "./errors.ts";
import { healthOf } from "./health/mod.ts";
import { placeHold } from "./hold/mod.ts";
import { type CallLimits, headersFailure, readBody } from "./limits/mod.ts";
import type { Progress } from "./meter/mod.ts";
import {
  type Fetch,
  type Opened,
  openUpstream,
  type StreamEnd,
  streamToClient,
} from "./relay/mod.ts";
import { route } from "./route/mod.ts";
import type { OpenSettlement, SettlementJournal } from "./settle/mod.ts";
import type { UpstreamTarget } from "./upstream/mod.ts";

/** Everything the proxy works with. */
export interface ProxyDeps {
  readonly bus: Bus;
  readonly effects: Effects;
  readonly fetch: Fetch;
  readonly log: Log;
  readonly edgeId: string;
  readonly shards: number;
  readonly limits: CallLimits;
  readonly targets: readonly UpstreamTarget[];
  readonly config: EdgeConfig;
  readonly progress: Progress;
  readonly journal: SettlementJournal;
  readonly admission: Admission;
  /** Life of a hold without an extension, in milliseconds. */
  readonly holdTtlMs: number;
  /** How long an answer may wait for its charge, in milliseconds. */
  readonly costWaitMs: number;
  /** Settlements that may wait for the ledger before new calls are refused. */
  readonly maxOpenSettlements: number;
  /** Whether the proxy is shutting down and takes no new calls. */
  readonly closing: () => boolean;
}

const STORED_WAIT_MS = 2_000;

type Variables = { Variables: { requestId: string } };

/** The HTTP application. Every answer carries `x-request-id`. */
export function createProxyApp(deps: ProxyDeps): Hono<Variables> {
  const app = new Hono<Variables>();
  const caller = (request: Request) => admit(deps, request);

  app.use(async (context, next) => {
    const requestId = uuidv7(deps.effects);
    context.set("requestId", requestId);
    const api = findApi(context.req.path);
    if (api !== null) {
      if (context.req.method === "POST") {
        return await takeCall(deps, context.req.raw, requestId, api);
      }
      const refused = notAllowed(context);
      refused.headers.set("x-request-id", requestId);
      return refused;
    }
    checkHeaders(deps, context.req.raw);
    await next();
    context.res.headers.set("x-request-id", requestId);
  });
  app.get("/health", (context) => {
    const health = healthOf(deps);
    return context.json(health.body, health.ready ? 200 : 503);
  });
  app.get("/v1/models", (context) => {
    caller(context.req.raw);
    return context.json(modelList(deps.config.models().filter((model) => isServed(deps, model))));
  });
  app.get("/v1/models/:id{.+}", (context) => {
    caller(context.req.raw);
    return context.json(modelView(modelOf(deps, context.req.param("id"))));
  });
  app.get("/v1/credits", async (context) => {
    const { accountId } = caller(context.req.raw);
    const balance = await readBalance(deps.bus, shardOf(accountId, deps.shards), accountId);
    if (balance === null) throw new FailureError(failure("not_found", "There is no such account."));
    return context.json(balanceBody(balance));
  });
  app.get("/v1/receipts/:requestId", async (context) => {
    const { accountId } = caller(context.req.raw);
    const requestId = context.req.param("requestId");
    const receipt = requestIdSchema.safeParse(requestId).success
      ? await readReceipt(deps.bus, shardOf(accountId, deps.shards), accountId, requestId)
      : null;
    if (receipt === null) {
      throw new FailureError(
        failure("not_found", `There is no request ${JSON.stringify(requestId)} of this account.`),
      );
    }
    return context.json(receiptBody(receipt));
  });
  for (const path of ["/health", "/v1/models", "/v1/models/:id{.+}", "/v1/credits"]) {
    app.all(path, notAllowed);
  }
  app.all("/v1/receipts/:requestId", notAllowed);
  app.notFound((context) =>
    errorResponse(
      failure("not_found", `There is no ${context.req.method} ${context.req.path} here.`),
    )
  );
  app.onError((error, context) =>
    answerFailure(deps, error, { requestId: context.get("requestId"), path: context.req.path })
  );
  return app;
}

/** A call on any route; whatever goes wrong is answered as the route's own API does. */
async function takeCall(
  deps: ProxyDeps,
  request: Request,
  requestId: string,
  api: ApiRoute,
): Promise<Response> {
  const dialect = dialectOf(api.dialect);
  try {
    return await call(deps, { request, requestId, api, dialect });
  } catch (error) {
    return answerFailure(deps, error, { requestId, path: new URL(request.url).pathname, dialect });
  }
}

function answerFailure(
  deps: ProxyDeps,
  error: unknown,
  { requestId, path, dialect }: {
    readonly requestId: string;
    readonly path: string;
    readonly dialect?: Dialect;
  },
): Response {
  const headers = { "x-request-id": requestId };
  if (error instanceof FailureError) return errorResponse(error.failure, headers, dialect?.errors);
  deps.log.error("request_failed", {
    requestId,
    path,
    error: error instanceof Error ? error : String(error),
  });
  return errorResponse(
    failure("internal_error", `Something went wrong here. Give request id ${requestId}.`),
    headers,
    dialect?.errors,
  );
}

interface Asked {
  readonly request: Request;
  readonly requestId: string;
  readonly api: ApiRoute;
  readonly dialect: Dialect;
}

/** One call, from the first header to the last byte; it is counted as open all that time. */
async function call(deps: ProxyDeps, asked: Asked): Promise<Response> {
  const startedAtMs = deps.effects.clock.nowMs();

  // Authenticate, and refuse what is too much before any of it is read.
  checkHeaders(deps, asked.request);
  const caller = admit(deps, asked.request);
  refuseWhenOverloaded(deps);
  const { leave } = orThrow(deps.admission.enter(caller.keyId));
  let streams = false;
  try {
    return await carry(deps, { ...asked, caller, startedAtMs }, () => {
      streams = true;
      return leave;
    });
  } finally {
    if (!streams) leave();
  }
}

interface AdmittedCall extends Asked {
  readonly caller: Caller;
  readonly startedAtMs: number;
}

/**
 * Carries a call out. What it holds is always settled or released. A stream outlives this function:
 * it takes over by `stay`, and calls what that returns when it ends.
 */
async function carry(
  deps: ProxyDeps,
  { request, requestId, api, dialect, caller, startedAtMs }: AdmittedCall,
  stay: () => () => void,
): Promise<Response> {
  // Understand the request as far as money depends on it.
  const body = await readBody(request, deps.limits, deps.effects.timers);
  if (deps.closing()) throw shuttingDown();
  const asked = orThrow(dialect.parse(await arrive(request, api, body))).request;
  const model = modelOf(deps, asked.model);
  const bounds = boundCall(asked, model);

  // Hold what it can cost at most.
  const shard = shardOf(caller.accountId, deps.shards);
  const call: Call = { deps, requestId, shard, caller, request: asked, startedAtMs, bounds };
  const ending = createCallEnding(call);
  const hold = await placeHold(deps, {
    ...bounds,
    accountId: caller.accountId,
    requestId,
    keyId: caller.keyId,
    edgeId: deps.edgeId,
    model: model.model,
    endpoint: asked.endpoint,
    holdTtlMs: deps.holdTtlMs,
  }, shard);
  if (hold.status === "refused") {
    if (hold.uncertain) ending.neverCalled();
    throw new FailureError(hold.failure);
  }
  ending.opened(hold.grant);
  try {
    if (deps.closing()) {
      const refused = shuttingDown();
      const untried = { attempts: [], failure: refused.failure, begun: null };
      ending.failed(untried);
      throw refused;
    }
    const outputLimit = lowered(asked, hold.grant, model);

    // Route to the targets that serve the model, and relay to the first one that answers.
    const opened = await openUpstream(deps, {
      routes: route(model.model, deps.targets),
      call: asked,
      outputLimit,
      endsAtMs: startedAtMs + deps.limits.totalMs,
      onWatch: (watch) => ending.watched(watch),
    });
    const headers = answerHeaders(requestId, hold.grant, opened, outputLimit);
    if ("failure" in opened) {
      ending.failed(opened);
      return errorResponse(opened.failure, headers, dialect.errors);
    }

    // Meter what comes back, hand it on, and settle.
    const { answer, reader, served: { target } } = opened;
    headers["cache-control"] = "no-store";
    if (answer.kind === "stream") {
      const onFault = (error: unknown) =>
        deps.log.error("stream_fault", {
          requestId,
          error: error instanceof Error ? error : String(error),
        });
      const leave = stay();
      const stream = streamToClient(answer, {
        reader,
        dialect,
        onClientGone: target.profile.onClientGone,
        usageAsked: asked.usageAsked,
        onState: (state) => ending.progress(reader, state),
        onEnd: async (end) => {
          const handedOver = endStream(ending, opened, end, onFault);
          leave();
          return handedOver === null ? null : await inTime(deps, handedOver);
        },
        onFault,
      });
      headers["content-type"] = reader.contentType ?? answer.contentType;
      return new Response(stream, { status: answer.status, headers });
    }
    const settled = await inTime(deps, ending.answered(opened, answer));
    if (settled !== null) {
      headers["x-sargalay-cost"] = formatDecimal(settled.chargedMicroKyat, 6);
      headers["x-sargalay-balance"] = formatDecimal(settled.availableMicroKyat, 6);
    }
    headers["content-type"] = reader.contentType ?? answer.contentType;
    return new Response(answer.reading.translated ?? answer.bytes, {
      status: answer.status,
      headers,
    });
  } catch (error) {
    ending.broken();
    throw error;
  }
}

/**
 * Settles a stream; without what was not counted yet when that cannot be counted, and when nothing
 * can, the hold is released: it never stays open. Null then.
 */
function endStream(
  ending: CallEnding,
  opened: Parameters<CallEnding["streamEnded"]>[0],
  end: StreamEnd,
  onFault: (error: unknown) => void,
): OpenSettlement | null {
  for (const state of [end.state, { ...end.state, uncounted: "" }]) {
    try {
      return ending.streamEnded(opened, { ...end, state });
    } catch (error) {
      onFault(error);
    }
  }
  ending.broken();
  return null;
}

/** The caller of a request. Throws FailureError when the key is not good or keys aren't known. */
function admit(deps: ProxyDeps, request: Request): Caller {
  if (deps.closing()) throw shuttingDown();
  if (!deps.config.fresh()) throw ledgerUnavailable();
  return orThrow(authenticate(request, deps.config.findKey, deps.effects.clock.nowMs())).caller;
}

function shuttingDown(): FailureError {
  return new FailureError(
    failure("shutting_down", "This proxy is shutting down. Try again; another one will answer.", {
      retryAfterMs: 1_000,
    }),
  );
}

function checkHeaders(deps: ProxyDeps, request: Request): void {
  const refused = headersFailure(request.headers, deps.limits);
  if (refused !== null) throw new FailureError(refused);
}

function refuseWhenOverloaded(deps: ProxyDeps): void {
  if (deps.journal.open() >= deps.maxOpenSettlements) throw ledgerUnavailable();
}

function ledgerUnavailable(): FailureError {
  return new FailureError(
    failure("ledger_unavailable", "The ledger can't be reached, so no call is made. Try again.", {
      retryAfterMs: 1_000,
    }),
  );
}

function modelOf(deps: ProxyDeps, name: string): EdgeModel {
  const model = deps.config.findModel(name);
  if (model === undefined || !isServed(deps, model)) {
    throw new FailureError(
      failure("model_not_found", `The model ${JSON.stringify(name)} is not for sale.`, {
        param: "model",
      }),
    );
  }
  return model;
}

function isServed(deps: ProxyDeps, model: EdgeModel): boolean {
  return route(model.model, deps.targets).length > 0;
}

/** The limit for one answer that must go upstream, or null when the client's own can stay. */
function lowered(asked: CallRequest, grant: HoldGrant, model: EdgeModel): number | null {
  if (asked.outputLimit === 0) return null;
  const perAnswer = Math.max(1, Math.floor(grant.outputTokensGranted / asked.choices));
  return perAnswer < (asked.outputLimit ?? model.maxOutputTokens) ? perAnswer : null;
}

function answerHeaders(
  requestId: string,
  grant: HoldGrant,
  opened: Opened,
  outputLimit: number | null,
): Record<string, string> {
  const headers: Record<string, string> = {
    "x-request-id": requestId,
    "x-sargalay-hold": formatDecimal(grant.holdMicroKyat, 6),
    "x-sargalay-attempts": `${opened.attempts.length}`,
  };
  if (outputLimit !== null) headers["x-sargalay-output-limit"] = `${outputLimit}`;
  if ("served" in opened) {
    headers["x-sargalay-provider"] = opened.served.target.name;
    if (opened.served.target.simulated) headers["x-sargalay-simulated"] = "true";
  }
  return headers;
}

/**
 * What the ledger charged, or null when it does not say so soon; the settlement goes on. Whoever sees
 * the end of an answer has a settlement that outlives this edge: that is waited for longer.
 */
async function inTime(
  { effects, costWaitMs }: ProxyDeps,
  { settled, stored }: OpenSettlement,
): Promise<SettlementResult | null> {
  const charged = await within(effects, costWaitMs, settled);
  if (charged === null) await within(effects, STORED_WAIT_MS, stored);
  return charged;
}

async function within<T>({ timers }: Effects, waitMs: number, done: Promise<T>): Promise<T | null> {
  return await new Promise((resolve) => {
    const timer = timers.after(waitMs, () => resolve(null));
    done.then((result) => {
      timer.cancel();
      resolve(result);
    });
  });
}

function orThrow<T extends object>(outcome: T | { readonly failure: ReturnType<typeof failure> }) {
  if ("failure" in outcome) throw new FailureError(outcome.failure);
  return outcome as T;
}

function notAllowed(context: { readonly req: { readonly method: string; readonly path: string } }) {
  const { method, path } = context.req;
  return errorResponse(failure("method_not_allowed", `${method} is not possible on ${path}.`));
}
