/** Streams of server-sent events, well or badly behaved. @module */
import { answerTo, type SimulatedRequest, usageAfter } from "./completion.ts";

/** One thing that a stream does. */
export type StreamStep =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "pause"; readonly forMs: number }
  | { readonly kind: "stall" }
  | { readonly kind: "cut" };

const PACE_MS = 20;
const FAULT_AFTER_TOKENS = 3;
const LARGE_CHUNK_LENGTH = 100_000;
const LARGE_CHUNKS = 100;

/** All that the stream for a request does, in order. */
export function* streamSteps(
  request: SimulatedRequest,
  identity: { readonly id: string; readonly created: number },
): Generator<StreamStep> {
  const { model, choices } = request;
  const { tokens, finishReason } = answerTo(request);
  const pieces = model === "sim-large-body"
    ? Array.from({ length: LARGE_CHUNKS }, () => "x".repeat(LARGE_CHUNK_LENGTH))
    : tokens;
  let sent = 0;
  const reportsUsage = model !== "sim-no-usage";
  const chunk = (index: number, delta: object, finish: string | null): StreamStep => ({
    kind: "text",
    text: event({
      ...head(request, identity),
      choices: [{ index, delta, logprobs: null, finish_reason: finish }],
      ...(model === "sim-usage-every-chunk"
        ? { usage: usageAfter(request, sent) }
        : request.includeUsage && reportsUsage
        ? { usage: null }
        : {}),
    }),
  });
  for (let index = 0; index < choices; index++) {
    yield chunk(index, { role: "assistant", content: "" }, null);
    for (const [at, piece] of pieces.entries()) {
      if (at === FAULT_AFTER_TOKENS) yield* faultOf(model);
      if (model === "sim-paced") yield { kind: "pause", forMs: PACE_MS };
      sent += 1;
      yield chunk(index, { content: piece }, null);
    }
    yield chunk(index, {}, finishReason);
  }
  if (request.includeUsage && reportsUsage) {
    const usage = usageAfter(request, tokens.length * choices);
    yield { kind: "text", text: event({ ...head(request, identity), choices: [], usage }) };
  }
  yield { kind: "text", text: "data: [DONE]\n\n" };
}

function* faultOf(model: string): Generator<StreamStep> {
  switch (model) {
    case "sim-stall":
      return yield { kind: "stall" };
    case "sim-cut":
      return yield { kind: "cut" };
    case "sim-garbage":
      return yield { kind: "text", text: "data: {this is not JSON\n\n" };
    case "sim-stream-error":
      yield {
        kind: "text",
        text: event({
          error: {
            message: "Simulated: the model broke down.",
            type: "server_error",
            param: null,
            code: null,
          },
        }),
      };
      return yield { kind: "cut" };
  }
}

function head(
  { model }: SimulatedRequest,
  { id, created }: { readonly id: string; readonly created: number },
) {
  return { id, object: "chat.completion.chunk", created, model, system_fingerprint: "simulated" };
}

function event(payload: object): string {
  return `data: ${JSON.stringify(payload)}\n\n`;
}
