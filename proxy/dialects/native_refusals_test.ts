import { describe, expect, it } from "vitest";
import { parseRecording, readerOf, readRecordings } from "../../tests/recordings/mod.ts";
import type { UpstreamErrorClass } from "../upstream/mod.ts";
import { dialectOf } from "./mod.ts";
import type { CallRequest, DialectName } from "./mod.ts";

const NATIVE = /^(?:anthropic|google|cohere|ollama|bedrock)\./;
const STREAMS: Readonly<Record<string, DialectName>> = {
  "google.streamGenerateContent": "google.generateContent",
  "bedrock.converse-stream": "bedrock.converse",
  "bedrock.invoke-stream": "bedrock.invoke",
};

/** What a status means unless the words say more. */
const BY_STATUS: Readonly<Record<number, UpstreamErrorClass>> = {
  400: "invalid_request",
  401: "auth",
  403: "auth",
  404: "model_not_found",
  429: "rate_limit",
  503: "overloaded",
};

/** Words of recorded bodies that say more than their status, as a person reads them. */
const BY_WORDS: readonly (readonly [RegExp, UpstreamErrorClass])[] = [
  [/credit balance is too low/, "quota_exceeded"],
  [/API key not valid/, "auth"],
  [/input token count exceeds/, "context_length"],
  [/model identifier is invalid|Invocation of model ID/, "model_not_found"],
  [/don't have access to the model/, "model_not_found"],
];

const refusals = readRecordings().filter(({ api, response }) =>
  NATIVE.test(api) && response.status >= 400
);

async function failureOf(recording: (typeof refusals)[number]) {
  const dialect = dialectOf(STREAMS[recording.api] ?? recording.api as DialectName);
  const { parsed } = await parseRecording(dialect, recording);
  // What is refused before it is sent has a reader all the same.
  const request = "request" in parsed ? parsed.request : null;
  const { reader, head, bytes } = readerOf(dialect, request ?? REFUSED, recording);
  return reader.failure(head, new TextDecoder().decode(bytes));
}

const REFUSED = {
  streaming: false,
  arrived: { query: new URLSearchParams(), action: null, body: { kind: "json", json: {} } },
} as unknown as CallRequest;

describe("recorded refusals of native APIs", () => {
  it("are more than a hundred", () => expect(refusals.length).toBeGreaterThan(100));

  it.each(refusals.map((each) => [each.id, each] as const))("%s", async (_id, recording) => {
    const { status, body } = recording.response;
    const { failure, errorClass } = await failureOf(recording);
    const words = BY_WORDS.find(([pattern]) => pattern.test(body))?.[1];
    expect(errorClass).toBe(words ?? BY_STATUS[status]);
    expect(failure.message.length).toBeGreaterThan(10);
    if (errorClass === "auth") expect(JSON.stringify(failure)).not.toMatch(/key|token is/i);
  });

  it("say when a quota of Google's is open again", async () => {
    const limited = refusals.find(({ response }) => response.body.includes("retryDelay"));
    if (limited === undefined) throw new Error("no recording names a delay");
    const { failure } = await failureOf(limited);
    expect(failure.code).toBe("upstream_rate_limited");
    expect(failure.retryAfterMs).toBe(48_000);
  });
});
