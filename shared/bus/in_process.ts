/** The bus inside one process: the same promises as NATS, without a server. @module */
import type { JsonValue } from "../json.ts";
import { type Bus, BusError, type BusSubscription, type StreamReader } from "./bus.ts";
import { encodeText } from "./encoding.ts";
import {
  type BusSettings,
  checkConsumeOptions,
  closedError,
  createWorkInHand,
  describeError,
  STOP_TIMEOUT_MS,
  type WorkInHand,
} from "./handling.ts";
import { compileFilter } from "./matching.ts";
import { createMemoryStream, type MemoryStream } from "./memory_stream.ts";

type RequestHandler = (message: JsonValue, subject: string) => Promise<JsonValue>;

interface Responder {
  readonly handler: RequestHandler;
  readonly inHand: WorkInHand;
}

interface ResponderQueue {
  readonly filter: string;
  readonly name: string;
  readonly matches: (subject: string) => boolean;
  readonly members: Responder[];
}

interface Listener {
  readonly matches: (subject: string) => boolean;
  readonly receive: (text: string, subject: string) => void;
}

interface PendingRequest {
  readonly settle: (outcome: JsonValue | BusError) => void;
}

/**
 * A bus for rooms that share one process. Every message makes a round trip through JSON, so that
 * peers share no objects. Streams last as long as the process.
 */
export function createInProcessBus(settings: BusSettings): Bus & StreamReader {
  return new InProcessBus(settings);
}

class InProcessBus implements Bus, StreamReader {
  readonly #settings: BusSettings;
  readonly #stopTimeoutMs: number;
  readonly #queues: ResponderQueue[] = [];
  readonly #listeners = new Set<Listener>();
  readonly #streams = new Map<string, MemoryStream>();
  readonly #subscriptions = new Set<BusSubscription>();
  readonly #pending = new Set<PendingRequest>();
  #state: "open" | "closing" | "closed" = "open";
  #closing: Promise<void> | null = null;

  constructor(settings: BusSettings) {
    this.#settings = settings;
    this.#stopTimeoutMs = settings.stopTimeoutMs ?? STOP_TIMEOUT_MS;
  }

  // Promises made by hand: an async function would cost the fastest path two more turns.
  request(
    subject: string,
    message: JsonValue,
    { timeoutMs }: { timeoutMs: number },
  ): Promise<JsonValue> {
    return new Promise((resolve, reject) => {
      if (this.#state === "closed") return reject(closedError());
      const text = encodeText(message, subject);
      const responders = this.#takeResponders(subject);
      if (responders.length === 0) {
        return reject(new BusError("no_responders", `nobody answers on ${subject}`));
      }
      const timer = this.#settings.timers.after(
        timeoutMs,
        () => settle(new BusError("timeout", `no answer on ${subject} within ${timeoutMs} ms`)),
      );
      const settle = (outcome: JsonValue | BusError) => {
        if (!this.#pending.delete(pending)) return;
        timer.cancel();
        if (outcome instanceof BusError) reject(outcome);
        else resolve(outcome);
      };
      const pending = { settle };
      this.#pending.add(pending);
      for (const responder of responders) void this.#answer(responder, subject, text, settle);
    });
  }

  respond(subject: string, queue: string, handler: RequestHandler): Promise<BusSubscription> {
    return this.#subscribing(() => {
      const responder = { handler, inHand: createWorkInHand() };
      const { members } = this.#queueOf(subject, queue);
      members.push(responder);
      return this.#subscription(responder.inHand, () => {
        const index = members.indexOf(responder);
        if (index >= 0) members.splice(index, 1);
      });
    });
  }

  publish(subject: string, message: JsonValue): void {
    const text = encodeText(message, subject);
    if (this.#state === "closed") return;
    for (const { matches, receive } of this.#listeners) {
      if (matches(subject)) queueMicrotask(() => receive(text, subject));
    }
  }

  subscribe(
    filter: string,
    handler: (message: JsonValue, subject: string) => void,
  ): Promise<BusSubscription> {
    return this.#subscribing(() => {
      const listener = {
        matches: compileFilter(filter),
        receive: (text: string, subject: string) => {
          if (!this.#listeners.has(listener)) return;
          try {
            handler(JSON.parse(text), subject);
          } catch (error) {
            this.#settings.onFault?.({ during: "subscribe", subject, error });
          }
        },
      };
      this.#listeners.add(listener);
      return this.#subscription(createWorkInHand(), () => void this.#listeners.delete(listener));
    });
  }

  // deno-lint-ignore require-await -- a failure is a rejection
  async ensureStream(options: Parameters<Bus["ensureStream"]>[0]): Promise<void> {
    if (this.#state !== "open") throw closedError();
    const existing = this.#streams.get(options.name);
    if (existing !== undefined) return existing.update(options);
    this.#streams.set(options.name, createMemoryStream(options, this.#settings));
  }

  // deno-lint-ignore require-await -- a failure is a rejection
  async publishDurable(
    subject: string,
    message: JsonValue,
    { messageId }: { messageId: string; timeoutMs: number },
  ): ReturnType<Bus["publishDurable"]> {
    if (this.#state === "closed") throw closedError();
    const text = encodeText(message, subject);
    for (const stream of this.#streams.values()) {
      if (stream.accepts(subject)) return stream.publish(subject, text, messageId);
    }
    throw new BusError("no_responders", `no stream keeps ${subject}`);
  }

  // deno-lint-ignore require-await -- a failure is a rejection
  async readKept(
    stream: string,
    subject: string,
    { most }: { most: number; timeoutMs: number },
  ): Promise<JsonValue[]> {
    if (this.#state === "closed") throw closedError();
    const texts = this.#streams.get(stream)?.kept(subject) ?? [];
    const chosen = [...texts.slice(0, -1).slice(0, most - 1), ...texts.slice(-1)];
    return chosen.reverse().map((text) => JSON.parse(text));
  }

  consume(
    stream: string,
    options: Parameters<Bus["consume"]>[1],
    handler: Parameters<Bus["consume"]>[2],
  ): Promise<BusSubscription> {
    return this.#subscribing(() => {
      checkConsumeOptions(options);
      const consumer = this.#streams.get(stream)?.consumer(options.durableName);
      if (consumer === undefined) throw new BusError("failed", `stream ${stream} does not exist`);
      const inHand = createWorkInHand();
      const member = {
        hasRoom: () => inHand.count < options.maxInFlight,
        deliver: async (message: Parameters<typeof handler>[0]) => {
          inHand.begin();
          try {
            await handler(message);
            return true;
          } catch (error) {
            this.#settings.onFault?.({ during: "consume", subject: message.subject, error });
            return false;
          } finally {
            inHand.end();
          }
        },
      };
      consumer.join(member, options);
      return this.#subscription(inHand, () => consumer.leave(member));
    });
  }

  connected(): boolean {
    return this.#state === "open";
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    this.#state = "closing";
    // Handlers in hand may still ask and publish until they are done.
    await Promise.all([...this.#subscriptions].map((subscription) => subscription.stop()));
    this.#state = "closed";
    for (const { settle } of [...this.#pending]) settle(closedError());
    for (const stream of this.#streams.values()) stream.close();
  }

  async #answer(
    { handler, inHand }: Responder,
    subject: string,
    text: string,
    settle: PendingRequest["settle"],
  ): Promise<void> {
    inHand.begin();
    try {
      // A turn later, as over a network: the caller never runs inside the responder.
      await Promise.resolve();
      settle(JSON.parse(encodeText(await handler(JSON.parse(text), subject), subject)));
    } catch (error) {
      this.#settings.onFault?.({ during: "respond", subject, error });
      const code = error instanceof BusError && error.code === "too_large" ? error.code : "failed";
      settle(new BusError(code, `${subject} failed: ${describeError(error)}`, { cause: error }));
    } finally {
      inHand.end();
    }
  }

  /** One responder of each queue, in turn. */
  #takeResponders(subject: string): Responder[] {
    const taken: Responder[] = [];
    for (const { matches, members } of this.#queues) {
      if (members.length === 0 || !matches(subject)) continue;
      const member = members.shift();
      if (member === undefined) continue;
      members.push(member);
      taken.push(member);
    }
    return taken;
  }

  #queueOf(filter: string, name: string): ResponderQueue {
    const existing = this.#queues.find((queue) => queue.filter === filter && queue.name === name);
    if (existing !== undefined) return existing;
    const created = { filter, name, matches: compileFilter(filter), members: [] };
    this.#queues.push(created);
    return created;
  }

  // deno-lint-ignore require-await -- a failure is a rejection
  async #subscribing(start: () => BusSubscription): Promise<BusSubscription> {
    if (this.#state !== "open") throw closedError();
    return start();
  }

  #subscription(inHand: WorkInHand, leave: () => void): BusSubscription {
    let stopping: Promise<void> | null = null;
    const subscription = {
      stop: () => {
        if (stopping !== null) return stopping;
        leave();
        stopping = inHand.idle(this.#settings.timers, this.#stopTimeoutMs)
          .finally(() => this.#subscriptions.delete(subscription));
        return stopping;
      },
    };
    this.#subscriptions.add(subscription);
    return subscription;
  }
}
