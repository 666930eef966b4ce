/**
 * A request's journey: authenticate → route → hold → relay → meter → settle.
 *
 * @module
 */
import { Hono } from "hono";
import type { Bus, StreamReader } from "../shared/bus/mod.ts";
import type { HoldGrant } from "../shared/commands/mod.ts";
import type { EdgeModel } from "../shared/edge_config/mod.ts";
import type { Effects } from "../shared/effects.ts";
import { failure, FailureError } from "../shared/errors.ts";
import { shardOf, uuidv7 } from "../shared/ids/mod.ts";
import type { Log } from "../shared/log.ts";
import type { Admission } from "./admission/mod.ts";
import { answerFailure, answerHeaders, costHeaders, inTime } from "./answers.ts";
import { type ApiRoute, arrive, errorFormOf, findApi } from "./api/mod.ts";
import type { Caller } from "./authenticate/mod.ts";
import { boundWays } from "./bounds/mod.ts";
import { type Call, type CallEnding, createCallEnding, type ServedCall } from "./call.ts";
import { type CallRequest, type Dialect, dialectOf } from "./dialects/mod.ts";
import type { EdgeConfig } from "./edge_config/mod.ts";
import { errorResponse } from "./errors.ts";
import { admit, checkHeaders, type Peer, refuseWhenOverloaded, shuttingDown } from "./gate.ts";
import type { EdgeHealth } from "./health/mod.ts";
import { placeHold } from "./hold/mod.ts";
import { findJob, jobHoldTtlMs, type Jobs, LONGEST_JOB_MS, takeJob } from "./jobs/mod.ts";
import type { Keyring } from "./keys/mod.ts";
import { type CallLimits, readBody } from "./limits/mod.ts";
import type { Progress } from "./meter/mod.ts";
import { needsOf } from "./call_needs.ts";
import {
  attemptFacts,
  type Candidate,
  enterCandidate,
  holdTermsOf,
  widestOf,
  withoutModels,
} from "./candidates.ts";
import { planCall } from "./plan.ts";
import type { Providers } from "./providers.ts";
import { addReads, notAllowed } from "./reads.ts";
import { findRealtime, type RealtimeSockets } from "./realtime/mod.ts";
import {
  type AttemptPolicy,
  type Fetch,
  type OpenStream,
  openUpstream,
  type StreamEnd,
  streamToClient,
  type WholeAnswer,
} from "./relay/mod.ts";
import { type AnswerArchive, keptWhole, type ReplaySecret } from "./replay/mod.ts";
import { identityOf, replayed, replaySecret } from "./repeated.ts";
import { takeSession } from "./sessions.ts";
import type { OpenSettlement, SettlementJournal } from "./settle/mod.ts";
import { profileFor, waysOf } from "./upstream/mod.ts";

/** Everything the proxy works with. */
export interface ProxyDeps {
  readonly bus: Bus & StreamReader;
  readonly effects: Effects;
  readonly fetch: Fetch;
  readonly log: Log;
  readonly edgeId: string;
  readonly shards: number;
  readonly limits: CallLimits;
  readonly providers: Providers;
  readonly keyring: Keyring;
  readonly health: EdgeHealth;
  readonly config: EdgeConfig;
  readonly progress: Progress;
  readonly journal: SettlementJournal;
  readonly admission: Admission;
  readonly archive: AnswerArchive;
  readonly sockets: RealtimeSockets;
  readonly jobs: Jobs;
  /** Whether `x-forwarded-for` comes from a front door of our own. */
  readonly trustForwarded: boolean;
  /** Retries and hedging. */
  readonly attempts: AttemptPolicy;
  /** Life of a hold without an extension, in milliseconds. */
  readonly holdTtlMs: number;
  /** How long an answer may wait for its charge, in milliseconds. */
  readonly costWaitMs: number;
  /** Settlements that may wait for the ledger before new calls are refused. */
  readonly maxOpenSettlements: number;
  /** Whether the proxy is shutting down and takes no new calls. */
  readonly closing: () => boolean;
}

/** What Hono carries along a request. */
export interface ProxyEnvironment {
  readonly Variables: { readonly requestId: string; readonly peer: Peer };
  readonly Bindings: Partial<Peer> | undefined;
}

/** The HTTP application. Every answer carries `x-request-id`. */
export function createProxyApp(deps: ProxyDeps): Hono<ProxyEnvironment> {
  const app = new Hono<ProxyEnvironment>();
  app.use(async (context, next) => {
    const { raw: request, method, path } = context.req;
    const requestId = uuidv7(deps.effects);
    const peer = { address: context.env?.address ?? null };
    context.set("requestId", requestId);
    context.set("peer", peer);
    const api = findApi(path);
    if (api !== null && method === "POST") {
      return await takeCall(deps, {
        request,
        requestId,
        peer,
        api,
        dialect: dialectOf(api.dialect),
      });
    }
    const realtime = findRealtime(path);
    if (realtime !== null && method === "GET") {
      return await takeSession(deps, { request, requestId, peer, protocol: realtime });
    }
    const job = findJob(path);
    if (job !== null && (method === "GET" || (method === "DELETE" && !job.content))) {
      return await takeJob(deps, { request, requestId, peer, path: job });
    }
    checkHeaders(deps, request);
    if (api !== null || realtime !== null || job !== null) context.res = notAllowed(request);
    else await next();
    context.res.headers.set("x-request-id", requestId);
  });
  addReads(app, deps);
  app.notFound(({ req }) =>
    errorResponse(
      failure("not_found", `There is no ${req.method} ${req.path} here.`),
      {},
      errorFormOf(req.path, req.raw.headers),
    )
  );
  app.onError((error, context) => {
    const { path, raw } = context.req;
    const dialect = { errors: errorFormOf(path, raw.headers) };
    return answerFailure(deps.log, error, { requestId: context.get("requestId"), path, dialect });
  });
  return app;
}

interface Asked {
  readonly request: Request;
  readonly requestId: string;
  readonly peer: Peer;
  readonly api: ApiRoute;
  readonly dialect: Dialect;
}

/** A call on any route; whatever goes wrong is answered as the route's own API does. */
async function takeCall(deps: ProxyDeps, asked: Asked): Promise<Response> {
  try {
    return await call(deps, asked);
  } catch (error) {
    const path = new URL(asked.request.url).pathname;
    return answerFailure(deps.log, error, { ...asked, path });
  }
}

/** One call, from the first header to the last byte; it is counted as open all that time. */
async function call(deps: ProxyDeps, asked: Asked): Promise<Response> {
  const startedAtMs = deps.effects.clock.nowMs();

  // Authenticate, and refuse what is too much before any of it is read.
  checkHeaders(deps, asked.request);
  const caller = admit(deps, asked.request, asked.peer);
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
  admitted: AdmittedCall,
  stay: () => () => void,
): Promise<Response> {
  const held = await hold(deps, admitted);
  if (held instanceof Response) return held;
  try {
    if (deps.closing()) {
      const refused = shuttingDown();
      held.ending.failed({ attempts: [], failure: refused.failure, begun: null });
      throw refused;
    }
    return await serve(deps, { ...admitted, ...held }, stay);
  } catch (error) {
    held.ending.broken();
    throw error;
  }
}

interface HeldCall {
  readonly call: Call;
  readonly grant: HoldGrant;
  readonly ending: CallEnding;
  readonly replay: ReplaySecret | null;
}

/**
 * Understands a request as far as money depends on it, finds who may serve it, and holds what it can
 * cost at most, whoever of them does. The answer of an earlier call is given in the place of a hold.
 */
async function hold(
  deps: ProxyDeps,
  { request, requestId, api, dialect, caller, startedAtMs }: AdmittedCall,
): Promise<HeldCall | Response> {
  const body = await readBody(request, deps.limits, deps.effects.timers);
  if (deps.closing()) throw shuttingDown();
  const asked = orThrow(dialect.parse(await arrive(request, api, body))).request;

  const { headers } = request;
  const planned = planCall(deps, { ...needsOf(asked), requestId, caller, headers });
  const profiles = planned.candidates
    .map(({ target, upstreamModel }) => profileFor(target.profile, upstreamModel));
  const ways = waysOf(asked, planned.candidates);
  const bounds = boundWays(asked, ways, widestOf(planned), profiles);

  const shard = shardOf(caller.accountId, deps.shards);
  const life = dialect.beginsJob === true
    ? { holdTtlMs: jobHoldTtlMs(deps.holdTtlMs), longestMs: LONGEST_JOB_MS }
    : { holdTtlMs: deps.holdTtlMs };
  const replay = replaySecret(request);
  const outcome = await placeHold(deps, {
    ...bounds,
    ...holdTermsOf(planned, asked, ways),
    accountId: caller.accountId,
    requestId,
    keyId: caller.keyId,
    edgeId: deps.edgeId,
    endpoint: asked.endpoint,
    holdTtlMs: life.holdTtlMs,
    ...(replay === null ? {} : { idempotency: identityOf(request, replay, body) }),
  }, shard);
  if (outcome.status === "replay" && replay !== null) {
    return await replayed(deps, { ...outcome, replay });
  }
  const granted = outcome.status === "granted";
  const plan = granted ? withoutModels(planned, outcome.unsold) : planned;
  const common = { deps, requestId, shard, caller, startedAtMs, bounds, plan };
  const call: Call = { ...common, ...life, request: asked };
  const ending = createCallEnding(call);
  if (!granted) {
    if (outcome.status === "refused" && outcome.uncertain) ending.neverCalled();
    throw new FailureError(outcome.failure);
  }
  ending.opened(outcome.grant);
  return { call, grant: outcome.grant, ending, replay };
}

/** Relays a held call to the first candidate that answers, and hands on what comes back. */
async function serve(
  deps: ProxyDeps,
  held: AdmittedCall & HeldCall,
  stay: () => () => void,
): Promise<Response> {
  const { request, requestId, dialect, startedAtMs, call, grant, ending } = held;
  const { plan, request: asked } = call;
  const limits = ({ model }: Candidate) => ({
    outputLimit: lowered(asked, grant, model),
    modelOutputLimit: model.maxOutputTokens,
  });
  const opened = await openUpstream(deps, {
    candidates: plan.candidates,
    call: asked,
    limits,
    enter: (candidate) => enterCandidate(deps, candidate),
    describe: attemptFacts,
    policy: deps.attempts,
    endsAtMs: startedAtMs + deps.limits.totalMs,
    onWatch: (watch) => ending.watched(watch),
  });
  const headers = answerHeaders(opened, {
    requestId,
    grant,
    plan,
    outputLimit: "served" in opened ? limits(opened.served).outputLimit : null,
    explain: request.headers.get("x-sargalay-explain") === "true",
    nowMs: deps.effects.clock.nowMs(),
  });
  if ("failure" in opened) {
    ending.failed(opened);
    return errorResponse(opened.failure, headers, dialect.errors);
  }
  const { answer, reader } = opened;
  headers["cache-control"] = "no-store";
  headers["content-type"] = reader.contentType ?? answer.contentType;
  return answer.kind === "stream"
    ? handOnStream(deps, held, { opened, answer, headers, leave: stay() })
    : await handOnWhole(deps, held, { opened, answer, headers });
}

/** A stream goes to the client as it comes, is metered on its way, and is settled at its end. */
function handOnStream(
  deps: ProxyDeps,
  { requestId, dialect, call, ending, replay }: AdmittedCall & HeldCall,
  { opened, answer, headers, leave }: {
    readonly opened: ServedCall;
    readonly answer: OpenStream;
    readonly headers: Record<string, string>;
    readonly leave: () => void;
  },
): Response {
  const onFault = (error: unknown) =>
    deps.log.error("stream_fault", {
      requestId,
      error: error instanceof Error ? error : String(error),
    });
  const stream = streamToClient(answer, {
    reader: opened.reader,
    dialect,
    onClientGone: opened.served.target.profile.onClientGone,
    usageAsked: call.request.usageAsked,
    onState: (state) => ending.progress(opened.served, opened.reader, state),
    onEnd: async (end) => {
      const handedOver = endStream(ending, opened, end, onFault);
      leave();
      return handedOver === null ? null : await inTime(deps, handedOver);
    },
    onFault,
  });
  const response = new Response(stream, { status: answer.status, headers });
  return replay === null ? response : keptWhole(deps.archive, requestId, replay, response);
}

/** A whole answer is settled before it goes to the client; a job stays held until it ends. */
async function handOnWhole(
  deps: ProxyDeps,
  { requestId, dialect, call, ending, replay }: AdmittedCall & HeldCall,
  { opened, answer, headers }: {
    readonly opened: ServedCall;
    readonly answer: WholeAnswer;
    readonly headers: Record<string, string>;
  },
): Promise<Response> {
  const { status } = answer;
  let body = answer.reading.translated ?? answer.bytes;
  if (dialect.beginsJob === true) body = deps.jobs.begin({ call, ending, opened, answer });
  else {
    const settled = await inTime(deps, ending.answered(opened, answer));
    if (settled !== null) Object.assign(headers, costHeaders(settled));
  }
  if (replay !== null) await deps.archive.keep(requestId, replay, { status, headers, body });
  return new Response(body, { status, headers });
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

/** The limit for one answer that must go upstream, or null when the client's own can stay. */
function lowered(asked: CallRequest, grant: HoldGrant, model: EdgeModel): number | null {
  if (asked.outputLimit === 0) return null;
  const granted = Math.max(1, Math.floor(grant.outputTokensGranted / asked.choices));
  const perAnswer = Math.min(granted, model.maxOutputTokens);
  return perAnswer < (asked.outputLimit ?? model.maxOutputTokens) ? perAnswer : null;
}

function orThrow<T extends object>(outcome: T | { readonly failure: ReturnType<typeof failure> }) {
  if ("failure" in outcome) throw new FailureError(outcome.failure);
  return outcome as T;
}
