/** Calls that are translated, for tests. @module */
import { type CallRequest, type DialectName, dialectOf } from "../../proxy/dialects/mod.ts";
import { type ThoughtForm, translate, type Translation } from "../../proxy/translate/mod.ts";
import type { Failure } from "../../shared/errors.ts";
import type { JsonObject } from "../../shared/json.ts";
import { arrivedJson, requestOf } from "../dialects/mod.ts";

/** The protocols that are translated. */
export type Protocol =
  | "openai.chat.completions"
  | "openai.responses"
  | "anthropic.messages"
  | "google.generateContent";

/** What a model is called at a provider of each protocol. */
export const MODELS: Readonly<Record<Protocol, string>> = {
  "openai.chat.completions": "gpt-4o",
  "openai.responses": "gpt-5",
  "anthropic.messages": "claude-sonnet-4-5",
  "google.generateContent": "gemini-2.5-flash",
};

/** A call as it arrives in a protocol. */
export function callOf(protocol: DialectName, body: JsonObject, streaming = false): CallRequest {
  const google = protocol === "google.generateContent";
  const named = google ? body : { model: "sold-model", ...body };
  return requestOf(
    dialectOf(protocol),
    arrivedJson(google ? named : { ...named, ...(streaming ? { stream: true } : {}) }, {
      params: { model: "sold-model" },
      action: google ? streaming ? "streamGenerateContent" : "generateContent" : null,
      query: new URLSearchParams(streaming ? { alt: "sse" } : {}),
    }),
  );
}

/** The smallest call of each protocol. */
export function smallestCall(protocol: Protocol, streaming: boolean): CallRequest {
  switch (protocol) {
    case "openai.chat.completions":
      return callOf(protocol, { messages: [{ role: "user", content: "Hi" }] }, streaming);
    case "openai.responses":
      return callOf(protocol, { input: "Hi" }, streaming);
    case "anthropic.messages":
      return callOf(protocol, {
        max_tokens: 100,
        messages: [{ role: "user", content: "Hi" }],
      }, streaming);
    case "google.generateContent":
      return callOf(protocol, { contents: [{ role: "user", parts: [{ text: "Hi" }] }] }, streaming);
  }
}

/** Translates, with the usual options. */
export function translated(
  call: CallRequest,
  target: Protocol,
  more: {
    readonly upstreamModel?: string;
    readonly outputLimit?: number;
    readonly thoughts?: ThoughtForm;
  } = {},
): Translation | { readonly failure: Failure } {
  return translate(call, target, {
    upstreamModel: more.upstreamModel ?? MODELS[target],
    outputLimit: more.outputLimit ?? null,
    outputLimitParameter: "max_completion_tokens",
    asksForUsage: true,
    modelOutputLimit: 10_000,
    ...(more.thoughts === undefined ? {} : { thoughts: more.thoughts }),
  });
}

/** The same where nothing may be refused. Throws Error when it is. */
export function translation(...asked: Parameters<typeof translated>): Translation {
  const outcome = translated(...asked);
  if ("failure" in outcome) {
    throw new Error(`${outcome.failure.param}: ${outcome.failure.message}`);
  }
  return outcome;
}

/** The body that a translation sends. */
export function sentBody({ sent }: Translation): JsonObject {
  return JSON.parse(String(sent.body));
}
