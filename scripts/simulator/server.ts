/** The simulator as a server. @module */
import { findPlainApi, findTextApi } from "./apis/mod.ts";
import { benchAnswer } from "./bench.ts";
import { readRequest, type SimulatedRequest } from "./completion.ts";
import {
  FAULT_MODELS,
  isFaultModel,
  type Refusal,
  refusal,
  refusalOf,
  SPECIAL_MODELS,
  welcomePage,
} from "./faults.ts";
import type { PlainApi } from "./plain_api.ts";
import { type StreamStep, streamSteps } from "./stream.ts";
import { asJsonArray, type TextApi, textSteps, wholeText } from "./text_api.ts";
import { brokenBody, completionText } from "./whole.ts";

/** How a simulator is started. */
export interface SimulatorOptions {
  /** 0, or absent, for a free port. */
  readonly port?: number;
  /** 127.0.0.1 when absent. */
  readonly host?: string;
  /** False: every model behaves well, whatever its name; true when absent. */
  readonly faults?: boolean;
  /** Time before each streamed token of ordinary models, in milliseconds; 0 when absent. */
  readonly paceMs?: number;
  /** How long `sim-slow-first-byte` waits, in milliseconds; ten minutes when absent. */
  readonly slowMs?: number;
}

/** Counts since the start. */
export interface SimulatorStats {
  requests: number;
  /** Streams that the other side gave up. */
  cancelled: number;
  /** The last request body that was understood. */
  lastBody: Record<string, unknown> | null;
  /** The last request's authorization header. */
  lastAuthorization: string | null;
}

/** A running simulator. */
export interface Simulator {
  /** Base URL without `/v1`, such as `http://127.0.0.1:4010`. */
  readonly url: string;
  readonly stats: SimulatorStats;
  /** Ends all exchanges and the server; idempotent. */
  stop(): Promise<void>;
}

const SLOW_MS = 600_000;
const MODELS = ["gpt-4o-mini", "gpt-4o", ...SPECIAL_MODELS, ...Object.keys(FAULT_MODELS)];

/** Starts the simulator on its own port. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const stats: SimulatorStats = {
    requests: 0,
    cancelled: 0,
    lastBody: null,
    lastAuthorization: null,
  };
  const stopping = new AbortController();
  const server = Deno.serve({
    hostname: options.host ?? "127.0.0.1",
    port: options.port ?? 0,
    signal: stopping.signal,
    onListen: () => {},
    onError: () => refusal(refused(500, "server_error", "The simulator failed.")),
  }, (request) => answer(request, options, stats, stopping.signal));
  const { hostname, port } = server.addr;
  return await Promise.resolve({
    url: `http://${hostname}:${port}`,
    stats,
    async stop() {
      stopping.abort();
      await server.finished;
    },
  });
}

async function answer(
  request: Request,
  options: SimulatorOptions,
  stats: SimulatorStats,
  stopping: AbortSignal,
): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  if (request.method === "GET" && pathname === "/health") {
    return Response.json({ status: "ok", simulated: true });
  }
  if (request.method === "GET" && pathname === "/v1/models") {
    const data = MODELS.map((id) => ({ id, object: "model", created: 0, owned_by: "simulator" }));
    return Response.json({ object: "list", data });
  }
  const act: Act = { options, stats, stopping };
  const plain = findPlainApi(request.method, pathname);
  if (plain !== null) return await plainAnswer(request, plain, act);
  const text = request.method === "POST" ? findTextApi(pathname) : null;
  if (text === null && (request.method !== "POST" || pathname !== "/v1/chat/completions")) {
    const message = `No ${request.method} ${pathname} here.`;
    return refusal(refused(404, "invalid_request_error", message));
  }
  const body: unknown = await request.json().catch(() => null);
  const members = typeof body === "object" && body !== null ? body as Record<string, unknown> : {};
  const asked = text === null ? readRequest(body) : text.api.read(
    { ...members, ...(text.facts.model === null ? {} : { model: text.facts.model }) },
    text.facts,
  );
  if (asked === null) {
    const why = refused(
      400,
      "invalid_request_error",
      "The simulator does not know such a request.",
    );
    return text === null ? refusal(why) : refusedBy(text.api, why);
  }
  stats.requests += 1;
  if (text === null && asked.model === "sim-bench") return benchAnswer(asked);
  stats.lastBody = members;
  stats.lastAuthorization = request.headers.get("authorization");
  const acted = behaved(asked, options);
  const why = refusalOf(acted.model);
  if (why !== null) return text === null ? refusal(why) : refusedBy(text.api, why);
  if (acted.model === "sim-wrong-content-type") return welcomePage();
  if (acted.model === "sim-slow-first-byte") await pause(options.slowMs ?? SLOW_MS, stopping);
  if (text !== null) {
    if (!acted.stream) return wholeText(text.api, acted, stopping);
    const steps = textSteps(text.api, acted);
    return text.api.arrays === true && searchParams.get("alt") !== "sse"
      ? streamed(asJsonArray(steps), act, "application/json")
      : streamed(steps, act);
  }
  return acted.stream ? streamed(streamSteps(acted, identity()), act) : whole(acted, stopping);
}

interface Act {
  readonly options: SimulatorOptions;
  readonly stats: SimulatorStats;
  readonly stopping: AbortSignal;
}

async function plainAnswer(
  request: Request,
  { api, params }: { readonly api: PlainApi; readonly params: Readonly<Record<string, string>> },
  { options, stats, stopping }: Act,
): Promise<Response> {
  const isForm = request.headers.get("content-type")?.startsWith("multipart/form-data") === true;
  const body: unknown = request.method !== "POST"
    ? {}
    : isForm
    ? Object.fromEntries(await request.formData())
    : await request.json().catch(() => ({}));
  const members = typeof body === "object" && body !== null ? body as Record<string, unknown> : {};
  const named = params.model ?? members.model;
  stats.requests += 1;
  stats.lastBody = members;
  stats.lastAuthorization = request.headers.get("authorization");
  const { model } = behaved(
    { model: typeof named === "string" ? named : api.standardModel },
    options,
  );
  const inForm = (why: Refusal) =>
    api.error === undefined
      ? refusal(why)
      : Response.json(api.error(why), { status: why.status, headers: why.headers ?? {} });
  const why = refusalOf(model);
  if (why !== null) return inForm(why);
  if (model === "sim-wrong-content-type") return welcomePage();
  if (model === "sim-slow-first-byte") await pause(options.slowMs ?? SLOW_MS, stopping);
  if (model === "sim-garbage") {
    return new Response("{this is not JSON", { headers: { "content-type": "application/json" } });
  }
  return api.answer({ model, body: members, params }) ??
    inForm(refused(400, "invalid_request_error", "The simulator does not know such a request."));
}

/** A model that would misbehave, as it behaves when it may not. */
function behaved<Asked extends { readonly model: string }>(
  asked: Asked,
  { faults = true }: SimulatorOptions,
): Asked {
  return faults || !isFaultModel(asked.model) ? asked : { ...asked, model: "gpt-4o-mini" };
}

function refused(status: number, type: string, message: string): Refusal {
  return { status, type, code: null, message };
}

function refusedBy(api: TextApi, why: Refusal): Response {
  return Response.json(api.error(why), { status: api.statusOf(why), headers: why.headers ?? {} });
}

function whole(request: SimulatedRequest, stopping: AbortSignal): Response {
  const { id, created } = identity();
  const text = completionText(request, id, created);
  const headers = { "content-type": "application/json", "x-simulated": "true" };
  switch (request.model) {
    case "sim-garbage":
      return new Response("{this is not JSON", { headers });
    case "sim-cut":
    case "sim-stall":
      return new Response(
        brokenBody(text, request.model === "sim-stall").pipeThrough(
          new TransformStream(),
          { signal: stopping },
        ),
        { headers },
      );
    case "sim-stream-error":
      return Response.json({ error: { message: "Simulated: broke down.", code: 502 } });
    default:
      return new Response(text, { headers });
  }
}

function streamed(
  steps: Generator<StreamStep>,
  { options, stats, stopping }: Act,
  contentType = "text/event-stream; charset=utf-8",
): Response {
  const encoder = new TextEncoder();
  const gone = new AbortController();
  const ended = AbortSignal.any([stopping, gone.signal]);
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      for (;;) {
        const { value: step } = steps.next();
        if (ended.aborted || step === undefined) return controller.close();
        switch (step.kind) {
          case "text":
            if (options.paceMs) await pause(options.paceMs, ended);
            if (!ended.aborted) controller.enqueue(encoder.encode(step.text));
            return;
          case "pause":
            await pause(step.forMs, ended);
            break;
          case "stall":
            await pause(SLOW_MS, ended);
            break;
          case "cut":
            return controller.error(new Error("simulated cut"));
        }
      }
    },
    cancel() {
      stats.cancelled += 1;
      gone.abort();
    },
  }, { highWaterMark: 0 });
  return new Response(body, {
    headers: { "content-type": contentType, "x-simulated": "true" },
  });
}

function identity() {
  return {
    id: `chatcmpl-sim-${crypto.randomUUID()}`,
    created: Math.floor(Date.now() / 1_000),
  };
}

/** Waits, or until it makes no sense any more. */
function pause(forMs: number, ended: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (ended.aborted) return resolve();
    const finish = () => {
      clearTimeout(timer);
      ended.removeEventListener("abort", finish);
      resolve();
    };
    const timer = setTimeout(finish, forMs);
    ended.addEventListener("abort", finish);
  });
}
