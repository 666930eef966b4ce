/** People with API keys: what they ask of an edge, and what they see of the answer. @module */
import type { Proxy } from "../../proxy/compose.ts";
import type { Process } from "./process.ts";
import type { Actor, Scheduler } from "./scheduler.ts";

/** What a client saw of its call. */
export interface Seen {
  readonly callId: string;
  readonly accountId: string;
  readonly process: Process | null;
  requestId: string | null;
  /** Null when there was no answer. */
  status: number | null;
  /** The answer came whole: its end mark, or its last byte. */
  complete: boolean;
  /** The charge that the answer named, in kyat. */
  cost: string | null;
  /** The body as far as it came. */
  text: string;
  /** Which attempt at a provider the answer is of, from 1; null when it does not say. */
  attempt: number | null;
  /** It is the answer to an earlier call under the same idempotency key. */
  replayed: boolean;
  /** What was asked for, under which idempotency key. */
  readonly prompt: string;
  readonly key: string | null;
}

/** A call as its client makes it. */
export interface ClientCall {
  readonly callId: string;
  readonly accountId: string;
  readonly secret: string;
  readonly model: string;
  readonly streaming: boolean;
  readonly prompt: string;
  readonly maxTokens: number | null;
  readonly goneAfter: number | null;
  readonly idempotencyKey: string | null;
}

/** An edge that can be called. */
export interface CallableEdge {
  readonly process: Process;
  readonly proxy: Proxy;
}

interface ClientOptions {
  readonly scheduler: Scheduler;
  readonly clients: Actor;
  /** Milliseconds from one end of the connection to the other. */
  readonly travelMs: () => number;
}

const LOST = Symbol("the connection was lost");

/** Makes one call; resolves when the client has seen the end of it, or given up. Never rejects. */
export async function callEdge(
  edge: CallableEdge | null,
  call: ClientCall,
  options: ClientOptions,
): Promise<Seen> {
  const seen: Seen = {
    callId: call.callId,
    accountId: call.accountId,
    process: edge?.process ?? null,
    requestId: null,
    status: null,
    complete: false,
    cost: null,
    text: "",
    attempt: null,
    replayed: false,
    prompt: call.prompt,
    key: call.idempotencyKey,
  };
  if (edge !== null) await converse(edge, call, options, seen);
  return seen;
}

async function converse(
  { process, proxy }: CallableEdge,
  call: ClientCall,
  options: ClientOptions,
  seen: Seen,
): Promise<void> {
  /** Does something in the edge, and comes back with what came of it. */
  const there = <T>(label: string, work: () => Promise<T>): Promise<T | typeof LOST> => {
    const { scheduler, clients, travelMs } = options;
    return new Promise((resolve) => {
      const back = (label: string, value: T | typeof LOST) =>
        scheduler.at(travelMs() * 1_000, { actor: clients, label, task: () => resolve(value) });
      void process.died.then(() => back(`${call.callId} cut off`, LOST));
      scheduler.at(travelMs() * 1_000, {
        actor: process,
        label: `${call.callId} ${label}`,
        task: () =>
          void work().then((value) => back(`${call.callId} back`, value), () => resolve(LOST)),
      });
    });
  };
  const response = await there("sent", () => proxy.fetch(requestOf(call)));
  if (response === LOST) return;
  seen.status = response.status;
  seen.requestId = response.headers.get("x-request-id");
  seen.cost = response.headers.get("x-sargalay-cost");
  seen.replayed = response.headers.has("x-sargalay-replayed");
  if (response.body === null) return;
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  for (let reads = 0;; reads++) {
    if (call.goneAfter !== null && reads >= call.goneAfter) {
      await there("gone", () => reader.cancel());
      return;
    }
    const read = await there("read", () => reader.read());
    if (read === LOST) return;
    if (read.done) break;
    seen.text += decoder.decode(read.value, { stream: true });
    seen.attempt ??= attemptOf(seen.text);
  }
  seen.complete = response.status === 200 &&
    (!call.streaming || seen.text.includes("data: [DONE]"));
  if (call.streaming) seen.cost = /"cost":"([^"]+)"/.exec(seen.text)?.[1] ?? null;
}

function attemptOf(text: string): number | null {
  const number = /"id":"chatcmpl-(\d+)"/.exec(text)?.[1];
  return number === undefined ? null : Number(number);
}

function requestOf(call: ClientCall): Request {
  const body = JSON.stringify({
    model: call.model,
    messages: [{ role: "user", content: call.prompt }],
    ...(call.maxTokens === null ? {} : { max_tokens: call.maxTokens }),
    ...(call.streaming ? { stream: true, stream_options: { include_usage: true } } : {}),
  });
  return new Request("http://edge/v1/chat/completions", {
    method: "POST",
    headers: {
      authorization: `Bearer ${call.secret}`,
      "content-type": "application/json",
      "content-length": `${body.length}`,
      ...(call.idempotencyKey === null ? {} : { "idempotency-key": call.idempotencyKey }),
    },
    body,
  });
}
