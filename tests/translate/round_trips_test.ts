import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sse } from "../../proxy/dialects/framing/mod.ts";
import { messagesWire } from "../../proxy/translate/anthropic_messages/mod.ts";
import type { Answer, AnswerPart, Delta } from "../../proxy/translate/answer.ts";
import { generateWire } from "../../proxy/translate/google_generate_content/mod.ts";
import { chatWire } from "../../proxy/translate/openai_chat/mod.ts";
import { responsesWire } from "../../proxy/translate/openai_responses/mod.ts";
import type { Wire } from "../../proxy/translate/wire.ts";
import type { JsonObject } from "../../shared/json.ts";
import { callOf, type Protocol, sentBody, translation } from "./translating.ts";

const CHAT = "openai.chat.completions";
const OTHERS: readonly Protocol[] = [
  "anthropic.messages",
  "google.generateContent",
  "openai.responses",
];

const text = fc.string({ minLength: 1, maxLength: 20, unit: "grapheme" });
const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,10}$/);
const id = fc.stringMatching(/^call_[a-zA-Z0-9]{1,12}$/);
const args = fc.dictionary(name, fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null)), {
  maxKeys: 3,
  noNullPrototype: true,
});

const image = fc.base64String({ minLength: 4, maxLength: 16 })
  .map((data) => ({ type: "image_url", image_url: { url: `data:image/png;base64,${data}` } }));

const userContent = fc.oneof(
  text,
  fc.tuple(
    text.map((each) => ({ type: "text", text: each })),
    fc.array(fc.oneof(image, text.map((each) => ({ type: "text", text: each }))), {
      minLength: 1,
      maxLength: 3,
    }),
  ).map(([first, rest]) => [first, ...rest]),
);

/** A turn of the user's, and of the model's, with the results of what it called. */
const exchange = fc.record({
  asked: userContent,
  said: text,
  calls: fc.uniqueArray(fc.record({ id, name, args, result: text }), {
    maxLength: 3,
    selector: (call) => call.id,
  }),
}).map(({ asked, said, calls }): JsonObject[] => [
  { role: "user", content: asked },
  {
    role: "assistant",
    content: said,
    ...(calls.length === 0 ? {} : {
      tool_calls: calls.map((call) => ({
        id: call.id,
        type: "function",
        function: { name: call.name, arguments: JSON.stringify(call.args) },
      })),
    }),
  },
  ...calls.map((call) => ({ role: "tool", tool_call_id: call.id, content: call.result })),
]);

const tools = fc.array(
  fc.record({ name, description: text }).map((each) => ({
    type: "function",
    function: {
      ...each,
      parameters: { type: "object", properties: { [each.name]: { type: "string" } } },
    },
  })),
  { minLength: 1, maxLength: 3 },
);

const request = fc.record({
  system: fc.option(text, { nil: undefined }),
  exchanges: fc.array(exchange, { maxLength: 3 }),
  last: userContent,
  settings: fc.record({
    max_completion_tokens: fc.integer({ min: 11_000, max: 20_000 }),
    temperature: fc.integer({ min: 0, max: 10 }).map((each) => each / 10),
    top_p: fc.integer({ min: 1, max: 10 }).map((each) => each / 10),
    stop: fc.array(text, { minLength: 1, maxLength: 3 }),
    reasoning_effort: fc.constantFrom("low", "medium", "high"),
    tools,
    tool_choice: fc.oneof(
      fc.constantFrom("auto", "none", "required"),
      name.map((each) => ({ type: "function", function: { name: each } })),
    ),
  }, { requiredKeys: ["max_completion_tokens"] }),
}).map(({ system, exchanges, last, settings }): JsonObject => ({
  messages: [
    ...(system === undefined ? [] : [{ role: "system", content: system }]),
    ...exchanges.flat(),
    { role: "user", content: last },
  ],
  ...settings,
}));

/** The same without what a protocol cannot say, and with what it must say. */
function sayable(body: JsonObject, other: Protocol): JsonObject {
  if (other !== "openai.responses") return body;
  const { stop: _unsaid, tools, ...rest } = body;
  if (!Array.isArray(tools)) return rest;
  const lenient = tools.map((tool) => ({
    ...tool,
    function: { ...tool.function, strict: false },
  }));
  return { ...rest, tools: lenient };
}

describe("a request that went to another protocol and back", () => {
  it.each(OTHERS)("is the same after %s", (other) => {
    fc.assert(
      fc.property(request, (drawn) => {
        const body = sayable(drawn, other);
        const there = sentBody(translation(callOf(CHAT, body), other));
        const { model: _named, ...back } = sentBody(translation(callOf(other, there), CHAT));
        expect(back).toEqual(JSON.parse(JSON.stringify(body)));
      }),
      { numRuns: 100 },
    );
  });
});

const part: fc.Arbitrary<AnswerPart> = fc.oneof(
  text.map((each): AnswerPart => ({ kind: "text", text: each })),
  text.map((each): AnswerPart => ({ kind: "reasoning", text: each })),
  fc.record({ id, name, args }).map((call): AnswerPart => ({ kind: "call", ...call })),
);

const answer = fc.record({
  parts: fc.array(part, { maxLength: 6 }),
  cut: fc.boolean(),
}).map(({ parts, cut }): Answer => ({
  id: "a-1",
  model: "m-1",
  parts,
  stop: cut ? "length" : parts.some(({ kind }) => kind === "call") ? "calls" : "end",
  stopSequence: null,
}));

/** The steps in which an answer may have come, each text in two. */
function deltasOf({ id, model, parts, stop }: Answer): Delta[] {
  let key = 0;
  return [
    { kind: "begin", id, model },
    ...parts.flatMap((each): Delta[] => {
      if (each.kind === "text" || each.kind === "reasoning") {
        const { kind, text } = each;
        const half = text.length >> 1;
        return [text.slice(0, half), text.slice(half)]
          .filter((piece) => piece !== "").map((piece) => ({ kind, text: piece }));
      }
      if (each.kind !== "call") return [];
      const json = JSON.stringify(each.args);
      const own = key++;
      return [
        { kind: "call", key: own, id: each.id, name: each.name },
        { kind: "arguments", key: own, json: json.slice(0, 1) },
        { kind: "arguments", key: own, json: json.slice(1) },
      ];
    }),
    { kind: "stop", stop: stop ?? "end", sequence: null },
  ];
}

/** What steps come to: what one kind said in a row is one part. */
function answerOf(deltas: readonly Delta[]): Pick<Answer, "parts" | "stop"> {
  const parts: AnswerPart[] = [];
  const calls: { id: string; name: string; json: string }[] = [];
  let stop: Answer["stop"] = null;
  for (const delta of deltas) {
    const last = parts.at(-1);
    if (delta.kind === "text" || delta.kind === "reasoning") {
      if (last?.kind === delta.kind) {
        parts[parts.length - 1] = { ...last, text: last.text + delta.text };
      } else parts.push({ kind: delta.kind, text: delta.text });
    } else if (delta.kind === "call") {
      const call = { id: delta.id, name: delta.name, json: "" };
      calls.push(call);
      parts.push({ kind: "call", id: call.id, name: call.name, args: {} });
    } else if (delta.kind === "arguments") {
      const call = calls[delta.key];
      if (call !== undefined) call.json += delta.json;
    } else if (delta.kind === "stop") stop = delta.stop;
  }
  let next = 0;
  return {
    stop,
    parts: parts.map((each) =>
      each.kind === "call" ? { ...each, args: JSON.parse(calls[next++]?.json ?? "{}") } : each
    ),
  };
}

/** The order in which a protocol keeps thoughts, texts and calls apart; the others keep any order. */
function inOrderOf(wire: Wire, { parts, stop }: Pick<Answer, "parts" | "stop">) {
  const merged = answerOf(deltasOf({ id: null, model: null, parts, stop, stopSequence: null }));
  if (wire !== chatWire) return merged;
  const joined = (kind: "reasoning" | "text") => {
    const all = merged.parts.flatMap((each) => each.kind === kind ? [each.text] : []).join("");
    return all === "" ? [] : [{ kind, text: all }];
  };
  const calls = merged.parts.filter(({ kind }) => kind === "call");
  return { stop, parts: [...joined("reasoning"), ...joined("text"), ...calls] };
}

describe.each([[chatWire], [messagesWire], [generateWire], [responsesWire]])(
  "an answer in $dialect",
  (wire) => {
    const context = { model: "m-1", createdS: 0, asEvents: true };

    it("is read as it was written", () => {
      fc.assert(fc.property(answer, (each) => {
        const { parts, stop } = wire.readAnswer(wire.writeAnswer(each, null, context));
        expect(inOrderOf(wire, { parts, stop })).toEqual(inOrderOf(wire, each));
      }));
    });

    it("says as a stream what it says as a whole", () => {
      fc.assert(fc.property(answer, (each) => {
        let written = wire.writes.start(context);
        let out = "";
        for (const delta of deltasOf(each)) {
          const [next, more] = wire.writes.step(written, delta);
          written = next;
          out += more;
        }
        const { rest, mark } = wire.writes.end(written, null);
        out += rest + mark;
        let read = wire.reads.start;
        const deltas: Delta[] = [];
        for (const { data } of sse.eventsIn(out)) {
          if (data === "[DONE]") continue;
          const [next, more] = wire.reads.step(read, JSON.parse(data));
          read = next;
          deltas.push(...more);
        }
        expect(inOrderOf(wire, answerOf(deltas))).toEqual(inOrderOf(wire, each));
      }));
    });
  },
);
