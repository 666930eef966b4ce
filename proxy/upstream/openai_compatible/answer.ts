/** An answer that is not a stream. @module */
import { failure } from "../../../shared/errors.ts";
import type { AnswerReading, TextCount } from "../adapter.ts";
import { classifyErrorMember } from "./failure.ts";
import { countChoices, NOTHING_COUNTED } from "./text.ts";
import { usageOf } from "./usage.ts";

const decoder = new TextDecoder();

/** Reads a whole answer; an `error` member means failure even with status 200. */
export function readAnswer(body: Uint8Array<ArrayBuffer>): AnswerReading {
  let answer: unknown;
  try {
    answer = JSON.parse(decoder.decode(body));
  } catch {
    return notUnderstood("is not JSON");
  }
  if (typeof answer !== "object" || answer === null) return notUnderstood("is not an object");
  const members = answer as Record<string, unknown>;
  if (members.error !== undefined && members.error !== null) {
    return classifyErrorMember(members.error);
  }
  if (!Array.isArray(members.choices)) return notUnderstood("has no choices");
  return {
    usage: usageOf(members.usage),
    text: (): TextCount => countChoices(NOTHING_COUNTED, members.choices),
  };
}

function notUnderstood(why: string): AnswerReading {
  return {
    failure: failure("upstream_invalid_response", `The provider's answer ${why}.`),
    tryNext: true,
  };
}
