/** The simulator as a server. @module */
import { benchAnswer } from "./bench.ts";
import { readRequest, type SimulatedRequest } from "./completion.ts";
import { FAULT_MODELS, isFaultModel, refusal, refusalOf, SPECIAL_MODELS } from "./faults.ts";
import { streamSteps } from "./stream.ts";
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
    onError: () => refusal(500, "server_error", null, "The simulator failed."),
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
  const { pathname } = new URL(request.url);
  if (request.method === "GET" && pathname === "/health") {
    return Response.json({ status: "ok", simulated: true });
  }
  if (request.method === "GET" && pathname === "/v1/models") {
    const data = MODELS.map((id) => ({ id, object: "model", created: 0, owned_by: "simulator" }));
    return Response.json({ object: "list", data });
  }
  if (request.method !== "POST" || pathname !== "/v1/chat/completions") {
    return refusal(404, "invalid_request_error", null, `No ${request.method} ${pathname} here.`);
  }
  const body = await request.json().catch(() => null);
  const asked = readRequest(body);
  if (asked === null) {
    return refusal(400, "invalid_request_error", null, "This is no chat completions request.");
  }
  stats.requests += 1;
  if (asked.model === "sim-bench") return benchAnswer(asked);
  stats.lastBody = body;
  stats.lastAuthorization = request.headers.get("authorization");
  const faults = options.faults ?? true;
  const acted = faults || !isFaultModel(asked.model) ? asked : { ...asked, model: "gpt-4o-mini" };
  const refused = refusalOf(acted.model);
  if (refused !== null) return refused;
  if (acted.model === "sim-slow-first-byte") {
    await pause(options.slowMs ?? SLOW_MS, stopping);
  }
  return acted.stream ? streamed(acted, options, stats, stopping) : whole(acted, stopping);
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
  request: SimulatedRequest,
  options: SimulatorOptions,
  stats: SimulatorStats,
  stopping: AbortSignal,
): Response {
  const steps = streamSteps(request, identity());
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
    headers: { "content-type": "text/event-stream; charset=utf-8", "x-simulated": "true" },
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
