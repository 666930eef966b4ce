/**
 * One instance reading a durable consumer: it asks the server for as many messages as it has room
 * for, and asks anew after a reconnect, a lost consumer or a silence.
 *
 * @module
 */
import { createInbox, type Msg, type NatsConnection } from "@nats-io/nats-core";
import type { Clock, Timers } from "../../effects.ts";
import type { BusSubscription, ConsumeOptions, DurableMessage } from "../bus.ts";
import { decodeBytes } from "../encoding.ts";
import { type BusSettings, createWorkInHand, redeliveryDelayMs } from "../handling.ts";
import type { Link } from "./link.ts";
import { drainSubscription } from "./subscription.ts";

/** What a reader works with. */
export interface PullConsumerSetup {
  readonly connection: NatsConnection;
  readonly link: Link;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly onFault: NonNullable<BusSettings["onFault"]>;
  readonly stopTimeoutMs: number;
  readonly stream: string;
  readonly options: ConsumeOptions;
  /** Makes sure that the durable consumer exists at the server. */
  readonly ensure: () => Promise<void>;
  /** Called after sending what the server does not answer. */
  readonly nudge: () => void;
  readonly handler: (message: DurableMessage) => Promise<void>;
}

/** Pulls end at the server after this long and are renewed. */
const pullMs = 10_000;
/** A pull that heard nothing for this long was lost. */
const silenceMs = 15_000;
const retryMs = 250;
/** How long a late acknowledgement waits for the server's word. */
const lateAckMs = 2_000;

/** Starts reading; the consumer must exist already. */
export function startPullConsumer(setup: PullConsumerSetup): BusSubscription {
  return new PullConsumer(setup);
}

class PullConsumer implements BusSubscription {
  readonly #setup: PullConsumerSetup;
  readonly #inbox: string;
  readonly #asking: string;
  readonly #subscription: ReturnType<NatsConnection["subscribe"]>;
  readonly #inHand = createWorkInHand();
  /** Messages beyond maxInFlight, after a pull that was thought lost was not. */
  readonly #waiting: Msg[] = [];
  readonly #watch: { cancel(): void };
  readonly #forgetLink: () => void;
  /** Messages asked for in this round and not arrived. */
  #pending = 0;
  /** Grows when all earlier pulls are given up, so that their late answers are not counted. */
  #round = 0;
  #asked = false;
  #heard = true;
  #recovering = false;
  #stopping: Promise<void> | null = null;

  constructor(setup: PullConsumerSetup) {
    this.#setup = setup;
    const { connection, stream, options, link, timers } = setup;
    this.#inbox = createInbox();
    this.#asking = `$JS.API.CONSUMER.MSG.NEXT.${stream}.${options.durableName}`;
    this.#subscription = connection.subscribe(`${this.#inbox}.*`, {
      callback: (error, message) => {
        if (error !== null) return this.#report(error);
        this.#receive(message);
      },
    });
    this.#forgetLink = link.onUp(() => void this.#recover());
    this.#watch = timers.every(silenceMs, () => {
      if (!this.#heard && this.#pending > 0 && link.isUp()) void this.#recover();
      this.#heard = false;
    });
    this.#ask();
  }

  stop(): Promise<void> {
    return this.#stopping ??= this.#stop();
  }

  async #stop(): Promise<void> {
    const { timers, stopTimeoutMs, link } = this.#setup;
    this.#forgetLink();
    this.#watch.cancel();
    for (const message of this.#waiting.splice(0)) this.#respond(message, "-NAK");
    await drainSubscription(this.#subscription, { link, timers });
    await this.#inHand.idle(timers, stopTimeoutMs);
  }

  #receive(message: Msg): void {
    this.#heard = true;
    if (message.subject.startsWith(this.#inbox)) return this.#hearStatus(message);
    if (this.#stopping !== null) return this.#respond(message, "-NAK");
    this.#pending = Math.max(0, this.#pending - 1);
    if (this.#inHand.count >= this.#setup.options.maxInFlight) this.#waiting.push(message);
    else void this.#handle(message);
  }

  #hearStatus(message: Msg): void {
    if (this.#stopping !== null || message.subject !== `${this.#inbox}.${this.#round}`) return;
    const code = message.headers?.code ?? 0;
    if (code === 100) return;
    if (code === 404 || code === 408) {
      const left = Number(message.headers?.get("Nats-Pending-Messages") || this.#pending);
      this.#pending = Math.max(0, this.#pending - left);
      return this.#askSoon();
    }
    // 409: the consumer was deleted or the server goes down; 503: JetStream is not there (yet).
    void this.#recover();
  }

  async #handle(message: Msg): Promise<void> {
    const { handler, onFault, clock } = this.#setup;
    this.#inHand.begin();
    const begunMs = clock.nowMs();
    let deliveries = 1;
    try {
      const delivery = readDelivery(message);
      if (delivery === null) {
        // It can never be read: set aside, so that it does not come back for ever.
        onFault({
          during: "consume",
          subject: message.subject,
          error: new SyntaxError("a message that is not JSON was dropped"),
        });
        return this.#respond(message, "+TERM");
      }
      deliveries = delivery.deliveries;
      await handler(delivery);
      await this.#acknowledge(message, clock.nowMs() - begunMs);
    } catch (error) {
      onFault({ during: "consume", subject: message.subject, error });
      const delayNs = redeliveryDelayMs(deliveries) * 1_000_000;
      this.#respond(message, `-NAK {"delay":${delayNs}}`);
    } finally {
      this.#inHand.end();
      const next = this.#stopping === null ? this.#waiting.shift() : undefined;
      if (next !== undefined) void this.#handle(next);
      else this.#askSoon();
    }
  }

  /**
   * A message that its handler held for longer than the server waits is due to come again. The
   * server must have heard of its end before room is asked for: it takes in acknowledgements and
   * requests separately, and may do so in either order.
   */
  async #acknowledge(message: Msg, heldMs: number): Promise<void> {
    const { connection, link, options } = this.#setup;
    const inTime = heldMs >= 0 && heldMs < options.ackWaitMs;
    if (inTime || !link.isUp() || message.reply === undefined) {
      return this.#respond(message, "+ACK");
    }
    // Unheard, it comes again: its handler must bear that at any rate.
    await connection.request(message.reply, "+ACK", { timeout: lateAckMs }).catch(() => {});
  }

  #respond(message: Msg, answer: string): void {
    message.respond(answer);
    this.#setup.nudge();
  }

  /** Asks once for all the room that this turn makes. */
  #askSoon(): void {
    if (this.#asked) return;
    this.#asked = true;
    queueMicrotask(() => {
      this.#asked = false;
      this.#ask();
    });
  }

  #ask(): void {
    if (this.#stopping !== null || this.#recovering || !this.#setup.link.isUp()) return;
    const { maxInFlight } = this.#setup.options;
    const room = maxInFlight - this.#inHand.count - this.#waiting.length - this.#pending;
    if (room < 1 || (this.#pending > 0 && room * 2 < maxInFlight)) return;
    this.#pending += room;
    this.#setup.connection.publish(
      this.#asking,
      JSON.stringify({ batch: room, expires: pullMs * 1_000_000 }),
      { reply: `${this.#inbox}.${this.#round}` },
    );
  }

  /** Gives up all pulls, makes sure of the consumer and asks again; tries until that works. */
  async #recover(): Promise<void> {
    if (this.#recovering) return;
    this.#recovering = true;
    const { link, ensure, timers } = this.#setup;
    let reported = false;
    while (this.#stopping === null) {
      this.#round += 1;
      this.#pending = 0;
      // After a 409 or 503 the server needs a moment in any case.
      await timers.sleep(retryMs);
      if (this.#stopping !== null || !link.isUp()) break;
      try {
        await ensure();
        break;
      } catch (error) {
        if (!reported) this.#report(error);
        reported = true;
      }
    }
    this.#recovering = false;
    this.#ask();
  }

  #report(error: unknown): void {
    this.#setup.onFault({ during: "consume", subject: this.#setup.stream, error });
  }
}

/** What a delivery says; null when its body is not JSON. */
function readDelivery(message: Msg): DurableMessage | null {
  // $JS.ACK.<stream>.<consumer>.<deliveries>.<sequence>.…, from newer servers with
  // <domain>.<account> before the stream.
  const tokens = (message.reply ?? "").split(".");
  const at = tokens.length > 9 ? 6 : 4;
  try {
    return {
      subject: message.subject,
      message: decodeBytes(message.data),
      deliveries: Number(tokens[at]),
      sequence: Number(tokens[at + 1]),
    };
  } catch {
    return null;
  }
}
