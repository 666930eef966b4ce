/** What recorded streams say, read here without any of the code that is tested. @module */
import type { JsonObject } from "../../shared/json.ts";
import type { Recording } from "../recordings/mod.ts";
import { argumentsIn, type Said, STOPS } from "./said.ts";

/** The JSON events of a stream, or the elements of the array that it is. */
export function eventsIn({ response: { body } }: Recording): JsonObject[] {
  if (body.trimStart().startsWith("[")) return JSON.parse(body);
  return body.split(/\r?\n\r?\n/).flatMap((block) => {
    const data = block.split(/\r?\n/).filter((line) => line.startsWith("data:"))
      .map((line) => line.slice(5).trim()).join("\n");
    return data === "" || data === "[DONE]" ? [] : [JSON.parse(data)];
  });
}

// deno-lint-ignore no-explicit-any
type Any = any;

/** What a recorded messages stream says. */
export function saidByMessages(events: readonly Any[]): Said {
  const blocks: Any[] = [];
  let stop: string | null = null;
  for (const event of events) {
    if (event.type === "content_block_start") {
      const input = event.content_block.input;
      const whole = input !== undefined && Object.keys(input).length > 0;
      blocks.push({ ...event.content_block, json: whole ? JSON.stringify(input) : "" });
    } else if (event.type === "content_block_delta") {
      const block = blocks[event.index];
      const { text, thinking, partial_json } = event.delta;
      if (text !== undefined) block.text += text;
      if (thinking !== undefined) block.thinking += thinking;
      if (partial_json !== undefined) block.json += partial_json;
    } else if (event.type === "message_delta") {
      stop = STOPS[event.delta.stop_reason] ?? "stop";
    }
  }
  const of = (type: string) => blocks.filter((block) => block.type === type);
  return {
    text: of("text").map(({ text }) => text).join(""),
    reasoning: of("thinking").map(({ thinking }) => thinking).join(""),
    calls: of("tool_use").map(({ name, json }) => ({ name, args: argumentsIn(json) })),
    stop,
  };
}

const GOOGLE_STOPS: Readonly<Record<string, string>> = {
  STOP: "stop",
  1: "stop",
  MAX_TOKENS: "length",
  SAFETY: "content_filter",
};

/** What a recorded stream of generated content says. */
export function saidByContent(events: readonly Any[]): Said & { readonly images: string } {
  const parts = events.flatMap((event) => event.candidates?.[0]?.content?.parts ?? []);
  const reason = events.map((event) => event.candidates?.[0]?.finishReason)
    .find((each) => each !== undefined);
  const images = parts.filter((part) => part.inlineData !== undefined)
    .map(({ inlineData: { mimeType, data } }) => `![](data:${mimeType};base64,${data})`).join("");
  const text = (thought: boolean) =>
    parts.filter((part) => part.text !== undefined && (part.thought === true) === thought)
      .map((part) => part.text).join("");
  const calls: { name: string; args: Any }[] = [];
  for (const part of parts) {
    const called = part.functionCall ?? part.function_call;
    if (called?.name !== undefined) calls.push({ name: called.name, args: { ...called.args } });
    // Only texts and numbers at the top are recorded in pieces.
    for (const { jsonPath, stringValue, numberValue } of called?.partialArgs ?? []) {
      const args = calls.at(-1)?.args;
      const member = jsonPath.slice(2);
      args[member] = numberValue ?? (args[member] ?? "") + stringValue;
    }
  }
  const blocked = events.some((event) => event.promptFeedback?.blockReason !== undefined);
  const stop = GOOGLE_STOPS[reason] ?? (blocked ? "content_filter" : "stop");
  return {
    text: text(false),
    images,
    reasoning: text(true),
    calls,
    stop: stop === "stop" && calls.length > 0 ? "tool_calls" : stop,
  };
}

const CHAT_STOPS: Readonly<Record<string, string>> = {
  length: "length",
  tool_calls: "tool_calls",
  tool_call: "tool_calls",
  content_filter: "content_filter",
};

/** What a recorded stream of chat completions says; the first answer of several. */
export function saidByChat(events: readonly Any[]): Said {
  let text = "";
  let reasoning = "";
  let stop: string | null = null;
  const calls: { index: unknown; id: unknown; name: string; json: string }[] = [];
  const choices = events.flatMap((event) => event.choices ?? [])
    .filter((choice) => (choice.index ?? 0) === 0);
  for (const { delta = {}, finish_reason } of choices) {
    const parts = Array.isArray(delta.content) ? delta.content : [];
    if (typeof delta.content === "string") text += delta.content;
    for (const part of parts) {
      if (part.type === "text") text += part.text;
      else reasoning += part.thinking.map((each: Any) => each.text).join("");
    }
    const details = (delta.reasoning_details ?? [])
      .map((each: Any) => each.text ?? each.summary ?? "").join("");
    reasoning += delta.reasoning_content || delta.reasoning || details;
    for (const call of delta.tool_calls ?? []) {
      const { name = "", arguments: json = "" } = call.function ?? {};
      const known = calls.findLast(({ index }) => index === call.index);
      if (known === undefined || name && call.id && known.id !== call.id) {
        calls.push({ index: call.index, id: call.id, name, json: json ?? "" });
      } else known.json += json ?? "";
    }
    if (finish_reason) stop ??= CHAT_STOPS[finish_reason] ?? "stop";
  }
  return {
    text,
    reasoning,
    calls: calls.map(({ name, json }) => ({ name, args: argumentsIn(json) })),
    stop,
  };
}

/** What a whole response says. */
export function saidByResponse(response: Any): Said {
  const of = (type: string) => (response.output ?? []).filter((item: Any) => item.type === type);
  const calls = of("function_call").map((item: Any) => ({
    name: item.name,
    args: argumentsIn(item.arguments),
  }));
  const reason = response.incomplete_details?.reason;
  return {
    text: of("message").flatMap(({ content }: Any) => content)
      .map((part: Any) => part.text ?? part.refusal ?? "").join(""),
    reasoning: of("reasoning").map(({ summary, content }: Any) =>
      (summary?.length > 0 ? summary : content ?? []).map(({ text }: Any) => text).join("\n\n")
    ).join(""),
    calls,
    stop: reason === "max_output_tokens"
      ? "length"
      : reason === "content_filter"
      ? "content_filter"
      : calls.length > 0
      ? "tool_calls"
      : "stop",
  };
}

/** What a recorded stream of a response says: its items as they were when each was done. */
export function saidByResponses(events: readonly Any[]): Said {
  const output = events.filter(({ type }) => type === "response.output_item.done")
    .map(({ item }) => item);
  const ended = events.find(({ type }) =>
    type === "response.completed" || type === "response.incomplete"
  );
  return saidByResponse({ ...ended?.response, output });
}
