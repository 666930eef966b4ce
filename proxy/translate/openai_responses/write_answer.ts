/** From an answer to responses, whole and streamed. @module */
import type { JsonObject } from "../../../shared/json.ts";
import type { Usage } from "../../../shared/usage/mod.ts";
import type { Answer, Delta, Stop } from "../answer.ts";
import { urlOf } from "../media.ts";
import type { AnswerContext, StreamWriter } from "../wire.ts";
import {
  type Item,
  itemId,
  itemJson,
  itemsOf,
  responseJson,
  summaryJson,
  textJson,
} from "./items.ts";
import { writtenSeal } from "./sealed.ts";
import { responsesUsage } from "./usage.ts";

/** See Wire. */
export function writeResponsesAnswer(
  answer: Answer,
  usage: Usage | null,
  context: AnswerContext,
): JsonObject {
  const id = answer.id ?? `resp_${context.createdS}`;
  return responseJson(id, { ...context, model: answer.model ?? context.model }, {
    items: itemsOf(answer.parts, id),
    stop: answer.stop ?? "end",
    usage: responsesUsage(usage),
  });
}

/** Where a stream stands. */
interface ResponsesWriting extends AnswerContext {
  readonly id: string;
  readonly begun: boolean;
  /** Events written so far; each one says its number. */
  readonly written: number;
  readonly items: readonly Item[];
  /** Places of the items that more may come of. */
  readonly open: readonly number[];
  /** The item of each call, by its key. */
  readonly calls: readonly number[];
  readonly stop: Stop | null;
}

/** See Wire. */
export const responsesWrites: StreamWriter<ResponsesWriting> = {
  start: (context) => ({
    ...context,
    id: `resp_${context.createdS}`,
    begun: false,
    written: 0,
    items: [],
    open: [],
    calls: [],
    stop: null,
  }),
  step(before, delta) {
    if (delta.kind === "alive") return [before, ": alive\n\n"];
    const writer = new Writer(before);
    if (delta.kind === "begin") {
      writer.state = {
        ...before,
        id: delta.id ?? before.id,
        model: delta.model ?? before.model,
      };
    }
    writer.begin();
    writer.take(delta);
    return [writer.state, writer.out];
  },
  end(before, usage) {
    const writer = new Writer(before);
    writer.begin();
    writer.closeAll();
    const { state, out: rest } = writer;
    const report = responsesUsage(usage);
    const { items } = state;
    const response = responseJson(state.id, state, {
      items,
      stop: state.stop ?? "end",
      usage: report,
    });
    const type = response.status === "incomplete" ? "response.incomplete" : "response.completed";
    const event = { type, sequence_number: state.written, response };
    return report === null
      ? { rest, usage: null, mark: eventText(event) }
      : { rest, usage: { event, text: eventText(event) }, mark: "" };
  },
};

/** One step: the state as it becomes, and what is written on the way. */
class Writer {
  out = "";

  constructor(public state: ResponsesWriting) {}

  begin(): void {
    if (this.state.begun) return;
    this.state = { ...this.state, begun: true };
    const response = responseJson(this.state.id, this.state, {
      items: [],
      stop: null,
      usage: null,
    });
    this.#write("response.created", { response });
    this.#write("response.in_progress", { response });
  }

  take(delta: Exclude<Delta, { kind: "alive" }>): void {
    switch (delta.kind) {
      case "begin":
        return;
      case "text":
        return this.#grow("message", delta.text);
      case "reasoning":
        return this.#grow("reasoning", delta.text);
      case "file":
        return this.#grow("message", `![](${urlOf(delta.file.source)})`);
      case "signature":
        return this.#seal(writtenSeal(delta.signature));
      case "sealed":
        this.closeAll();
        return this.#seal(writtenSeal(delta.data));
      case "call":
        if (delta.signature !== undefined) this.#seal(writtenSeal(delta.signature));
        return this.#call(delta);
      case "arguments":
        return this.#arguments(this.state.calls[delta.key] ?? -1, delta.json);
      case "stop":
        this.state = { ...this.state, stop: delta.stop };
        return;
      default:
        throw delta satisfies never;
    }
  }

  closeAll(): void {
    for (const index of this.state.open) this.#close(index);
    this.state = { ...this.state, open: [] };
  }

  #call({ id: callId, name }: Extract<Delta, { kind: "call" }>): void {
    // Several calls may be open at once; nothing else may beside them.
    const last = this.state.items[this.state.open.at(-1) ?? -1];
    if (last?.kind !== "function_call") this.closeAll();
    const index = this.#open("function_call", { callId, name });
    this.state = { ...this.state, calls: [...this.state.calls, index] };
  }

  #arguments(index: number, delta: string): void {
    const item = this.#change(index, ({ text }) => ({ text: text + delta }));
    if (item === null) return;
    this.#write("response.function_call_arguments.delta", {
      item_id: item.id,
      output_index: index,
      delta,
    });
  }

  #grow(kind: "message" | "reasoning", delta: string): void {
    let index = this.state.open.at(-1) ?? -1;
    if (this.state.items[index]?.kind !== kind) {
      this.closeAll();
      index = this.#open(kind, {});
      const item_id = this.state.items[index]?.id;
      if (kind === "message") {
        const part = textJson("");
        this.#write("response.content_part.added", at(index, item_id, { part }));
      } else {
        const part = summaryJson("");
        this.#write("response.reasoning_summary_part.added", inSummary(index, item_id, { part }));
      }
    }
    const item = this.#change(index, ({ text }) => ({ text: text + delta }));
    if (kind === "message") {
      this.#write("response.output_text.delta", at(index, item?.id, { delta, logprobs: [] }));
    } else {
      this.#write("response.reasoning_summary_text.delta", inSummary(index, item?.id, { delta }));
    }
  }

  /** Seals the open thought; anything else has its seal in a thought of its own. */
  #seal(seal: string): void {
    const last = this.state.open.at(-1) ?? -1;
    if (this.state.items[last]?.kind !== "reasoning") {
      this.closeAll();
      this.#change(this.#open("reasoning", {}), () => ({ seal }));
    } else this.#change(last, () => ({ seal }));
    this.closeAll();
  }

  #open(kind: Item["kind"], more: Partial<Item>): number {
    const index = this.state.items.length;
    const item: Item = { kind, id: itemId(this.state.id, kind, index), text: "", ...more };
    this.state = {
      ...this.state,
      items: [...this.state.items, item],
      open: [...this.state.open, index],
    };
    this.#write("response.output_item.added", { output_index: index, item: itemJson(item, true) });
    return index;
  }

  #close(index: number): void {
    const item = this.state.items[index];
    if (item === undefined) return;
    const { kind, id, text } = item;
    if (kind === "function_call") {
      const { name } = item;
      const members = { item_id: id, output_index: index, name, arguments: text };
      this.#write("response.function_call_arguments.done", members);
    } else if (kind === "message") {
      this.#write("response.output_text.done", at(index, id, { text, logprobs: [] }));
      this.#write("response.content_part.done", at(index, id, { part: textJson(text) }));
    } else if (text !== "") {
      const part = summaryJson(text);
      this.#write("response.reasoning_summary_text.done", inSummary(index, id, { text }));
      this.#write("response.reasoning_summary_part.done", inSummary(index, id, { part }));
    }
    this.#write("response.output_item.done", { output_index: index, item: itemJson(item) });
  }

  #change(index: number, change: (item: Item) => Partial<Item>): Item | null {
    const item = this.state.items[index];
    if (item === undefined) return null;
    const changed = { ...item, ...change(item) };
    this.state = { ...this.state, items: this.state.items.with(index, changed) };
    return changed;
  }

  #write(type: string, members: JsonObject): void {
    this.out += eventText({ type, sequence_number: this.state.written, ...members });
    this.state = { ...this.state, written: this.state.written + 1 };
  }
}

function at(index: number, itemId: string | undefined, members: JsonObject): JsonObject {
  return { item_id: itemId, output_index: index, content_index: 0, ...members };
}

function inSummary(index: number, itemId: string | undefined, members: JsonObject): JsonObject {
  return { item_id: itemId, output_index: index, summary_index: 0, ...members };
}

function eventText(event: JsonObject & { readonly type: string }): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}
