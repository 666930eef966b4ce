/** What the body of a provider's error says, in whichever members it stands. @module */
import type { Said } from "../failures/mod.ts";
import { memberAt } from "./counts.ts";

const MAX_MESSAGE_LENGTH = 2_000;

/**
 * Reads a body: `error` or `detail` as an object or a text, or the members themselves; a list stands
 * for its first element, an event of a stream for its payload, and any other text for a message.
 * Google's reasons (`API_KEY_INVALID`) tell more than its statuses, so they stand for the code.
 */
export function wordsOf(body: string): Said {
  return wordsIn(parsedBody(body));
}

/** The same for what was parsed already. */
export function wordsIn(said: unknown): Said {
  const body = Array.isArray(said) ? said[0] : said;
  const error = memberAt(body, "error") ?? memberAt(body, "detail");
  const from = typeof error === "object" && error !== null ? error : body;
  const text = (...names: readonly string[]) => {
    for (const name of names) {
      const value = memberAt(from, name);
      if (typeof value === "number") return `${value}`;
      if (typeof value === "string" && value !== "") return value.slice(0, MAX_MESSAGE_LENGTH);
    }
    return null;
  };
  // What a gateway was told by the provider behind it tells more than the gateway's own words.
  const behind = memberAt(from, "metadata", "raw");
  if (typeof behind === "string" && behind !== "") {
    const { message, type, param, code } = wordsOf(behind);
    return {
      message: message ?? text("message"),
      type: type ?? text("type"),
      param: param ?? text("param"),
      code: code ?? text("code"),
    };
  }
  return {
    message: typeof error === "string"
      ? error.slice(0, MAX_MESSAGE_LENGTH)
      : text("message", "Message", "errorMessage"),
    type: text("type", "__type", "status"),
    param: text("param"),
    code: reasonIn(memberAt(from, "details")) ?? text("code"),
  };
}

function reasonIn(details: unknown): string | null {
  if (!Array.isArray(details)) return null;
  for (const detail of details) {
    const reason = memberAt(detail, "reason");
    if (typeof reason === "string") return reason;
  }
  return null;
}

/** A body as JSON; any other text as its message, nothing as null. */
export function parsedBody(text: string): unknown {
  const trimmed = text.trim();
  // An error that was sent as the only event of a stream.
  const data = /^(?:event:[^\n]*\n)?data:(.*)$/s.exec(trimmed)?.[1] ?? trimmed;
  try {
    return JSON.parse(data);
  } catch {
    return trimmed === "" ? null : { message: text };
  }
}
