/** From a request at any of the simulator's paths to its answer. @module */
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
import type { Act, SimulatorOptions } from "./options.ts";
import type { PlainApi } from "./plain_api.ts";
import { streamSteps } from "./stream.ts";
import { pause, SLOW_MS, streamed } from "./streaming.ts";
import { asJsonArray, type TextApi, textSteps, wholeText } from "./text_api.ts";
import { brokenBody, completionText } from "./whole.ts";

const MODELS = ["gpt-4o-mini", "gpt-4o", ...SPECIAL_MODELS, ...Object.keys(FAULT_MODELS)];

/** Answers one request, at whatever path. */
export async function answer(
  request: Request,
  act: Act,
): Promise<Response> {
  const { options, stats, stopping } = act;
  const { pathname, searchParams } = new URL(request.url);
  if (request.method === "GET" && pathname === "/health") {
    return Response.json({ status: "ok", simulated: true });
  }
  if (request.method === "GET" && pathname === "/v1/models") {
    const data = MODELS.map((id) => ({ id, object: "model", created: 0, owned_by: "simulator" }));
    return Response.json({ object: "list", data });
  }
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

function identity() {
  return {
    id: `chatcmpl-sim-${crypto.randomUUID()}`,
    created: Math.floor(Date.now() / 1_000),
  };
}
