/** Model providers that answer as the plan says, and remember what they reported. @module */
import type { Usage } from "../../shared/usage/mod.ts";
import { OWN_SECRET } from "./people.ts";
import type { Behaviour, CallPlan } from "./plan.ts";
import type { Process } from "./process.ts";
import type { Scheduler } from "./scheduler.ts";

/** What a provider knows of one attempt. */
export interface Attempted {
  readonly behaviour: Behaviour;
  /** The model that was asked for, and whether the customer's own key came along. */
  readonly model: string;
  readonly ownKey: boolean;
  /** What it reported in full to the edge; null when it did not come to that. */
  reported: Usage | null;
}

/** See {@link createUpstream}. */
export interface Upstream {
  /** The network of one edge. */
  fetchOf(process: Process): (url: string, init: RequestInit) => Promise<Response>;
  /** The attempts for a call, in order. */
  attempts(callId: string): readonly Attempted[];
}

type Bytes = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();

/** Providers for the calls of a plan; which call it is stands in the prompt. */
export function createUpstream(calls: readonly CallPlan[], scheduler: Scheduler): Upstream {
  const plans = new Map(calls.map((call) => [call.id, call]));
  const seen = new Map<string, Attempted[]>();

  const fetchFor = (process: Process, init: RequestInit): Promise<Response> => {
    const request = JSON.parse(String(init.body));
    const id = /call-\S+/.exec(JSON.stringify(request.messages))?.[0] ?? "";
    const call = plans.get(id) ?? PROBE;
    const attempts = seen.get(id) ?? [];
    seen.set(id, attempts);
    const behaviour = call.behaviours[attempts.length] ?? call.behaviours.at(-1) ?? "normal";
    const ownKey = JSON.stringify(init.headers).includes(OWN_SECRET);
    const attempt: Attempted = { behaviour, model: request.model, ownKey, reported: null };
    const number = attempts.push(attempt);
    const signal = init.signal ?? null;
    return serve({ process, scheduler, call, attempt, number, request, signal });
  };
  return {
    fetchOf: (process) => (_url, init) => fetchFor(process, init),
    attempts: (callId) => seen.get(callId) ?? [],
  };
}

/** What a call gets that no plan knows, as the probes at the end. */
const PROBE: Pick<CallPlan, "behaviours" | "outputTokens" | "forMs"> = {
  behaviours: ["normal"],
  outputTokens: 7,
  forMs: 20,
};

interface Serving {
  readonly process: Process;
  readonly scheduler: Scheduler;
  readonly call: Pick<CallPlan, "behaviours" | "outputTokens" | "forMs">;
  readonly attempt: Attempted;
  /** Of the attempt among those of the call, from 1; it stands in the answer's id. */
  readonly number: number;
  readonly request: Record<string, unknown>;
  readonly signal: AbortSignal | null;
}

function serve(serving: Serving): Promise<Response> {
  const { process, scheduler, attempt: { behaviour }, signal } = serving;
  const { random } = process;
  const answer = Promise.withResolvers<Response>();
  signal?.addEventListener("abort", () => answer.reject(signal.reason), { once: true });
  const firstMs = random.int(1, 30);
  scheduler.at(firstMs * 1_000, {
    actor: process,
    label: `upstream ${behaviour}`,
    task() {
      if (behaviour === "refuse") return answer.reject(new TypeError("connection refused"));
      const status = statusOf(serving.attempt);
      if (status !== 200) {
        return answer.resolve(
          new Response(`{"error":{"message":"simulated","type":"server_error"}}`, {
            status,
            headers: { "content-type": "application/json" },
          }),
        );
      }
      const streaming = serving.request.stream === true;
      const type = streaming ? "text/event-stream" : "application/json";
      const body = bodyOf(serving, streaming);
      answer.resolve(new Response(body, { status: 200, headers: { "content-type": type } }));
    },
  });
  return answer.promise;
}

function statusOf({ behaviour, ownKey }: Attempted): number {
  if (behaviour === "busy") return 429;
  // Without a key nobody is refused for it.
  if (behaviour === "denied") return ownKey ? 401 : 500;
  return behaviour === "error" ? 500 : 200;
}

/** The bytes of an answer, in pieces that are cut anywhere and come one by one. */
function bodyOf(serving: Serving, streaming: boolean): ReadableStream<Bytes> {
  const { process, scheduler, call, attempt, signal } = serving;
  const { random } = process;
  const reported = reportOf(serving);
  const bytes = encoder.encode(
    streaming ? streamText(serving, reported) : answerText(serving, reported),
  );
  const pieces = piecesOf(bytes, random.int(1, 6), (most) => random.int(0, most));
  const breaksAt = attempt.behaviour === "cut" || attempt.behaviour === "stall"
    ? random.int(0, pieces.length - 1)
    : pieces.length;
  let open = true;
  return new ReadableStream<Bytes>({
    start(controller) {
      const stop = () => {
        if (!open) return;
        open = false;
        controller.error(signal?.reason ?? new TypeError("aborted"));
      };
      if (signal?.aborted) return stop();
      signal?.addEventListener("abort", stop, { once: true });
      const send = (index: number) => {
        if (!open) return;
        if (index === breaksAt && index < pieces.length) {
          if (attempt.behaviour === "stall") return;
          open = false;
          return controller.error(new TypeError("connection reset by peer"));
        }
        const piece = pieces[index];
        if (piece === undefined) {
          open = false;
          attempt.reported = usageClasses(reported);
          return controller.close();
        }
        controller.enqueue(piece);
        // A stream says it all before its connection closes.
        if (streaming && index === pieces.length - 1) attempt.reported = usageClasses(reported);
        next(index + 1);
      };
      const next = (index: number) =>
        scheduler.at(call.forMs * 1_000 / (pieces.length + 1), {
          actor: process,
          label: "upstream bytes",
          task: () => send(index),
        });
      next(0);
    },
    cancel() {
      open = false;
    },
  });
}

interface Report {
  readonly prompt: number;
  readonly cached: number;
  readonly completion: number;
}

function reportOf({ call, attempt, request, process: { random } }: Serving): Report | null {
  if (attempt.behaviour === "no_usage") return null;
  const limit = Number(request.max_tokens ?? request.max_completion_tokens ?? 1_000);
  const prompt = 8 + JSON.stringify(request.messages).length % 50;
  const completion = attempt.behaviour === "overrun"
    ? limit * 3 + call.outputTokens
    : Math.min(limit, call.outputTokens);
  return { prompt, cached: random.percent(50) ? random.int(0, prompt) : 0, completion };
}

/** In the disjoint classes that are billed. */
function usageClasses(report: Report | null): Usage | null {
  if (report === null) return null;
  return {
    ...(report.cached > 0 ? { cached_input: report.cached } : {}),
    input: report.prompt - report.cached,
    output: report.completion,
  };
}

function usageMember(report: Report | null) {
  return report === null ? {} : {
    usage: {
      prompt_tokens: report.prompt,
      completion_tokens: report.completion,
      total_tokens: report.prompt + report.completion,
      prompt_tokens_details: { cached_tokens: report.cached },
    },
  };
}

function words({ call }: Serving): string[] {
  return Array.from({ length: Math.min(call.outputTokens, 12) }, (_, index) => ` word${index}`);
}

function answerText(serving: Serving, report: Report | null): string {
  const message = { role: "assistant", content: words(serving).join("") };
  return JSON.stringify({
    id: `chatcmpl-${serving.number}`,
    object: "chat.completion",
    created: 1,
    model: serving.request.model,
    choices: [{ index: 0, message, finish_reason: "stop" }],
    ...usageMember(report),
  });
}

function streamText(serving: Serving, report: Report | null): string {
  const event = (more: object) =>
    `data: ${
      JSON.stringify({
        id: `chatcmpl-${serving.number}`,
        object: "chat.completion.chunk",
        created: 1,
        model: serving.request.model,
        ...more,
      })
    }\n\n`;
  const delta = (content: string) => event({ choices: [{ index: 0, delta: { content } }] });
  const finish = event({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] });
  const usage = report === null ? "" : event({ choices: [], ...usageMember(report) });
  return `${words(serving).map(delta).join("")}${finish}${usage}data: [DONE]\n\n`;
}

function piecesOf(bytes: Bytes, count: number, upTo: (most: number) => number): Bytes[] {
  const cuts = Array.from({ length: count - 1 }, () => upTo(bytes.length)).sort((a, b) => a - b);
  const edges = [0, ...cuts, bytes.length];
  return edges.slice(1).map((end, index) => bytes.slice(edges[index], end))
    .filter(({ length }) => length > 0);
}
