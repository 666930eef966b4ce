/** The official clients, reading answers that are bytes in memory. @module */
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import type { Bytes } from "../../proxy/dialects/mod.ts";
import { saidByResponse } from "./recorded.ts";
import { argumentsIn, type Said, STOPS } from "./said.ts";

const HEADERS = { "content-type": "text/event-stream; charset=utf-8" };

function answering(bytes: Bytes, headers: HeadersInit) {
  return () => Promise.resolve(new Response(bytes, { headers }));
}

/** What OpenAI's client makes of a stream; `usage` is what its last chunk says. */
export async function readByOpenAi(
  bytes: Bytes,
): Promise<Said & { readonly usage: unknown }> {
  const client = new OpenAI({ apiKey: "none", fetch: answering(bytes, HEADERS), maxRetries: 0 });
  const runner = client.chat.completions.stream({
    model: "any",
    messages: [{ role: "user", content: "any" }],
    stream_options: { include_usage: true },
  });
  let reasoning = "";
  runner.on("chunk", (chunk) => {
    const delta = chunk.choices[0]?.delta as { reasoning_content?: string } | undefined;
    reasoning += delta?.reasoning_content ?? "";
  });
  const completion = await runner.finalChatCompletion();
  const [choice] = completion.choices;
  return {
    text: choice?.message.content ?? "",
    reasoning,
    calls: (choice?.message.tool_calls ?? []).flatMap((call) =>
      call.type === "function"
        ? [{ name: call.function.name, args: argumentsIn(call.function.arguments) }]
        : []
    ),
    stop: choice?.finish_reason ?? null,
    usage: completion.usage ?? null,
  };
}

/** What Anthropic's client makes of a stream. */
export async function readByAnthropic(
  bytes: Bytes,
): Promise<Said & { readonly usage: unknown }> {
  const client = new Anthropic({ apiKey: "none", fetch: answering(bytes, HEADERS), maxRetries: 0 });
  const message = await client.messages.stream({
    model: "any",
    max_tokens: 1,
    messages: [{ role: "user", content: "any" }],
  }).finalMessage();
  let text = "";
  let reasoning = "";
  const calls: { name: string; args: unknown }[] = [];
  for (const block of message.content) {
    if (block.type === "text") text += block.text;
    else if (block.type === "thinking") reasoning += block.thinking;
    else if (block.type === "tool_use") calls.push({ name: block.name, args: block.input });
  }
  const stop = STOPS[message.stop_reason ?? ""] ?? null;
  return { text, reasoning, calls, stop, usage: message.usage };
}

/** What OpenAI's client makes of a streamed response. */
export async function readByResponses(
  bytes: Bytes,
): Promise<Said & { readonly usage: unknown }> {
  const client = new OpenAI({ apiKey: "none", fetch: answering(bytes, HEADERS), maxRetries: 0 });
  const response = await client.responses.stream({ model: "any", input: "any" }).finalResponse();
  return { ...saidByResponse(response), usage: response.usage ?? null };
}
