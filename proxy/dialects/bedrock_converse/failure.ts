/** How errors look in Bedrock's APIs, in both directions. @module */
import { statusOf } from "../../../shared/http/mod.ts";
import type { JsonObject } from "../../../shared/json.ts";
import type { ProxyFailure } from "../../errors.ts";
import { classify, classifyInside, type UpstreamFailure } from "../../failures/mod.ts";
import type { AnswerHead, ErrorForm } from "../dialect.ts";
import { wordsIn, wordsOf } from "../failure_words.ts";
import { awsMessage, EXCEPTION } from "../framing/mod.ts";

/** Names of exceptions by HTTP status. */
const EXCEPTIONS: Readonly<Record<number, string>> = {
  400: "ValidationException",
  401: "UnrecognizedClientException",
  402: "ServiceQuotaExceededException",
  403: "AccessDeniedException",
  404: "ResourceNotFoundException",
  413: "ValidationException",
  429: "ThrottlingException",
  503: "ServiceUnavailableException",
  504: "ModelTimeoutException",
};

/** `{"message": …}` with the exception's name; in a stream an exception. */
export const bedrockErrors: ErrorForm = {
  body,
  event: (failure) =>
    awsMessage({
      ":message-type": "exception",
      ":exception-type": "modelStreamErrorException",
      ":content-type": "application/json",
    }, JSON.stringify({ message: failure.message })),
};

function body(failure: ProxyFailure): JsonObject {
  return {
    __type: EXCEPTIONS[statusOf(failure.code)] ?? "InternalServerException",
    message: failure.message,
  };
}

/** Classifies an answer with another status than 2xx; a header names the exception. */
export function classifyFailure({ status, headers }: AnswerHead, body: string): UpstreamFailure {
  const said = wordsOf(body);
  const named = headers.get("x-amzn-errortype")?.split(":", 1)[0];
  return classify(status, headers, { ...said, code: said.code ?? named ?? null });
}

/** The failure of an exception inside of a stream; null when the event is none. */
export function exceptionIn(name: string | null, event: JsonObject): UpstreamFailure | null {
  if (name === null || !name.startsWith(EXCEPTION)) return null;
  return classifyInside({ ...wordsIn(event), code: name.slice(EXCEPTION.length) });
}
