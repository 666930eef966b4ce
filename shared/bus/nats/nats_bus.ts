/** The bus over a NATS server with JetStream. @module */
import {
  headers,
  type Msg,
  type MsgHdrs,
  type NatsConnection,
  type Payload,
} from "@nats-io/nats-core";
import type { JsonValue } from "../../json.ts";
import {
  type Bus,
  BusError,
  type BusSubscription,
  type ConsumeOptions,
  type DurableMessage,
  type PublishAck,
  type StreamOptions,
  type StreamReader,
} from "../bus.ts";
import { decodeBytes, encodeBytes } from "../encoding.ts";
import {
  type BusSettings,
  checkConsumeOptions,
  closedError,
  createWorkInHand,
  STOP_TIMEOUT_MS,
} from "../handling.ts";
import { compileFilter } from "../matching.ts";
import { ensureServerConsumer, ensureServerStream } from "./jetstream.ts";
import { readKeptMessages } from "./kept_messages.ts";
import { followLink, type Link } from "./link.ts";
import { createNudge } from "./nudge.ts";
import { startPullConsumer } from "./pull_consumer.ts";
import { readPublishAck, respondFailure, throwFailure, toBusError } from "./replies.ts";
import { Requests } from "./requests.ts";
import { drainSubscription, flushConnection } from "./subscription.ts";

const setupTimeoutMs = 30_000;

/** The bus over `connection`, which it owns from now on and closes with itself. */
export function connectNatsBus(
  connection: NatsConnection,
  settings: BusSettings,
): Bus & StreamReader {
  return new NatsBus(connection, settings);
}

class NatsBus implements Bus, StreamReader {
  readonly #connection: NatsConnection;
  readonly #settings: BusSettings;
  readonly #onFault: NonNullable<BusSettings["onFault"]>;
  readonly #stopTimeoutMs: number;
  readonly #link: Link;
  readonly #nudge: () => void;
  readonly #requests: Requests;
  readonly #subscriptions = new Set<BusSubscription>();
  /** Streams to bring back when a server returns without them. */
  readonly #streams = new Map<string, StreamOptions>();
  #state: "open" | "closing" | "closed" = "open";
  #closing: Promise<void> | null = null;

  constructor(connection: NatsConnection, settings: BusSettings) {
    this.#connection = connection;
    this.#settings = settings;
    this.#onFault = settings.onFault ?? (() => {});
    this.#stopTimeoutMs = settings.stopTimeoutMs ?? STOP_TIMEOUT_MS;
    this.#link = followLink(connection, settings.timers);
    this.#nudge = createNudge(connection, this.#link);
    this.#requests = new Requests(connection, settings.timers);
  }

  async request(
    subject: string,
    message: JsonValue,
    { timeoutMs }: { timeoutMs: number },
  ): Promise<JsonValue> {
    const reply = await this.#exchange(subject, encodeBytes(message, subject), { timeoutMs });
    throwFailure(reply, subject);
    try {
      return decodeBytes(reply.data);
    } catch (error) {
      throw new BusError("failed", `the answer on ${subject} is not JSON`, { cause: error });
    }
  }

  async respond(
    subject: string,
    queue: string,
    handler: (message: JsonValue, subject: string) => Promise<JsonValue>,
  ): Promise<BusSubscription> {
    const inHand = createWorkInHand();
    const answer = async (message: Msg) => {
      inHand.begin();
      try {
        const value = await handler(decodeBytes(message.data), message.subject);
        message.respond(encodeBytes(value, message.subject));
      } catch (error) {
        this.#onFault({ during: "respond", subject: message.subject, error });
        respondFailure(message, error);
      } finally {
        this.#nudge();
        inHand.end();
      }
    };
    return await this.#subscribe(subject, (message) => void answer(message), { queue, inHand });
  }

  publish(subject: string, message: JsonValue): void {
    const bytes = encodeBytes(message, subject);
    // Broadcasts may be lost, and stale ones help nobody after a reconnect.
    if (this.#state === "closed" || !this.#link.isUp()) return;
    this.#connection.publish(subject, bytes);
    this.#nudge();
  }

  async subscribe(
    filter: string,
    handler: (message: JsonValue, subject: string) => void,
  ): Promise<BusSubscription> {
    return await this.#subscribe(filter, (message) => {
      try {
        handler(decodeBytes(message.data), message.subject);
      } catch (error) {
        this.#onFault({ during: "subscribe", subject: message.subject, error });
      }
    }, {});
  }

  async ensureStream(options: StreamOptions): Promise<void> {
    await this.#setUp(`stream ${options.name}`, async () => {
      await ensureServerStream(this.#connection, options);
    });
    this.#streams.set(options.name, options);
  }

  async publishDurable(
    subject: string,
    message: JsonValue,
    { messageId, timeoutMs }: { messageId: string; timeoutMs: number },
  ): Promise<PublishAck> {
    const identified = headers();
    identified.set("Nats-Msg-Id", messageId);
    const bytes = encodeBytes(message, subject);
    const reply = await this.#exchange(subject, bytes, { timeoutMs, headers: identified });
    return readPublishAck(reply, subject);
  }

  async readKept(
    stream: string,
    subject: string,
    { most, timeoutMs }: { most: number; timeoutMs: number },
  ): Promise<JsonValue[]> {
    return await readKeptMessages({ stream, subject, most }, async (asked, bytes) => {
      return await this.#exchange(asked, bytes, { timeoutMs });
    });
  }

  async consume(
    stream: string,
    options: ConsumeOptions,
    handler: (message: DurableMessage) => Promise<void>,
  ): Promise<BusSubscription> {
    checkConsumeOptions(options);
    const connection = this.#connection;
    const ensure = async () => {
      const known = this.#streams.get(stream);
      if (known !== undefined) await ensureServerStream(connection, known);
      await ensureServerConsumer(connection, stream, options);
    };
    await this.#setUp(`consumer ${options.durableName} of ${stream}`, ensure);
    return this.#keep(startPullConsumer({
      connection,
      link: this.#link,
      clock: this.#settings.clock,
      timers: this.#settings.timers,
      onFault: this.#onFault,
      stopTimeoutMs: this.#stopTimeoutMs,
      stream,
      options,
      ensure,
      nudge: this.#nudge,
      handler,
    }));
  }

  connected(): boolean {
    return this.#state === "open" && this.#link.isUp();
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    if (this.#state === "open") this.#state = "closing";
    // Handlers in hand may still ask and publish until they are done.
    await Promise.all([...this.#subscriptions].map((subscription) => subscription.stop()));
    this.#state = "closed";
    await flushConnection(this.#connection, { link: this.#link, timers: this.#settings.timers });
    await this.#connection.close();
  }

  /** Sends and waits for the one answer; nothing is sent later than `timeoutMs` from now. */
  async #exchange(
    subject: string,
    bytes: Payload,
    { timeoutMs, headers }: { readonly timeoutMs: number; readonly headers?: MsgHdrs },
  ): Promise<Msg> {
    let leftMs = timeoutMs;
    if (this.#state === "closed") throw closedError();
    if (!this.#link.isUp()) {
      const { clock } = this.#settings;
      const startMs = clock.nowMs();
      await this.#link.untilUp(timeoutMs);
      leftMs = Math.max(1, timeoutMs - (clock.nowMs() - startMs));
    }
    try {
      return await this.#requests.ask({ subject, bytes, headers, timeoutMs: leftMs });
    } catch (error) {
      throw toBusError(error, `request on ${subject}`);
    }
  }

  async #subscribe(
    filter: string,
    receive: (message: Msg) => void,
    { queue, inHand = createWorkInHand() }: {
      readonly queue?: string;
      readonly inHand?: ReturnType<typeof createWorkInHand>;
    },
  ): Promise<BusSubscription> {
    if (this.#state !== "open") throw closedError();
    compileFilter(filter);
    const { timers } = this.#settings;
    const link = this.#link;
    const subscription = this.#connection.subscribe(filter, {
      queue,
      callback: (error, message) => {
        if (error === null) return receive(message);
        this.#onFault({ during: "connection", subject: filter, error });
      },
    });
    let stopping: Promise<void> | null = null;
    const stop = async () => {
      await drainSubscription(subscription, { link, timers });
      await inHand.idle(timers, this.#stopTimeoutMs);
    };
    const kept = this.#keep({ stop: () => stopping ??= stop() });
    await flushConnection(this.#connection, { link, timers });
    return kept;
  }

  /** Registers a subscription until it is stopped. */
  #keep(subscription: BusSubscription): BusSubscription {
    const kept = {
      stop: () => subscription.stop().finally(() => this.#subscriptions.delete(kept)),
    };
    this.#subscriptions.add(kept);
    return kept;
  }

  async #setUp(what: string, work: () => Promise<void>): Promise<void> {
    if (this.#state !== "open") throw closedError();
    await this.#link.untilUp(setupTimeoutMs);
    try {
      await work();
    } catch (error) {
      throw toBusError(error, what);
    }
  }
}
