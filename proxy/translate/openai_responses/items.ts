/** The items that a response's output consists of. @module */
import type { JsonObject } from "../../../shared/json.ts";
import type { AnswerPart, Stop } from "../answer.ts";
import { urlOf } from "../media.ts";
import type { AnswerContext } from "../wire.ts";
import { writtenSeal } from "./sealed.ts";

/** An item as it is written; `text` is its text, its thought or its arguments. */
export interface Item {
  readonly kind: "message" | "reasoning" | "function_call";
  readonly id: string;
  readonly text: string;
  readonly callId?: string;
  readonly name?: string;
  readonly seal?: string;
}

const PREFIXES = { message: "msg", reasoning: "rs", function_call: "fc" } as const;

/** The id of the item at a place of the output. */
export function itemId(responseId: string, kind: Item["kind"], index: number): string {
  return `${PREFIXES[kind]}_${responseId}_${index}`;
}

/** The item as JSON; `open` while more of it comes. */
export function itemJson(item: Item, open = false): JsonObject {
  const { kind, id, text } = item;
  const status = open ? "in_progress" : "completed";
  if (kind === "function_call") {
    const { callId, name } = item;
    return { type: kind, id, call_id: callId, name, arguments: text, status };
  }
  if (kind === "reasoning") {
    return {
      type: kind,
      id,
      summary: text === "" ? [] : [summaryJson(text)],
      ...(item.seal === undefined ? {} : { encrypted_content: item.seal }),
    };
  }
  const content = open ? [] : [textJson(text)];
  return { type: kind, id, role: "assistant", status, content };
}

/** The content of a message. */
export function textJson(text: string): JsonObject {
  return { type: "output_text", text, annotations: [], logprobs: [] };
}

/** The content of a thought. */
export function summaryJson(text: string): JsonObject {
  return { type: "summary_text", text };
}

/** The items of whole parts; a signed text or call has its seal in an item before it. */
export function itemsOf(parts: readonly AnswerPart[], responseId: string): Item[] {
  const items: Item[] = [];
  const add = (kind: Item["kind"], text: string, more: Partial<Item> = {}) =>
    items.push({ kind, id: itemId(responseId, kind, items.length), text, ...more });
  for (const part of parts) {
    if (part.kind === "sealed") add("reasoning", "", { seal: writtenSeal(part.data) });
    else if (part.kind === "file") add("message", `![](${urlOf(part.source)})`);
    else {
      const seal = part.signature === undefined ? {} : { seal: writtenSeal(part.signature) };
      if (part.kind === "reasoning") {
        add("reasoning", part.text, seal);
        continue;
      }
      if (part.signature !== undefined) add("reasoning", "", seal);
      if (part.kind === "text") add("message", part.text);
      else {
        const { id: callId, name, args } = part;
        add("function_call", JSON.stringify(args), { callId, name });
      }
    }
  }
  return items;
}

/** A response, as far as it has come. */
export function responseJson(
  id: string,
  { model, createdS }: AnswerContext,
  { items, stop, usage }: {
    readonly items: readonly Item[];
    /** Null while it is in progress. */
    readonly stop: Stop | null;
    readonly usage: JsonObject | null;
  },
): JsonObject {
  const reason = stop === "length"
    ? "max_output_tokens"
    : stop === "filtered" || stop === "refused"
    ? "content_filter"
    : null;
  return {
    id,
    object: "response",
    created_at: createdS,
    status: stop === null ? "in_progress" : reason === null ? "completed" : "incomplete",
    error: null,
    incomplete_details: reason === null ? null : { reason },
    instructions: null,
    metadata: {},
    model,
    output: items.map((item) => itemJson(item)),
    parallel_tool_calls: true,
    previous_response_id: null,
    store: false,
    temperature: null,
    tool_choice: "auto",
    tools: [],
    top_p: null,
    usage,
  };
}
