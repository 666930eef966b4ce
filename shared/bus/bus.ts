/** The one interface between rooms; see README.md beside this file for its guarantees. @module */
import type { JsonValue } from "../json.ts";

/** Why a bus call failed; `timeout` and `no_responders` leave open whether the peer acted. */
export type BusErrorCode = "timeout" | "no_responders" | "closed" | "too_large" | "failed";

/** The only error that bus calls reject with. */
export class BusError extends Error {
  constructor(readonly code: BusErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "BusError";
  }
}

/** A running subscription, responder or consumer. */
export interface BusSubscription {
  /** Takes no new messages and resolves once those in hand are done; idempotent. */
  stop(): Promise<void>;
}

/** A message of the durable stream, as a consumer sees it. */
export interface DurableMessage {
  readonly subject: string;
  readonly message: JsonValue;
  /** Position in the stream, from 1. */
  readonly sequence: number;
  /** How often it was delivered, this time included: 1 for the first delivery. */
  readonly deliveries: number;
}

/** How a durable consumer reads. */
export interface ConsumeOptions {
  /** Name shared by all instances that divide the work; `[A-Za-z0-9_-]{1,64}`. */
  readonly durableName: string;
  /** One subject filter, wildcards allowed, such as `sargalay.0.>`. */
  readonly filterSubject: string;
  /** Most messages in the handler at once. */
  readonly maxInFlight: number;
  /** Time to acknowledge before the message is delivered again, in milliseconds. */
  readonly ackWaitMs: number;
}

/** The result of a durable publish. */
export interface PublishAck {
  readonly sequence: number;
  /** The stream had this message id already and kept the first. */
  readonly duplicate: boolean;
}

/** A started stream that durable publishes on matching subjects go to. */
export interface StreamOptions {
  /** Stream name, such as `METER`. */
  readonly name: string;
  /** Subjects it keeps, wildcards allowed. */
  readonly subjects: readonly string[];
  /** Message ids are remembered this long, in milliseconds. */
  readonly duplicateWindowMs: number;
  /** Most messages kept; the oldest go first. */
  readonly maxMessages: number;
  /** Most messages kept of each subject, so that a busy one displaces no quiet one's; no bound when absent. */
  readonly maxMessagesPerSubject?: number;
}

/** Looking into a stream without consuming it; both buses can, beside what {@link Bus} promises. */
export interface StreamReader {
  /**
   * What a stream has on a subject without wildcards, newest first: the last message, and the others
   * from the oldest on while they are at most `most` in all. What is not JSON is left out; none when
   * there is no such stream. Rejects with BusError; `timeoutMs` is for each question to a server.
   */
  readKept(
    stream: string,
    subject: string,
    options: { most: number; timeoutMs: number },
  ): Promise<JsonValue[]>;
}

/**
 * Request/reply, at-most-once broadcast, and a durable at-least-once stream. Messages are JSON
 * values up to 1 MB encoded. Subjects are dot-separated; filters know `*` (one token) and a
 * trailing `>` (one or more).
 */
export interface Bus {
  /**
   * Asks one responder. Rejects with BusError `timeout` after `timeoutMs`, `no_responders` when
   * nobody answers on the subject, `closed`, or `failed` when the responder threw.
   */
  request(subject: string, message: JsonValue, options: { timeoutMs: number }): Promise<JsonValue>;
  /** Answers requests; responders of the same `queue` share them, one answers each. */
  respond(
    subject: string,
    queue: string,
    handler: (message: JsonValue, subject: string) => Promise<JsonValue>,
  ): Promise<BusSubscription>;
  /** Sends to whoever listens now; may be lost. */
  publish(subject: string, message: JsonValue): void;
  /** Receives broadcasts. */
  subscribe(
    filter: string,
    handler: (message: JsonValue, subject: string) => void,
  ): Promise<BusSubscription>;
  /** Creates the stream, or brings an existing one to these options. */
  ensureStream(options: StreamOptions): Promise<void>;
  /**
   * Stores a message in the stream of its subject and resolves once the stream has it. Rejects with
   * BusError; after `timeout` the message may or may not be stored: publish again.
   */
  publishDurable(
    subject: string,
    message: JsonValue,
    options: { messageId: string; timeoutMs: number },
  ): Promise<PublishAck>;
  /**
   * Reads a stream. A message is acknowledged when the handler resolves and delivered again, with
   * growing delay, when it rejects or does not finish within `ackWaitMs`. Order is not promised.
   */
  consume(
    stream: string,
    options: ConsumeOptions,
    handler: (message: DurableMessage) => Promise<void>,
  ): Promise<BusSubscription>;
  /** Whether the bus can be used right now. */
  connected(): boolean;
  /** Stops all subscriptions, waits for handlers in hand, and disconnects; idempotent. */
  close(): Promise<void>;
}
