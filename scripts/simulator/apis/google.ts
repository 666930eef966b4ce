/** Gemini's generateContent and streamGenerateContent. @module */
import type { SimulatedAnswer, SimulatedRequest } from "../completion.ts";
import { eventText, type TextApi, type TokenCounts } from "../text_api.ts";
import { limitIn, memberOf, requestWith, stopsIn } from "./requests.ts";

const PATH = /^\/v1(?:beta)?\/models\/([^:/]+):(generateContent|streamGenerateContent)$/;

/** See the module. */
export const googleGenerateContent: TextApi = {
  arrays: true,
  match(path) {
    const found = PATH.exec(path);
    if (found === null) return null;
    return { model: decodeURIComponent(found[1] ?? ""), stream: found[2] !== "generateContent" };
  },
  read({ contents, systemInstruction, generationConfig }, { model, stream }) {
    if (!Array.isArray(contents) || model === null) return null;
    const turns = systemInstruction === undefined ? contents : [systemInstruction, ...contents];
    return requestWith({
      model,
      messages: turns.map((turn) => ({ content: memberOf(turn, "parts") })),
      stream: stream === true,
      limit: limitIn(memberOf(generationConfig, "maxOutputTokens")),
      stops: stopsIn(memberOf(generationConfig, "stopSequences")),
    });
  },
  whole: (request, answer, usage) => contentOf(request, answer.tokens.join(""), answer, usage),
  opening: () => [],
  piece: (request, token, usage) => eventText(null, contentOf(request, token, null, usage)),
  closing: (request, answer, usage) => [eventText(null, contentOf(request, "", answer, usage))],
  error: (refusal) => ({
    error: {
      code: googleStatusOf(refusal),
      message: refusal.message,
      status: STATUSES[googleStatusOf(refusal)] ?? "UNKNOWN",
    },
  }),
  statusOf: googleStatusOf,
  errorEvent: (message) => eventText(null, { error: { code: 500, message, status: "INTERNAL" } }),
};

const STATUSES: Readonly<Record<number, string>> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  404: "NOT_FOUND",
  429: "RESOURCE_EXHAUSTED",
  500: "INTERNAL",
  503: "UNAVAILABLE",
};

/** Google has no status of its own for being overloaded. */
function googleStatusOf({ status }: { readonly status: number }): number {
  return status === 529 ? 503 : status;
}

function contentOf(
  { model }: SimulatedRequest,
  text: string,
  ended: SimulatedAnswer | null,
  usage: TokenCounts | null,
): object {
  const reason = ended?.finishReason === "length" ? "MAX_TOKENS" : "STOP";
  return {
    candidates: [{
      content: { role: "model", parts: [{ text }] },
      index: 0,
      ...(ended === null ? {} : { finishReason: reason }),
    }],
    ...(usage === null ? {} : {
      usageMetadata: {
        promptTokenCount: usage.input,
        candidatesTokenCount: usage.output,
        totalTokenCount: usage.input + usage.output,
      },
    }),
    modelVersion: model,
    responseId: "simulated",
  };
}
