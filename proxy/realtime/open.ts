/** From a client's request for a session to the session: authenticate, hold, route, connect. @module */
import type { EdgeModel } from "../../shared/edge_config/mod.ts";
import { type Failure, failure, FailureError } from "../../shared/errors.ts";
import type { Attempt, CallFacts } from "../../shared/events/mod.ts";
import { shardOf } from "../../shared/ids/mod.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { ProxyDeps } from "../app.ts";
import type { Caller } from "../authenticate/mod.ts";
import type { CallPlan, Candidate } from "../candidates.ts";
import type { Route } from "../route/mod.ts";
import type { UpstreamTarget } from "../upstream/mod.ts";
import { connectUpstream } from "./connect.ts";
import type { RealtimeProtocol } from "./protocol.ts";
import { runSession, type Session } from "./session.ts";
import { createSlices, type SliceTerms } from "./slices.ts";

/** A request for a session, from a caller who is admitted. */
export interface AskedSession {
  readonly request: Request;
  readonly requestId: string;
  readonly protocol: RealtimeProtocol;
  readonly caller: Caller;
  /** The candidates for a model, best first. Throws FailureError when there is none. */
  readonly find: (model: string) => CallPlan["candidates"];
  /** Called once, when the session is over or did not begin. */
  readonly leave: () => void;
}

const SESSION_MS = 3_600_000;
const IDLE_MS = 600_000;
const SPARE_MS = 300_000;
const FIRST_MESSAGE_MS = 10_000;
const MAX_EARLY_MESSAGES = 256;
const MAX_EARLY_LENGTH = 4_000_000;
/** What a hold can ask for at least. */
const MOST_MINIMUM_TOKENS = 1_000_000;

/**
 * Answers with the upgrade. Where the model is named by the first message, everything that can be
 * refused is refused after the upgrade, by a message and a close code.
 */
export async function openRealtime(deps: ProxyDeps, asked: AskedSession): Promise<Response> {
  const { request, protocol } = asked;
  const query = new URL(request.url).searchParams;
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
    throw new FailureError(failure("invalid_request", "This path takes WebSockets only."));
  }
  if (protocol.namedByFirstMessage) return upgradeFirst(deps, asked, query);
  const prepared = await prepare(deps, asked, query, null);
  if ("failure" in prepared) throw new FailureError(prepared.failure);
  const { socket, response } = upgradeOr(deps, request, prepared.giveUp);
  socket.onopen = () => prepared.start(socket, []);
  socket.onerror = socket.onclose = prepared.giveUp;
  return response;
}

/** What was prepared is given up where the request turns out to be no good handshake. */
function upgradeOr(deps: ProxyDeps, request: Request, giveUp: () => void) {
  try {
    return upgrade(deps, request);
  } catch (cause) {
    giveUp();
    throw new FailureError(
      failure("invalid_request", "The request is not a valid WebSocket handshake."),
      { cause },
    );
  }
}

function upgrade(deps: ProxyDeps, request: Request) {
  const offered = request.headers.get("sec-websocket-protocol")?.split(",")[0]?.trim();
  return deps.sockets.upgrade(request, offered);
}

/** Waits for the message that names the model; what comes meanwhile is kept in order. */
function upgradeFirst(deps: ProxyDeps, asked: AskedSession, query: URLSearchParams): Response {
  const { socket, response } = upgradeOr(deps, asked.request, () => {});
  const early: string[] = [];
  let earlyLength = 0;
  const refuse = (why: Failure) => {
    timer.cancel();
    if (socket.readyState === WebSocket.OPEN) {
      socket.send(JSON.stringify(asked.protocol.error(why)));
      socket.close(4_000, why.code);
    }
    socket.onclose = null;
    asked.leave();
  };
  const timer = deps.effects.timers.after(
    FIRST_MESSAGE_MS,
    () => refuse(failure("request_body_timeout", "The session was not set up in time.")),
  );
  socket.onclose = socket.onerror = () => {
    timer.cancel();
    asked.leave();
  };
  socket.onmessage = ({ data }) => {
    earlyLength += typeof data === "string" ? data.length : 0;
    if (early.length >= MAX_EARLY_MESSAGES || earlyLength > MAX_EARLY_LENGTH) {
      socket.onmessage = null;
      return refuse(failure("request_too_large", "Too much was said before the session began."));
    }
    early.push(typeof data === "string" ? data : "");
    if (early.length > 1) return;
    timer.cancel();
    prepare(deps, asked, query, objectOrNull(early[0] ?? "")).then((prepared) => {
      if ("failure" in prepared) refuse(prepared.failure);
      else if (socket.readyState === WebSocket.OPEN) prepared.start(socket, early);
      else prepared.giveUp();
    }).catch((error) => {
      refuse(
        error instanceof FailureError
          ? error.failure
          : failure("internal_error", "Something went wrong here while the session was opened."),
      );
    });
  };
  return response;
}

interface Prepared {
  start(client: WebSocket, early: readonly string[]): void;
  giveUp(): void;
}

/** Holds the first slice and connects to the first target that opens a session. */
async function prepare(
  deps: ProxyDeps,
  asked: AskedSession,
  query: URLSearchParams,
  first: JsonObject | null,
): Promise<Prepared | { readonly failure: Failure }> {
  const { protocol, caller } = asked;
  const name = protocol.modelOf(query, first);
  if (name === null) {
    return {
      failure: failure("invalid_request", "The session names no model.", { param: "model" }),
    };
  }
  const candidates = asked.find(name);
  const [{ model }] = candidates;
  const attempts: Attempt[] = [];
  let served: Candidate | null = null;
  let session: Session | null = null;
  let gone = false;
  const slices = createSlices(deps, {
    caller,
    shard: shardOf(caller.accountId, deps.shards),
    endpoint: protocol.name,
    terms: { ...termsOf(protocol, model), ...billingOf(candidates) },
    ownKey: () => served?.key.own === true,
    facts: () => factsOf(served, attempts),
    abort: () => session?.end(failure("shutting_down", "This proxy had to shut down.")),
  });
  const slice = await slices.open(asked.requestId);
  if ("failure" in slice) return slice;
  let last: Failure = failure("model_not_found", `No provider serves ${name} here.`, {
    param: "model",
  });
  for (const route of candidates) {
    const { clock, timers } = deps.effects;
    const triedAtMs = clock.nowMs();
    const sent = protocol.upstreamQuery(query, route.upstreamModel);
    const upstream = await connectUpstream(deps.sockets, timers, route.target, protocol.name, sent)
      .catch((error) => {
        slice.release();
        throw error;
      });
    const failed = "failure" in upstream ? upstream.failure : null;
    attempts.push({
      provider: route.target.name,
      upstreamModel: route.upstreamModel,
      status: failed === null ? 101 : null,
      errorCode: failed?.code ?? null,
      durationMs: Math.max(0, clock.nowMs() - triedAtMs),
    });
    if ("failure" in upstream) {
      last = upstream.failure;
      continue;
    }
    served = route;
    const { socket, heard } = upstream;
    const giveUp = () => {
      if (session !== null || gone) return;
      gone = true;
      slice.release();
      socket.close();
      asked.leave();
    };
    return {
      giveUp,
      start(client, early) {
        if (gone) return client.close();
        session = runSession({
          effects: deps.effects,
          protocol,
          client,
          upstream: socket,
          upstreamModel: route.upstreamModel,
          slices,
          first: slice,
          early,
          limits: { sessionMs: SESSION_MS, idleMs: IDLE_MS, spareMs: SPARE_MS },
          onEnd: asked.leave,
        });
        // What the provider said before the client was there.
        for (const data of heard) socket.dispatchEvent(new MessageEvent("message", { data }));
      },
    };
  }
  slice.release();
  return { failure: last };
}

function termsOf(protocol: RealtimeProtocol, model: EdgeModel): SliceTerms {
  return protocol.slicing.by === "time"
    ? {
      model: model.model,
      inputTokensBound: 0,
      outputTokensRequested: 0,
      minimumOutputTokens: 0,
      unitsBound: { seconds: protocol.slicing.seconds },
    }
    : {
      model: model.model,
      inputTokensBound: model.contextWindowTokens,
      outputTokensRequested: null,
      // Nothing limits an answer that the provider begins by itself: it must be covered as a whole.
      minimumOutputTokens: Math.min(model.maxOutputTokens, MOST_MINIMUM_TOKENS),
    };
}

/** Whose key pays, where a customer's own one may open the session. */
function billingOf(candidates: readonly Candidate[]): Pick<SliceTerms, "billing"> {
  const own = candidates.filter(({ key }) => key.own).length;
  if (own === 0) return {};
  return { billing: own === candidates.length ? "own_key" : "either" };
}

function factsOf(served: Route<UpstreamTarget> | null, attempts: readonly Attempt[]): CallFacts {
  return {
    provider: served?.target.name ?? null,
    upstreamModel: served?.upstreamModel ?? null,
    attempts: [...attempts],
    streaming: true,
    clientStatus: 101,
    outcome: "completed",
    firstByteMs: null,
    totalMs: 0,
    simulated: served?.target.simulated ?? false,
  };
}

function objectOrNull(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? value as JsonObject
      : null;
  } catch {
    return null;
  }
}
