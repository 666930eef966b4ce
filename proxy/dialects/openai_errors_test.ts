import { describe, expect, it } from "vitest";
import { arrivedJson, bytesOf, requestOf, runStream } from "../../tests/dialects/mod.ts";
import { answerBytes, readRecordings, recordedApis } from "../../tests/recordings/mod.ts";
import { errorBody } from "../errors.ts";
import { ERROR_POLICIES, type UpstreamErrorClass } from "../failures/mod.ts";
import { OPENAI_DIALECTS } from "./openai.ts";
import { classifyErrorMember, classifyFailure } from "./openai_failure.ts";

/** What a status means where the body does not tell more. */
const BY_STATUS: Readonly<Record<number, UpstreamErrorClass>> = {
  400: "invalid_request",
  401: "auth",
  403: "auth",
  404: "model_not_found",
  422: "invalid_request",
  429: "rate_limit",
  500: "server_error",
  501: "server_error",
};

/** Recordings whose body tells more than their status. */
const BY_BODY: Readonly<Record<string, UpstreamErrorClass>> = Object.fromEntries(
  ([
    // "Incorrect API key provided", with status 400.
    ["auth", "xai 3afe2200bc, xai 7dd7366cbd"],
    // Decommissioned, misspelt, not served by this API, or not a model of this kind, with 400 or 403.
    [
      "model_not_found",
      "deepseek 8c3c2b02bf, groq 136063db36, groq 8a42015638, groq e96f92cd3c, " +
      "mistral 96cab5c369, openai 09cffc9453, openai 1ead2fc3a3, openai 65032cd867, " +
      "openai 6fd31a25f6, openai ac676aa939, openai af21176516, openai b7cd13ad37, " +
      "openai fb2fc65053, openai fb7a5f6916, openai 58b811067d, openrouter 4f0ab50ffc",
    ],
    [
      "context_length",
      "ollama-cloud f22c4902b1, openai 2b9898485f, openrouter 794b3aea61, perplexity 74022e6e07",
    ],
    // "You exceeded your current quota", with status 429.
    ["quota_exceeded", "openai 105796766f"],
    // "Content violates usage guidelines", with status 403, told by a gateway.
    ["content_filter", "openrouter a4eef349cb"],
  ] as const).flatMap(([errorClass, names]) =>
    names.split(", ").map((name) => [name, errorClass] as const)
  ),
);

const recorded = new Set(recordedApis());
const errors = OPENAI_DIALECTS.filter(({ name }) => recorded.has(name))
  .flatMap(({ name }) => readRecordings({ api: name }))
  .filter(({ response }) => response.status >= 300)
  .map((recording) => ({
    recording,
    name: `${recording.provider} ${recording.id.slice(recording.id.lastIndexOf(".") + 1)}`,
    upstream: classifyFailure({
      status: recording.response.status,
      headers: new Headers(),
    }, new TextDecoder().decode(answerBytes(recording))),
  }));

describe("recorded errors", () => {
  it("are there", () => expect(errors.length).toBeGreaterThan(130));

  it("have the class that their words and their status mean", () => {
    const wrong = errors.flatMap(({ recording, name, upstream }) => {
      const expected = BY_BODY[name] ?? BY_STATUS[recording.response.status];
      return upstream.errorClass === expected ? [] : [`${name}: ${upstream.errorClass}`];
    });
    expect(wrong).toEqual([]);
    const found = new Set(errors.map(({ name }) => name));
    expect(Object.keys(BY_BODY).filter((name) => !found.has(name))).toEqual([]);
  });

  it("are told to the caller without anything of a key, and move on as their class says", () => {
    for (const { name, upstream } of errors) {
      const told = JSON.stringify(errorBody(upstream.failure));
      expect(told, name).not.toMatch(/sk-|api.?key|key id|bearer/i);
      expect(upstream.failure.code).toBe(ERROR_POLICIES[upstream.errorClass].code);
      expect(upstream.tryNext).toBe(ERROR_POLICIES[upstream.errorClass].tryNext);
    }
  });
});

describe("an error", () => {
  it.each([
    ["a limit on tokens that is not valid is about the request", 400, {
      error: { message: "Invalid 'max_output_tokens': integer below minimum value." },
    }, "invalid_request"],
    ["a token of access that is not valid is about the key", 400, {
      error: { message: "Invalid access token." },
    }, "auth"],
    ["a gateway's error is what the provider behind it said", 400, {
      error: {
        code: 400,
        message: "Provider returned error",
        metadata: { raw: '{"error":{"message":"maximum context length is 5 tokens"}}' },
      },
    }, "context_length"],
    ["a refusal without words is about the key", 403, {}, "auth"],
  ])("%s", (_name, status, body, expected) => {
    const head = { status, headers: new Headers() };
    expect(classifyFailure(head, JSON.stringify(body)).errorClass).toBe(expected);
  });

  it("says when to try again, by whichever header says later", () => {
    const headers = new Headers({ "retry-after": "7", "retry-after-ms": "1500" });
    expect(classifyFailure({ status: 429, headers }, "").failure.retryAfterMs).toBe(7_000);
  });

  it("in the middle of an answer is quoted, unless it names a key", () => {
    const said = (message: string) => classifyErrorMember({ message }).failure.message;
    expect(said("The engine broke.")).toContain("The engine broke.");
    expect(said("Stopped for API key ID: 5bfd0532.")).not.toContain("5bfd0532");
  });
});

describe("an error as a whole where a stream was asked for", () => {
  const request = { model: "m", stream: true };
  it.each([
    ["openai.chat.completions", { ...request, messages: [{ role: "user", content: "" }] }],
    ["openai.responses", { ...request, input: "" }],
  ])("fails %s by its class, before anything has come out", (name, json) => {
    const dialect = OPENAI_DIALECTS.find((each) => each.name === name);
    if (dialect === undefined) throw new Error(`there is no ${name}`);
    const reader = dialect.reader(requestOf(dialect, arrivedJson(json)));
    expect(reader.accepts("application/json")).toBe(true);
    const body = bytesOf('{"error": {"message": "Slow down.", "code": "rate_limit_exceeded"}}');
    for (const chunks of [[body], Array.from(body, (_, at) => body.subarray(at, at + 1))]) {
      const { state, outputs } = runStream(reader, chunks);
      expect(state.started).toBe(false);
      expect(outputs).toMatchObject([{ kind: "failure", failure: { errorClass: "rate_limit" } }]);
    }
  });
});
