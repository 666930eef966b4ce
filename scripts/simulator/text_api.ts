/** What the APIs that answer with text have in common, and how each of them says it. @module */
import { answerTo, type SimulatedAnswer, type SimulatedRequest, usageAfter } from "./completion.ts";
import type { Refusal } from "./faults.ts";
import type { StreamStep } from "./stream.ts";
import { brokenBody } from "./whole.ts";

/** Tokens of an exchange. */
export interface TokenCounts {
  readonly input: number;
  readonly output: number;
}

/** One API whose answers are texts. */
export interface TextApi {
  /** Whether its streams are JSON arrays where the query does not ask for events; absent: no. */
  readonly arrays?: boolean;
  /** What the path says: the model where it stands there, and whether a stream is asked for; else null. */
  match(path: string): PathFacts | null;
  /** The request in the simulator's own words; null when it is none. */
  read(body: Record<string, unknown>, path: PathFacts): SimulatedRequest | null;
  /** The whole answer; `usage` null when it reports none. */
  whole(request: SimulatedRequest, answer: SimulatedAnswer, usage: TokenCounts | null): object;
  /** What a stream begins with. */
  opening(request: SimulatedRequest, input: number): readonly string[];
  /** One token of a stream; `usage` where each event reports it. */
  piece(request: SimulatedRequest, token: string, usage: TokenCounts | null): string;
  /** What a stream ends with. */
  closing(
    request: SimulatedRequest,
    answer: SimulatedAnswer,
    usage: TokenCounts | null,
  ): readonly string[];
  /** The body of a refusal, or of an error in the place of an answer. */
  error(refusal: Refusal): object;
  /** The status that the provider has for a refusal. */
  statusOf(refusal: Refusal): number;
  /** An error inside of a stream. */
  errorEvent(message: string): string;
}

/** What a path names. */
export interface PathFacts {
  readonly model: string | null;
  readonly stream: boolean | null;
}

const FAULT_AFTER_TOKENS = 3;
const PACE_MS = 20;
const BROKE_DOWN = "Simulated: the model broke down.";

/** An event as server-sent events carry it; `name` null for one without a name. */
export function eventText(name: string | null, payload: object): string {
  return `${name === null ? "" : `event: ${name}\n`}data: ${JSON.stringify(payload)}\n\n`;
}

/** All that a stream does, in order. */
export function* textSteps(api: TextApi, request: SimulatedRequest): Generator<StreamStep> {
  const { model } = request;
  const answer = answerTo(request);
  const counts = (output: number): TokenCounts => ({
    input: usageAfter(request, 0).prompt_tokens,
    output,
  });
  const text = (each: string): StreamStep => ({ kind: "text", text: each });
  yield* api.opening(request, counts(0).input).map(text);
  for (const [at, token] of answer.tokens.entries()) {
    if (at === FAULT_AFTER_TOKENS) {
      if (model === "sim-stall") return yield { kind: "stall" };
      if (model === "sim-cut") return yield { kind: "cut" };
      if (model === "sim-garbage") yield text("data: {this is not JSON\n\n");
      if (model === "sim-stream-error") {
        yield text(api.errorEvent(BROKE_DOWN));
        return yield { kind: "cut" };
      }
    }
    if (model === "sim-paced") yield { kind: "pause", forMs: PACE_MS };
    const every = model === "sim-usage-every-chunk" ? counts(at + 1) : null;
    yield text(api.piece(request, token, every));
  }
  const usage = model === "sim-no-usage" ? null : counts(answer.tokens.length);
  yield* api.closing(request, answer, usage).map(text);
}

/** The same events as one JSON array, as Gemini streams them where nobody asks for events. */
export function* asJsonArray(steps: Iterable<StreamStep>): Generator<StreamStep> {
  let before = "[";
  for (const step of steps) {
    if (step.kind !== "text") {
      yield step;
      continue;
    }
    yield { kind: "text", text: before + step.text.replace(/^data: /, "").trimEnd() };
    before = ",\r\n";
  }
  yield { kind: "text", text: "]" };
}

/** An answer that is not streamed, well or badly behaved. */
export function wholeText(
  api: TextApi,
  request: SimulatedRequest,
  stopping: AbortSignal,
): Response {
  const headers = { "content-type": "application/json", "x-simulated": "true" };
  const answer = answerTo(request);
  const usage = request.model === "sim-no-usage" ? null : {
    input: usageAfter(request, 0).prompt_tokens,
    output: answer.tokens.length,
  };
  const body = JSON.stringify(api.whole(request, answer, usage));
  switch (request.model) {
    case "sim-garbage":
      return new Response("{this is not JSON", { headers });
    case "sim-cut":
    case "sim-stall": {
      const broken = brokenBody(body, request.model === "sim-stall");
      return new Response(
        broken.pipeThrough(new TransformStream(), { signal: stopping }),
        { headers },
      );
    }
    case "sim-stream-error": {
      const failed = { status: 500, type: "server_error", code: null, message: BROKE_DOWN };
      return Response.json(api.error(failed), { headers });
    }
    default:
      return new Response(body, { headers });
  }
}
