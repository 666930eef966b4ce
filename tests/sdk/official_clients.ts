/** One call by the official client of each API, and how it ended for whoever made it. @module */
import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import OpenAI from "openai";

/** Where and what to call. */
export interface ClientCall {
  readonly url: string;
  readonly apiKey: string;
  readonly model: string;
  readonly streaming: boolean;
  /** Further attempts of the client's own; the client's standard when absent. */
  readonly maxRetries?: number;
}

/** How it ended. */
export interface Ending {
  readonly text: string;
  /** What the client threw; null when it ended well. */
  readonly error: (Error & { status?: number }) | null;
  /** HTTP requests that the client made. */
  readonly requests: number;
  /** Headers of the last answer. */
  readonly headers: Headers;
}

type Fetch = typeof globalThis.fetch;
type Pieces = AsyncGenerator<string, void>;
type Client = (call: ClientCall, fetch: Fetch) => Pieces;

const content = "Mingalaba!";

async function* openai(call: ClientCall, fetch: Fetch): Pieces {
  const { url, apiKey, model, streaming, maxRetries } = call;
  const client = new OpenAI({ apiKey, baseURL: `${url}/v1`, fetch, maxRetries });
  const body = { model, messages: [{ role: "user" as const, content }], max_tokens: 50 };
  if (!streaming) {
    const answer = await client.chat.completions.create(body);
    return yield answer.choices[0]?.message.content ?? "";
  }
  for await (const chunk of await client.chat.completions.create({ ...body, stream: true })) {
    yield chunk.choices[0]?.delta.content ?? "";
  }
}

async function* responses(call: ClientCall, fetch: Fetch): Pieces {
  const { url, apiKey, model, streaming, maxRetries } = call;
  const client = new OpenAI({ apiKey, baseURL: `${url}/v1`, fetch, maxRetries });
  const body = { model, input: content, max_output_tokens: 50 };
  if (!streaming) return yield (await client.responses.create(body)).output_text;
  for await (const event of await client.responses.create({ ...body, stream: true })) {
    if (event.type === "response.output_text.delta") yield event.delta;
  }
}

async function* anthropic(call: ClientCall, fetch: Fetch): Pieces {
  const { url, apiKey, model, streaming, maxRetries } = call;
  const client = new Anthropic({ apiKey, baseURL: url, fetch, maxRetries });
  const body = { model, messages: [{ role: "user" as const, content }], max_tokens: 50 };
  if (!streaming) {
    for (const block of (await client.messages.create(body)).content) {
      if (block.type === "text") yield block.text;
    }
    return;
  }
  for await (const event of await client.messages.create({ ...body, stream: true })) {
    if (event.type === "content_block_delta" && event.delta.type === "text_delta") {
      yield event.delta.text;
    }
  }
}

async function* google(call: ClientCall, fetch: Fetch): Pieces {
  const { url, apiKey, model, streaming, maxRetries } = call;
  const retryOptions = maxRetries === undefined ? undefined : { attempts: maxRetries + 1 };
  const client = new GoogleGenAI({ apiKey, httpOptions: { baseUrl: url, retryOptions, fetch } });
  const body = { model, contents: content, config: { maxOutputTokens: 50 } };
  if (!streaming) return yield (await client.models.generateContent(body)).text ?? "";
  for await (const chunk of await client.models.generateContentStream(body)) {
    yield chunk.text ?? "";
  }
}

/** The official client of each API. */
export const CLIENTS = { openai, responses, anthropic, google } as const satisfies Record<
  string,
  Client
>;

/** The name of one. */
export type ClientName = keyof typeof CLIENTS;

/** Makes a call and tells how it ended; never throws what the client throws. */
export async function endingOf(name: ClientName, call: ClientCall): Promise<Ending> {
  let requests = 0;
  let headers = new Headers();
  let text = "";
  const counted: Fetch = async (input, init) => {
    requests++;
    const response = await fetch(input, init);
    headers = response.headers;
    return response;
  };
  try {
    for await (const piece of CLIENTS[name](call, counted)) text += piece;
    return { text, error: null, requests, headers };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { text, error, requests, headers };
  }
}
