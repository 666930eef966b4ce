/** What an OpenAI-compatible server's refusals mean. @module */
import { classify, classifyInside, type UpstreamFailure } from "../failures/mod.ts";
import type { AnswerHead } from "./dialect.ts";
import { wordsIn, wordsOf } from "./failure_words.ts";

/** Classifies an answer with another status than 2xx. */
export function classifyFailure({ status, headers }: AnswerHead, body: string): UpstreamFailure {
  return classify(status, headers, wordsOf(body));
}

/** The failure that an `error` member of an answer or of a stream's event stands for. */
export function classifyErrorMember(error: unknown): UpstreamFailure {
  return classifyInside(wordsIn({ error }));
}
