import { describe, expect, it } from "vitest";
import { dialectOf } from "../../proxy/dialects/mod.ts";
import { answerBytes, readRecordings } from "../recordings/mod.ts";
import { argumentsIn, type Said, STOPS } from "./said.ts";
import { saidByContent, saidByResponse } from "./recorded.ts";
import { MODELS, type Protocol, smallestCall, translation } from "./translating.ts";

// deno-lint-ignore no-explicit-any
type Any = any;

const CHAT_STOPS: Readonly<Record<string, string>> = {
  length: "length",
  tool_calls: "tool_calls",
  tool_call: "tool_calls",
  content_filter: "content_filter",
};

function chatAnswer(answer: Any): Said {
  const choice = answer.choices[0] ?? {};
  const message = choice.message ?? {};
  const content = message.content;
  const parts = Array.isArray(content) ? content : [];
  const thoughts = parts.filter((part) => part.type === "thinking")
    .flatMap(({ thinking }) => thinking.map((each: Any) => each.text)).join("");
  const details = (message.reasoning_details ?? [])
    .map((each: Any) => each.text ?? each.summary ?? "").join("");
  const text = typeof content === "string"
    ? content
    : Array.isArray(content)
    ? parts.filter((part) => part.type === "text").map((part) => part.text).join("")
    : content
    ? JSON.stringify(content)
    : "";
  return {
    text: text + (message.refusal ?? ""),
    reasoning: message.reasoning_content || message.reasoning || details || thoughts,
    calls: (message.tool_calls ?? []).map((call: Any) => ({
      name: call.function.name,
      args: typeof call.function.arguments === "string"
        ? argumentsIn(call.function.arguments)
        : call.function.arguments,
    })),
    stop: CHAT_STOPS[choice.finish_reason] ?? "stop",
  };
}

function messagesAnswer(answer: Any): Said {
  const of = (type: string) => answer.content.filter((block: Any) => block.type === type);
  return {
    text: of("text").map((block: Any) => block.text).join(""),
    reasoning: of("thinking").map((block: Any) => block.thinking).join(""),
    calls: of("tool_use").map(({ name, input }: Any) => ({ name, args: input })),
    stop: STOPS[answer.stop_reason] ?? "stop",
  };
}

const SAID: Readonly<Record<Protocol, (answer: Any) => Said & { readonly images?: string }>> = {
  "openai.chat.completions": chatAnswer,
  "openai.responses": saidByResponse,
  "anthropic.messages": messagesAnswer,
  "google.generateContent": (answer) => saidByContent([answer]),
};

const PROTOCOLS = Object.keys(MODELS) as Protocol[];

const pairs = PROTOCOLS.flatMap((from) => {
  const answers = readRecordings({ api: from, streaming: false })
    .filter(({ response, framing }) => response.status === 200 && framing === "json");
  return PROTOCOLS.filter((to) => to !== from)
    .map((to) => [`${from} → ${to}`, { from, to, answers }] as const);
});

/** Google's clients know no reason of their own for calls, and a picture may be words elsewhere. */
function comparable({ images = "", ...said }: Said & { images?: string }, to: Protocol): Said {
  const { text, reasoning, calls, stop } = said;
  return {
    text: text + (to === "anthropic.messages" || to === "openai.responses" ? images : ""),
    reasoning,
    calls,
    stop: stop === "stop" && calls.length > 0 && to !== "openai.chat.completions" &&
        to !== "anthropic.messages"
      ? "tool_calls"
      : stop,
  };
}

const HEAD = { status: 200, headers: new Headers({ date: "Sat, 01 Aug 2026 00:00:00 GMT" }) };

describe.each(pairs)("recorded answers, %s", (_name, { from, to, answers }) => {
  const translating = translation(smallestCall(to, false), from).reader;
  const native = dialectOf(from).reader(smallestCall(from, false));

  it.each(answers.map((each) => [each.id, each] as const))("%s", (_id, recording) => {
    const bytes = answerBytes(recording);
    const reading = translating.readAnswer(bytes, HEAD);
    const own = native.readAnswer(bytes, HEAD);
    if ("failure" in own) {
      expect(reading).toMatchObject({ errorClass: own.errorClass });
      return;
    }
    if ("failure" in reading) throw new Error(reading.failure.message);

    // Metered as if it had not been translated.
    const { translated, text, ...metered } = reading;
    const { text: ownText, ...expected } = own;
    expect(metered).toEqual(expected);
    expect(text()).toEqual(ownText());

    // The client's own reader finds the same usage in it, as far as its protocol has the classes.
    const answer = JSON.parse(new TextDecoder().decode(translated));
    const reread = dialectOf(to).reader(smallestCall(to, false)).readAnswer(translated!, HEAD);
    if ("failure" in reread) throw new Error(reread.failure.message);
    expect(totals(reread.usage)).toEqual(totals(own.usage));

    const { images: _asWords, ...back } = SAID[to](answer) as Said & { images?: string };
    expect(back).toEqual(comparable(SAID[from](JSON.parse(recording.response.body)), to));
  });
});

/** Both sides' tokens, null where a side was not reported. */
function totals(usage: Readonly<Record<string, number | undefined>> | null) {
  const sum = (names: readonly string[]) => {
    const known = names.flatMap((name) => usage?.[name] ?? []);
    return known.length === 0 ? null : known.reduce((all, each) => all + each, 0);
  };
  return [
    sum([
      "input",
      "cached_input",
      "cache_write_5m",
      "cache_write_1h",
      "audio_input",
      "image_input",
    ]),
    sum(["output", "reasoning", "audio_output", "image_output"]),
  ];
}
