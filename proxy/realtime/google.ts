/** Gemini's Live API: `usageMetadata` beside what the model says, and `turnComplete` at its end. @module */
import { statusOf } from "../../shared/http/mod.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { Usage } from "../../shared/usage/mod.ts";
import { countAt } from "../dialects/mod.ts";
import {
  objectIn,
  type ProviderMessage,
  QUIET,
  type RealtimeProtocol,
  textIn,
  tokensOfSound,
  tokensOfText,
} from "./protocol.ts";

/** PCM of 16 bits at 16 kHz in and 24 kHz out; the provider counts 25 tokens for a second of either. */
const HEARD = { bytesPerSecond: 32_000, tokensPerSecond: 25 };
const SAID = { bytesPerSecond: 48_000, tokensPerSecond: 25 };
const TOKENS_PER_FRAME = 258;
/** See the module. */
export const googleLive: RealtimeProtocol = {
  name: "google.live",
  slicing: { by: "answer", overlapping: false },
  namedByFirstMessage: true,
  modelOf: (_query, first) =>
    first === null
      ? null
      : textIn(objectIn(first, "setup"), "model").replace(/^models\//, "") || null,
  upstreamQuery: () => new URLSearchParams(),
  toUpstream(message, upstreamModel) {
    const setup = objectIn(message, "setup");
    return setup.model === undefined
      ? message
      : { ...message, setup: { ...setup, model: `models/${upstreamModel}` } };
  },
  fromClient(message) {
    const content = objectIn(message, "clientContent");
    if (Object.keys(content).length > 0) {
      const reads = { input: tokensOfText(JSON.stringify(content)) };
      return { starts: content.turnComplete === true ? 1 : 0, reads };
    }
    if (message.toolResponse !== undefined) {
      return { starts: 1, reads: { input: tokensOfText(JSON.stringify(message.toolResponse)) } };
    }
    const input = objectIn(message, "realtimeInput");
    if (Object.keys(input).length > 0) return { starts: 0, reads: readsOf(input) };
    return message.setup === undefined
      ? QUIET
      : { starts: 0, reads: { input: tokensOfText(JSON.stringify(message.setup)) } };
  },
  fromProvider(message): ProviderMessage {
    const content = objectIn(message, "serverContent");
    const raw = message.usageMetadata === undefined ? null : objectIn(message, "usageMetadata");
    const speaks = content.modelTurn !== undefined || message.toolCall !== undefined;
    return {
      begins: speaks ? 1 : 0,
      makes: makesOf(content),
      reports: raw === null ? null : liveUsage(raw),
      raw,
      adds: {},
      ends: content.turnComplete === true || message.toolCall !== undefined,
    };
  },
  error: ({ message, code }) => ({
    error: { code: statusOf(code), message, status: code },
  }),
};

/** The usage of a turn: thoughts stand beside the response, tools' results belong to the prompt. */
export function liveUsage(report: JsonObject): Usage | null {
  const prompt = countAt(report, "promptTokenCount");
  const response = countAt(report, "responseTokenCount") ?? countAt(report, "candidatesTokenCount");
  if (prompt === null && response === null) return null;
  const whole = (prompt ?? 0) + (countAt(report, "toolUsePromptTokenCount") ?? 0);
  const cached = Math.min(countAt(report, "cachedContentTokenCount") ?? 0, whole);
  const heard = Math.min(ofModality(report, "promptTokensDetails", "AUDIO"), whole - cached);
  const spoken = Math.min(
    ofModality(report, "responseTokensDetails", "AUDIO"),
    response ?? 0,
  );
  const thoughts = countAt(report, "thoughtsTokenCount") ?? 0;
  return {
    ...(prompt === null ? {} : {
      input: whole - cached - heard,
      ...(cached > 0 ? { cached_input: cached } : {}),
      ...(heard > 0 ? { audio_input: heard } : {}),
    }),
    ...(response === null ? {} : {
      output: response - spoken,
      ...(spoken > 0 ? { audio_output: spoken } : {}),
      ...(thoughts > 0 ? { reasoning: thoughts } : {}),
    }),
  };
}

function readsOf(input: JsonObject): Usage {
  const text = textIn(input, "text");
  if (text !== "") return { input: tokensOfText(text) };
  const chunks = Array.isArray(input.mediaChunks)
    ? input.mediaChunks.map((chunk) => ({ chunk }))
    : [{ chunk: input.audio ?? null }, { chunk: input.video ?? null }];
  let sound = 0;
  let frames = 0;
  for (const each of chunks) {
    const blob = objectIn(each, "chunk");
    if (textIn(blob, "mimeType").startsWith("audio/")) {
      sound += tokensOfSound(textIn(blob, "data").length, HEARD);
    } else if (textIn(blob, "data") !== "") frames += 1;
  }
  return {
    ...(sound > 0 ? { audio_input: sound } : {}),
    ...(frames > 0 ? { image_input: frames * TOKENS_PER_FRAME } : {}),
  };
}

function makesOf(content: JsonObject): Usage {
  const { parts } = objectIn(content, "modelTurn");
  if (!Array.isArray(parts)) return {};
  let output = 0;
  let sound = 0;
  for (const part of parts) {
    if (typeof part !== "object" || part === null || Array.isArray(part)) continue;
    output += tokensOfText(textIn(part as JsonObject, "text"));
    sound += tokensOfSound(textIn(objectIn(part, "inlineData"), "data").length, SAID);
  }
  return { ...(output > 0 ? { output } : {}), ...(sound > 0 ? { audio_output: sound } : {}) };
}

function ofModality(report: JsonObject, member: string, modality: string): number {
  const details = report[member];
  if (!Array.isArray(details)) return 0;
  let tokens = 0;
  for (const each of details) {
    if (typeof each !== "object" || each === null || Array.isArray(each)) continue;
    const detail = each as JsonObject;
    if (detail.modality === modality) tokens += countAt(detail, "tokenCount") ?? 0;
  }
  return tokens;
}
