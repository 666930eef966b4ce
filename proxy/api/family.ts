/** Whose API a path belongs to where no dialect says it: for lists of models, and for refusals. @module */
import { type DialectName, dialectOf, type ErrorForm } from "../dialects/mod.ts";

/** Whose clients understand an answer. */
export type ApiFamily = "openai" | "anthropic" | "google";

const GOOGLE = /^\/(?:v1beta|v1beta1|v1\/gemini)(?:\/|$)/;
const ANTHROPIC = /^\/v1\/(?:anthropic|messages|complete)(?:\/|$)/;
const OPENAI = /^\/v1\/openai(?:\/|$)/;

const DIALECTS: Readonly<Record<ApiFamily, DialectName>> = {
  openai: "openai.chat.completions",
  anthropic: "anthropic.messages",
  google: "google.generateContent",
};

/**
 * The family of a path. Paths that several have in common, such as `/v1/models`, are told apart by
 * what only one family's clients send: Anthropic's `anthropic-version`, Google's `x-goog-api-key`. All
 * others are OpenAI's.
 */
export function familyOf(path: string, headers: Headers): ApiFamily {
  if (GOOGLE.test(path)) return "google";
  if (OPENAI.test(path)) return "openai";
  if (ANTHROPIC.test(path) || headers.has("anthropic-version")) return "anthropic";
  return headers.has("x-goog-api-key") ? "google" : "openai";
}

/** How errors look on such a path. */
export function errorFormOf(path: string, headers: Headers): ErrorForm {
  return dialectOf(DIALECTS[familyOf(path, headers)]).errors;
}
