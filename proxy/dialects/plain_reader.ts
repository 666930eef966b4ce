/** Readers of APIs whose answers are never streams. @module */
import { classify, upstreamFailure } from "../failures/mod.ts";
import type { AnswerReader } from "./dialect.ts";
import { emptyStreamState } from "./event_stream.ts";
import { wordsOf } from "./failure_words.ts";
import { NOTHING_COUNTED } from "./text.ts";

/** What such an API says for itself. */
export type PlainForm =
  & Pick<AnswerReader, "readAnswer">
  & Partial<Pick<AnswerReader, "accepts" | "failure" | "readBeginning" | "contentType">>;

/** Whether a content type is the one asked for; a provider that names none is taken at its word. */
export function isOfType(contentType: string, word: string): boolean {
  return contentType === "" || contentType.includes(word);
}

/** Takes the missing parts to be JSON without any text of a model's. */
export function plainReader(form: PlainForm): AnswerReader {
  const unexpected = upstreamFailure("malformed", "The provider answers with a stream.");
  return {
    accepts: (contentType) => isOfType(contentType, "json"),
    failure: ({ status, headers }, body) => classify(status, headers, wordsOf(body)),
    readBeginning: () => NOTHING_COUNTED,
    contentType: null,
    ...form,
    streams: false,
    streamStart: emptyStreamState,
    streamStep: (state) => [state, [{ kind: "failure", failure: unexpected }]],
    streamEnd: (state) => [state, []],
    streamCount: (state) => state,
    endsWithoutMark: false,
  };
}
