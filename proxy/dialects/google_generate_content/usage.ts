/** From Gemini's token counts to disjoint classes. @module */
import type { JsonObject } from "../../../shared/json.ts";
import type { Usage } from "../../../shared/usage/mod.ts";
import { besides, countAt, memberAt, splitWhole, usageOrNull } from "../counts.ts";

/** The places of the modalities in the enumeration, where they are sent as numbers. */
const IMAGE = ["IMAGE", "image", 2];
const AUDIO = ["AUDIO", "audio", 4];

/**
 * Translates `usageMetadata`. What was cached is a part of the prompt; what tools read stands beside
 * it, and thoughts stand beside the candidates. Sound and pictures are parts of the prompt and of the
 * candidates; sound that was cached counts as cached. Null when neither side is reported.
 */
export function usageOf(report: unknown): Usage | null {
  return usageOrNull({ ...inputOf(report), ...outputOf(report) });
}

function inputOf(report: unknown): Usage {
  const prompt = countAt(report, "promptTokenCount");
  const toolUse = countAt(report, "toolUsePromptTokenCount");
  if (prompt === null && toolUse === null) return {};
  const details = memberAt(report, "promptTokensDetails") ?? memberAt(report, "promptTokenDetails");
  const cached = memberAt(report, "cacheTokensDetails");
  const split = splitWhole(prompt ?? 0, "input", [
    ["cached_input", countAt(report, "cachedContentTokenCount")],
    ["audio_input", Math.max(0, tokensOf(details, AUDIO) - tokensOf(cached, AUDIO))],
    ["image_input", Math.max(0, tokensOf(details, IMAGE) - tokensOf(cached, IMAGE))],
  ]);
  return { ...split, input: (split.input ?? 0) + (toolUse ?? 0) };
}

function outputOf(report: unknown): Usage {
  // Sessions name the same counts otherwise.
  const candidates = countAt(report, "candidatesTokenCount") ??
    countAt(report, "responseTokenCount");
  const thoughts = countAt(report, "thoughtsTokenCount");
  if (candidates === null && thoughts === null) return {};
  const details = memberAt(report, "candidatesTokensDetails") ??
    memberAt(report, "responseTokensDetails");
  return {
    ...splitWhole(candidates ?? 0, "output", [
      ["audio_output", tokensOf(details, AUDIO)],
      ["image_output", tokensOf(details, IMAGE)],
    ]),
    ...besides([["reasoning", thoughts]]),
  };
}

function tokensOf(details: unknown, modality: readonly unknown[]): number {
  if (!Array.isArray(details)) return 0;
  return details
    .filter((each) => modality.includes(memberAt(each, "modality")))
    .reduce((sum: number, each) => sum + (countAt(each, "tokenCount") ?? 0), 0);
}

/**
 * The reports of a stream so far, as one: each is cumulative, a later one may correct a count to less,
 * and may leave out what an earlier one said.
 */
export function overlaid(before: unknown, newer: unknown): JsonObject {
  const merged: Record<string, JsonObject[string]> = { ...objectOf(before) };
  for (const [name, value] of Object.entries(objectOf(newer))) {
    if (value !== null) merged[name] = value;
  }
  return merged;
}

function objectOf(value: unknown): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as JsonObject
    : {};
}

/**
 * The searches that an answer was grounded by. Up to Gemini 2 a grounded answer is one, however many
 * queries it took; from Gemini 3 on each query is one, by the price list. 0 when there were none.
 */
export function searchesIn(answer: JsonObject): number {
  if (!Array.isArray(answer.candidates)) return 0;
  let queries = 0;
  for (const candidate of answer.candidates) {
    const asked = memberAt(candidate, "groundingMetadata", "webSearchQueries");
    if (Array.isArray(asked)) queries += asked.filter((query) => query !== "").length;
  }
  return queries > 1 && /^gemini-[12]\b/.test(`${answer.modelVersion}`) ? 1 : queries;
}
