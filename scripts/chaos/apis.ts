/** The APIs that clients speak: what they send, and what they make of what comes. @module */
import type { CallRecord } from "./client.ts";
import type { CallPlan } from "./plan.ts";

/** One API of the gateway, as a client knows it. */
export interface ClientApi {
  readonly path: string;
  headersOf(apiKey: string): Record<string, string>;
  bodyOf(plan: CallPlan): object;
  /** Takes note of one event of a stream. */
  takeEvent(record: CallRecord, event: string): void;
  /** Takes note of a whole answer, or of a refusal. */
  takeWhole(record: CallRecord, answer: unknown): void;
}

const messagesOf = ({ content }: CallPlan) => [{ role: "user", content }];

interface ChatAnswer {
  readonly choices?: readonly {
    readonly delta?: { readonly content?: string };
    readonly message?: { readonly content?: string };
  }[];
  readonly usage?: {
    readonly prompt_tokens: number;
    readonly completion_tokens: number;
    readonly cost?: string;
  } | null;
  readonly error?: { readonly code?: string | null; readonly type?: string } | null;
}

const chat: ClientApi = {
  path: "/v1/chat/completions",
  headersOf: (apiKey) => ({ authorization: `Bearer ${apiKey}` }),
  bodyOf: (plan) => ({
    model: plan.model,
    messages: messagesOf(plan),
    ...(plan.stream ? { stream: true } : {}),
    ...(plan.usageAsked ? { stream_options: { include_usage: true } } : {}),
    ...(plan.limit === null ? {} : { max_tokens: plan.limit }),
  }),
  takeEvent(record, event) {
    if (!event.startsWith("data: ")) return;
    const data = event.slice(6);
    if (data === "[DONE]") record.finished = true;
    else takeChat(record, JSON.parse(data));
  },
  takeWhole(record, answer) {
    takeChat(record, answer as ChatAnswer);
    record.finished = record.problem === null;
  },
};

function takeChat(record: CallRecord, { choices = [], usage, error }: ChatAnswer): void {
  if (error) record.problem = error.code ?? error.type ?? "error";
  for (const { delta, message } of choices) {
    record.text += delta?.content ?? message?.content ?? "";
  }
  if (!usage) return;
  record.usage = { input: usage.prompt_tokens, output: usage.completion_tokens };
  record.costKyat = usage.cost ?? record.costKyat;
}

interface MessageUsage {
  readonly input_tokens?: number;
  readonly output_tokens?: number;
}

interface MessagesAnswer {
  readonly type?: string;
  readonly content?: readonly { readonly text?: string }[];
  readonly delta?: { readonly text?: string };
  readonly usage?: MessageUsage;
  readonly error?: { readonly type?: string };
}

const messages: ClientApi = {
  path: "/v1/messages",
  headersOf: (apiKey) => ({ "x-api-key": apiKey, "anthropic-version": "2023-06-01" }),
  bodyOf: (plan) => ({
    model: plan.model,
    messages: messagesOf(plan),
    max_tokens: plan.limit,
    ...(plan.stream ? { stream: true } : {}),
  }),
  takeEvent(record, event) {
    const data = event.split("\n").find((line) => line.startsWith("data: "));
    if (data !== undefined) takeMessages(record, JSON.parse(data.slice(6)));
  },
  takeWhole(record, answer) {
    takeMessages(record, answer as MessagesAnswer);
    record.finished = record.problem === null;
  },
};

function takeMessages(record: CallRecord, answer: MessagesAnswer): void {
  const { type, content = [], delta, usage, error } = answer;
  if (error) record.problem = error.type ?? "error";
  for (const { text } of content) record.text += text ?? "";
  record.text += delta?.text ?? "";
  if (type === "message_stop") record.finished = true;
  // What a stream says at its beginning is not final; its last word comes with the stop reason.
  if (usage === undefined) return;
  const { input_tokens: input, output_tokens: output } = usage;
  if (input !== undefined && output !== undefined) record.usage = { input, output };
}

/** By the name in a plan. */
export const CLIENT_APIS = { chat, messages } as const satisfies Record<string, ClientApi>;
