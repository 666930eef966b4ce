/** What an OpenAI-compatible server's refusals mean. @module */
import { classify, classifyInside, type Said } from "../../upstream/classify.ts";
import type { UpstreamFailure } from "../../upstream/error_class.ts";
import type { AnswerHead } from "../dialect.ts";

const MAX_MESSAGE_LENGTH = 2_000;

/** Classifies an answer with another status than 2xx. */
export function classifyFailure({ status, headers }: AnswerHead, body: string): UpstreamFailure {
  return classify(status, headers, saidIn(parseOrNull(body)));
}

/** The failure that an `error` member of an answer or of a stream's event stands for. */
export function classifyErrorMember(error: unknown): UpstreamFailure {
  return classifyInside(saidIn({ error }));
}

/**
 * What the body of an error says: `error` as an object or a text, or the members themselves; a list
 * (Gemini's OpenAI-compatible form) stands for its first element.
 */
export function saidIn(said: unknown): Said {
  const body = Array.isArray(said) ? said[0] : said;
  const error = member(body, "error") ?? member(body, "detail");
  const from = typeof error === "object" && error !== null ? error : body;
  const text = (name: string) => {
    const value = member(from, name);
    if (typeof value === "number") return `${value}`;
    return typeof value === "string" && value !== "" ? value.slice(0, MAX_MESSAGE_LENGTH) : null;
  };
  return {
    message: typeof error === "string" ? error.slice(0, MAX_MESSAGE_LENGTH) : text("message"),
    type: text("type") ?? text("status"),
    param: text("param"),
    code: text("code"),
  };
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text.trim() === "" ? null : { message: text };
  }
}
