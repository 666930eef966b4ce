/** Asking over one inbox, at a fraction of what the client's own requests cost. @module */
import {
  createInbox,
  type Msg,
  type MsgHdrs,
  type NatsConnection,
  type Payload,
  type Subscription,
} from "@nats-io/nats-core";
import type { TimerHandle, Timers } from "../../effects.ts";
import { BusError } from "../bus.ts";
import { closedError } from "../handling.ts";

/** What is asked, of whom, and for how long the answer is waited for, in milliseconds. */
export interface Question {
  readonly subject: string;
  readonly bytes: Payload;
  readonly headers?: MsgHdrs;
  readonly timeoutMs: number;
}

interface Waiting {
  readonly question: Question;
  readonly timer: TimerHandle;
  readonly answer: PromiseWithResolvers<Msg>;
}

/** The questions of one connection. The client's own way makes an error with its stack for each. */
export class Requests {
  readonly #connection: NatsConnection;
  readonly #timers: Timers;
  readonly #inbox = createInbox();
  readonly #waiting = new Map<string, Waiting>();
  #subscription: Subscription | null = null;
  #asked = 0;

  constructor(connection: NatsConnection, timers: Timers) {
    this.#connection = connection;
    this.#timers = timers;
    void connection.closed().then(() => this.#giveUp());
  }

  /**
   * Resolves with the first answer. Rejects with BusError `timeout`, `no_responders` or `closed`, and
   * with whatever the client throws when it cannot send.
   */
  ask(question: Question): Promise<Msg> {
    if (this.#connection.isClosed()) return Promise.reject(closedError());
    this.#subscription ??= this.#connection.subscribe(`${this.#inbox}.*`, {
      callback: (error, message) => {
        if (error === null) this.#hear(message);
      },
    });
    const reply = `${this.#inbox}.${++this.#asked}`;
    const answer = Promise.withResolvers<Msg>();
    const { subject, bytes, headers, timeoutMs } = question;
    try {
      this.#connection.publish(subject, bytes, { reply, headers });
    } catch (error) {
      return Promise.reject(error);
    }
    const timer = this.#timers.after(timeoutMs, () => {
      this.#waiting.delete(reply);
      answer.reject(new BusError("timeout", `no answer on ${subject} within ${timeoutMs} ms`));
    });
    this.#waiting.set(reply, { question, timer, answer });
    return answer.promise;
  }

  #hear(message: Msg): void {
    const waiting = this.#waiting.get(message.subject);
    // An answer that comes late, or a second one.
    if (waiting === undefined) return;
    this.#waiting.delete(message.subject);
    waiting.timer.cancel();
    if (message.data.length === 0 && message.headers?.code === 503) {
      const { subject } = waiting.question;
      return waiting.answer.reject(new BusError("no_responders", `nobody answers on ${subject}`));
    }
    waiting.answer.resolve(message);
  }

  #giveUp(): void {
    for (const { timer, answer } of this.#waiting.values()) {
      timer.cancel();
      answer.reject(closedError());
    }
    this.#waiting.clear();
  }
}
