import Anthropic from "@anthropic-ai/sdk";
import fc from "fast-check";
import OpenAI from "openai";
import { describe, expect, it } from "vitest";
import { type Bytes, dialectOf } from "../../proxy/dialects/mod.ts";
import { failure } from "../../shared/errors.ts";
import { bytesOf, passedBytes, runStream } from "../dialects/mod.ts";
import { answerBytes, readRecordings } from "../recordings/mod.ts";
import { readByAnthropic, readByOpenAi } from "./official_clients.ts";
import { callOf, type Protocol, smallestCall, translation } from "./translating.ts";

const CHAT = "openai.chat.completions";
const MESSAGES = "anthropic.messages";
const CONTENT = "google.generateContent";
const RESPONSES = "openai.responses";

const HEAD = {
  status: 200,
  headers: new Headers({
    "content-type": "text/event-stream",
    date: "Sat, 01 Aug 2026 00:00:00 GMT",
  }),
};

const events = (...all: readonly unknown[]) =>
  bytesOf(all.map((each) => `data: ${JSON.stringify(each)}\n\n`).join(""));

function reader(from: Protocol, to: Protocol) {
  return translation(smallestCall(to, true), from).reader;
}

const thinking = events(
  {
    type: "message_start",
    message: {
      id: "msg_1",
      type: "message",
      role: "assistant",
      model: "claude",
      content: [],
      usage: { input_tokens: 9, cache_read_input_tokens: 3, output_tokens: 1 },
    },
  },
  { type: "content_block_start", index: 0, content_block: { type: "thinking", thinking: "" } },
  { type: "ping" },
  { type: "content_block_delta", index: 0, delta: { type: "thinking_delta", thinking: "Hm" } },
  { type: "content_block_delta", index: 0, delta: { type: "signature_delta", signature: "c2ln" } },
  { type: "content_block_stop", index: 0 },
  {
    type: "content_block_start",
    index: 1,
    content_block: { type: "redacted_thinking", data: "c2VhbGVk" },
  },
  { type: "content_block_stop", index: 1 },
  { type: "content_block_start", index: 2, content_block: { type: "text", text: "" } },
  { type: "content_block_delta", index: 2, delta: { type: "text_delta", text: "Ho" } },
  { type: "content_block_stop", index: 2 },
  {
    type: "content_block_start",
    index: 3,
    content_block: { type: "tool_use", id: "toolu_1", name: "go", input: {} },
  },
  { type: "content_block_stop", index: 3 },
  {
    type: "message_delta",
    delta: { stop_reason: "tool_use", stop_sequence: null },
    usage: { output_tokens: 7 },
  },
  { type: "message_stop" },
);

describe("a stream of Anthropic's for OpenAI's clients", () => {
  const { outputs } = runStream(reader(MESSAGES, CHAT), [thinking], true, HEAD);

  it("has the usage event and the end mark by themselves", () => {
    expect(outputs.map(({ kind }) => kind)).toEqual(["bytes", "usage", "done"]);
    expect(outputs[1]).toMatchObject({
      event: {
        choices: [],
        created: 1_785_542_400,
        usage: {
          prompt_tokens: 12,
          completion_tokens: 7,
          total_tokens: 19,
          prompt_tokens_details: { cached_tokens: 3 },
        },
      },
    });
    expect(new TextDecoder().decode(passedBytes(outputs.slice(2)))).toBe("data: [DONE]\n\n");
  });

  it("says a call without arguments as a call with an empty object", async () => {
    const { calls, text, reasoning, stop } = await readByOpenAi(passedBytes(outputs));
    expect({ calls, text, reasoning, stop }).toEqual({
      calls: [{ name: "go", args: {} }],
      text: "Ho",
      reasoning: "Hm",
      stop: "tool_calls",
    });
  });

  it("carries what is signed so that it can be sent back", () => {
    const details = new TextDecoder().decode(passedBytes(outputs)).split("\n\n")
      .filter((line) => line.includes("reasoning_details"))
      .flatMap((line) => JSON.parse(line.slice(5)).choices[0].delta.reasoning_details);
    const [signature, sealed] = details;
    const body = {
      messages: [
        { role: "user", content: "Hi" },
        {
          role: "assistant",
          content: "Ho",
          reasoning_content: "Hm",
          reasoning_details: [{ ...signature, text: "Hm" }, sealed],
        },
        { role: "user", content: "Hi" },
      ],
    };
    const sent = JSON.parse(String(translation(callOf(CHAT, body), MESSAGES).sent.body));
    expect(sent.messages[1].content).toEqual([
      { type: "thinking", thinking: "Hm", signature: "c2ln" },
      { type: "redacted_thinking", data: "c2VhbGVk" },
      { type: "text", text: "Ho" },
    ]);
  });
});

describe("a signed call of Google's", () => {
  const signed = {
    candidates: [{
      content: {
        role: "model",
        parts: [{ functionCall: { name: "go", args: { to: 1 } }, thoughtSignature: "c2ln" }],
      },
      finishReason: "STOP",
    }],
    usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 2, totalTokenCount: 7 },
    responseId: "r1",
    modelVersion: "gemini",
  };
  const sentBack = (call: ReturnType<typeof callOf>) =>
    JSON.parse(String(translation(call, CONTENT).sent.body)).contents[1].parts;
  const expected = [{
    functionCall: { id: "call_r1_0", name: "go", args: { to: 1 } },
    thoughtSignature: "c2ln",
  }];

  it.each([true, false])("comes back from OpenAI's clients, streamed: %s", (streaming) => {
    const message = { role: "assistant", content: null, tool_calls: [] as unknown[] };
    if (streaming) {
      const { outputs } = runStream(reader(CONTENT, CHAT), [events(signed)], true, HEAD);
      const deltas = new TextDecoder().decode(passedBytes(outputs)).split("\n\n")
        .filter((line) => line.includes('tool_calls":'))
        .map((line) => JSON.parse(line.slice(5)).choices[0].delta.tool_calls[0]);
      const { index: _index, ...call } = deltas[0];
      call.function.arguments = deltas[1].function.arguments;
      message.tool_calls = [call];
    } else message.tool_calls = whole(CHAT, signed).choices[0].message.tool_calls;
    expect(sentBack(callOf(CHAT, {
      messages: [{ role: "user", content: "Hi" }, message as never, {
        role: "tool",
        tool_call_id: "call_r1_0",
        content: "1",
      }],
    }))).toEqual(expected);
  });

  it("comes back from Anthropic's clients", () => {
    expect(sentBack(callOf(MESSAGES, {
      max_tokens: 10,
      messages: [
        { role: "user", content: "Hi" },
        { role: "assistant", content: whole(MESSAGES, signed).content },
        {
          role: "user",
          content: [{ type: "tool_result", tool_use_id: "call_r1_0", content: "1" }],
        },
      ],
    }))).toEqual(expected);
  });

  it("and its proof is left out for another provider, which is said", () => {
    const { content } = whole(MESSAGES, signed);
    const call = callOf(CHAT, {
      messages: [{ role: "user", content: "Hi" }, whole(CHAT, signed).choices[0].message],
    });
    expect(content[0].type).toBe("redacted_thinking");
    expect(translation(call, MESSAGES).leftOut).toEqual(["messages[1].tool_calls[0]"]);
  });

  // deno-lint-ignore no-explicit-any
  function whole(to: Protocol, answer: unknown): any {
    const reading = translation(smallestCall(to, false), CONTENT).reader
      .readAnswer(bytesOf(JSON.stringify(answer)), HEAD);
    if ("failure" in reading) throw new Error(reading.failure.message);
    return JSON.parse(new TextDecoder().decode(reading.translated));
  }
});

const chunk = (delta: unknown, finish_reason: string | null = null) => ({
  id: "c1",
  model: "gpt",
  choices: [{ index: 0, delta, finish_reason }],
});

describe("a stream of OpenAI's for others", () => {
  const parallel = events(
    chunk({ role: "assistant", content: "" }),
    chunk({ tool_calls: [{ index: 0, id: "a", function: { name: "go", arguments: "" } }] }),
    chunk({ tool_calls: [{ index: 1, id: "b", function: { name: "stop", arguments: "" } }] }),
    chunk({ tool_calls: [{ index: 0, function: { arguments: '{"to":1}' } }] }),
    chunk({ tool_calls: [{ index: 1, function: { arguments: '{"at":2}' } }] }),
    chunk({}, "tool_calls"),
  );

  it("keeps calls apart whose arguments come in turn", async () => {
    const { outputs } = runStream(reader(CHAT, MESSAGES), [parallel], true, HEAD);
    expect((await readByAnthropic(passedBytes(outputs))).calls).toEqual([
      { name: "go", args: { to: 1 } },
      { name: "stop", args: { at: 2 } },
    ]);
    const google = runStream(reader(CHAT, CONTENT), [parallel], true, HEAD);
    const text = new TextDecoder().decode(passedBytes(google.outputs));
    expect(text).toContain('{"id":"a","name":"go","args":{"to":1}}');
    expect(text).toContain('{"id":"b","name":"stop","args":{"at":2}}');
  });

  it("ends where its provider sends no mark, and not where it broke off", () => {
    const ended = runStream(reader(CHAT, MESSAGES), [parallel], true, HEAD);
    expect(ended.outputs.at(-1)).toMatchObject({ kind: "done" });
    expect(ended.state.done).toBe(true);
    const cut = runStream(reader(CHAT, MESSAGES), [parallel.subarray(0, 200)], true, HEAD);
    expect(cut.outputs.map(({ kind }) => kind)).not.toContain("done");
    expect(cut.state.done).toBe(false);
  });

  it("ends once, although its provider says so twice", () => {
    const twice = events(chunk({ content: "Hi" }), chunk({}, "stop"), chunk({}, "length"));
    const { outputs } = runStream(reader(CHAT, MESSAGES), [twice], true, HEAD);
    const text = new TextDecoder().decode(passedBytes(outputs));
    expect(text.match(/"stop_reason":"\w+"/g)).toEqual(['"stop_reason":"end_turn"']);
  });

  it("numbers the events of a response without a gap", () => {
    const { outputs } = runStream(reader(CHAT, RESPONSES), [parallel], true, HEAD);
    const numbers = new TextDecoder().decode(passedBytes(outputs)).split("\n")
      .filter((line) => line.startsWith("data:"))
      .map((line) => JSON.parse(line.slice(5)).sequence_number);
    expect(numbers.length).toBeGreaterThan(8);
    expect(numbers).toEqual(numbers.map((_each, index) => index));
  });

  it("says no usage that nobody reported", async () => {
    const { outputs } = runStream(reader(CHAT, MESSAGES), [parallel], true, HEAD);
    const { usage } = await readByAnthropic(passedBytes(outputs));
    expect(usage).toMatchObject({ output_tokens: null });
  });

  it("is one JSON array for Google's clients that asked for no events", () => {
    const call = callOf(CONTENT, { contents: [{ parts: [{ text: "Hi" }] }] }, true);
    const { query: _events, ...arrived } = call.arrived;
    const asArray = { ...call, arrived: { ...arrived, query: new URLSearchParams() } };
    const { reader } = translation(asArray, CHAT);
    expect(reader.contentType).toBe("application/json; charset=utf-8");
    const text = (outputs: ReturnType<typeof runStream>["outputs"]) =>
      new TextDecoder().decode(passedBytes(outputs));
    const whole = runStream(
      reader,
      [events(chunk({ content: "Hi" }), chunk({}, "stop"))],
      true,
      HEAD,
    );
    expect(JSON.parse(text(whole.outputs))).toMatchObject([
      { candidates: [{ content: { parts: [{ text: "Hi" }] } }] },
      { candidates: [{ finishReason: "STOP" }] },
    ]);
    const begun = runStream(reader, [events(chunk({ content: "Hi" }))], false, HEAD);
    const broken = reader.errorEvent?.(failure("upstream_stream_cut", "It broke off."));
    expect(JSON.parse(text(begun.outputs) + new TextDecoder().decode(broken))).toHaveLength(2);
  });
});

describe("failures", () => {
  const opening = [
    { type: "message_start", message: { id: "m", model: "c", usage: { input_tokens: 1 } } },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hi" } },
  ];
  const error = { error: { message: "The server had an error", type: "server_error" } };
  const overloaded = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };

  it.each<[Protocol, Protocol, Bytes, typeof readByOpenAi, unknown]>([
    [MESSAGES, CHAT, events(...opening, overloaded), readByOpenAi, OpenAI.APIError],
    [CHAT, MESSAGES, events(chunk({ content: "Hi" }), error), readByAnthropic, Anthropic.APIError],
  ])(
    "in mid-stream of %s are raised by the clients of %s",
    async (from, to, bytes, read, raised) => {
      const { outputs } = runStream(reader(from, to), [bytes], true, HEAD);
      const last = outputs.at(-1);
      if (last?.kind !== "failure") throw new Error("expected a failure");
      const event = dialectOf(to).errors.event(last.failure.failure);
      const seen = new Uint8Array([...passedBytes(outputs.slice(0, -1)), ...event]);
      expect(new TextDecoder().decode(seen)).toContain("Hi");
      await expect(read(seen)).rejects.toThrow(raised as typeof Error);
    },
  );

  it("are classified as the upstream's dialect does, without the names of its protocol", () => {
    const body = JSON.stringify({
      type: "error",
      error: { type: "invalid_request_error", message: "max_tokens: too many" },
    });
    const head = { status: 400, headers: new Headers() };
    const own = dialectOf(MESSAGES).reader(smallestCall(MESSAGES, false)).failure(head, body);
    const there = translation(smallestCall(CHAT, false), MESSAGES).reader.failure(head, body);
    expect(there.errorClass).toBe(own.errorClass);
    expect(there.failure.message).toBe(own.failure.message);
    expect(there.failure).not.toHaveProperty("upstreamType");
    expect(dialectOf(CHAT).errors.body(there.failure)).toMatchObject({
      error: { type: "invalid_request_error", code: "upstream_bad_request" },
    });
  });
});

describe("a translated stream, wherever it is cut", () => {
  const chosen = ([
    [CHAT, CHAT],
    [RESPONSES, RESPONSES],
    [MESSAGES, MESSAGES],
    [CONTENT, "google.streamGenerateContent"],
  ] as const).flatMap(([from, api]) =>
    readRecordings({ api, streaming: true })
      .filter(({ response, framing }) => response.status === 200 && framing === "sse")
      .filter((_each, index) => index % 24 === 0)
      .map((recording) => [recording.id, from, answerBytes(recording)] as const)
  );

  it.each(chosen)("%s", (_id, from, bytes) => {
    for (const to of [CHAT, RESPONSES, MESSAGES, CONTENT] as const) {
      if (to === from) continue;
      const translating = reader(from, to);
      const whole = runStream(translating, [bytes], true, HEAD);
      const all = new TextDecoder().decode(passedBytes(whole.outputs));
      fc.assert(
        fc.property(fc.nat({ max: bytes.length }), fc.nat({ max: bytes.length }), (a, b) => {
          const [first, second] = a < b ? [a, b] : [b, a];
          const pieces: Bytes[] = [
            bytes.subarray(0, first),
            bytes.subarray(first, second),
            bytes.subarray(second),
          ].filter(({ length }) => length > 0);
          const cut = runStream(translating, pieces, true, HEAD);
          expect(new TextDecoder().decode(passedBytes(cut.outputs))).toBe(all);
          expect(cut.state.usage).toEqual(whole.state.usage);
          // Aborted there: a beginning of the same, and no count that the whole does not reach.
          const aborted = runStream(translating, pieces.slice(0, 1), false, HEAD);
          const begun = new TextDecoder().decode(passedBytes(aborted.outputs));
          expect(all.startsWith(begun)).toBe(true);
          const { counted } = translating.streamCount(aborted.state);
          const total = translating.streamCount(whole.state).counted;
          expect(counted.ascii).toBeLessThanOrEqual(total.ascii);
          expect(counted.other).toBeLessThanOrEqual(total.other);
        }),
        { numRuns: 10 },
      );
    }
  });
});
