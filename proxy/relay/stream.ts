/** Hands a stream on to the client while it is observed, and outlives the client. @module */
import type { SettlementResult } from "../../shared/commands/mod.ts";
import { type ErrorCode, failure } from "../../shared/errors.ts";
import { formatDecimal } from "../../shared/money/mod.ts";
import type { AnswerReader, Bytes, Dialect, StreamOutput, StreamState } from "../dialects/mod.ts";
import type { ProxyFailure } from "../errors.ts";
import type { OpenStream } from "./attempt.ts";

/** How a stream ended. */
export interface StreamEnd {
  readonly outcome: "completed" | "client_gone" | ErrorCode;
  /** Counted up to the end. */
  readonly state: StreamState;
}

interface StreamOptions {
  readonly reader: AnswerReader;
  /** What the client speaks. */
  readonly dialect: Dialect;
  /** See ProviderProfile. */
  readonly onClientGone: "cancel" | "drain";
  /** Whether the client asked for the usage chunk; else it is hidden. */
  readonly usageAsked: boolean;
  /**
   * Called once, when the stream's end is known; resolves, soon, when the end may be shown to the
   * client, with the charge if it came in time.
   */
  readonly onEnd: (end: StreamEnd) => Promise<SettlementResult | null>;
  /** Told of each new state, for progress reports. */
  readonly onState: (state: StreamState) => void;
  /** Told of an exception that nobody expects; the stream is ended as `internal_error` then. */
  readonly onFault: (error: unknown) => void;
}

/**
 * The body for the client. Each read from upstream happens when the client wants more. A client that
 * goes away ends the reading or, where the target says `drain`, leaves it to run to the stream's end
 * with nobody listening; either way `onEnd` is called.
 */
export function streamToClient(stream: OpenStream, options: StreamOptions): ReadableStream<Bytes> {
  const relay = new StreamRelay(stream, options);
  return new ReadableStream<Bytes>({
    start: (controller) => relay.start(controller),
    pull: () => relay.pull(),
    cancel: () => relay.clientGone(),
  }, { highWaterMark: 0 });
}

type HeldUsage = Extract<StreamOutput, { kind: "usage" }>;

class StreamRelay {
  #state: StreamState;
  #outputs: readonly StreamOutput[];
  #controller: ReadableStreamDefaultController<Bytes> | null = null;
  /** The usage event, held back until it is clear that it is the last one. */
  #held: HeldUsage | null = null;
  #pumping = false;
  #gone = false;
  #ended = false;
  #emitted = false;
  #closed = false;

  constructor(readonly stream: OpenStream, readonly options: StreamOptions) {
    this.#state = stream.state;
    this.#outputs = stream.outputs;
  }

  start(controller: ReadableStreamDefaultController<Bytes>): void {
    this.#controller = controller;
    // A limit also ends a stream that nobody reads.
    this.stream.watch.signal.addEventListener("abort", () => {
      if (!this.#ended && !this.#pumping) void this.#pump();
    }, { once: true });
  }

  pull(): Promise<void> {
    return this.#pump();
  }

  clientGone(): void {
    this.#gone = true;
    if (this.#ended) return;
    if (this.options.onClientGone === "cancel") {
      this.stream.watch.abort(failure("client_gone", "The client went away."));
    }
    // A pump that is under way notices by itself.
    if (!this.#pumping) void this.#pump();
  }

  /** Reads until something was given to the client; to the very end when there is no client. */
  async #pump(): Promise<void> {
    this.#pumping = true;
    this.#emitted = false;
    try {
      const first = this.#outputs;
      this.#outputs = [];
      await this.#take(first);
      while (!this.#ended && (this.#gone || !this.#emitted)) await this.#read();
    } catch (error) {
      this.#faulty(error);
    } finally {
      this.#pumping = false;
    }
  }

  async #read(): Promise<void> {
    const { reader, watch } = this.stream;
    const { reader: answer } = this.options;
    let result: { readonly done: boolean; readonly value?: Bytes };
    watch.waiting();
    try {
      result = await reader.read();
    } catch {
      return this.#broken();
    }
    watch.received();
    const [state, outputs] = result.done || result.value === undefined
      ? answer.streamEnd(this.#state)
      : answer.streamStep(this.#state, result.value);
    this.#state = state;
    this.options.onState(state);
    await this.#take(outputs);
    if (result.done && !this.#ended) await this.#endOfBytes();
  }

  async #take(outputs: readonly StreamOutput[]): Promise<void> {
    for (const output of outputs) {
      if (this.#ended) return;
      switch (output.kind) {
        case "bytes":
          this.#releaseHeld();
          this.#emit(output.bytes);
          break;
        case "usage":
          this.#releaseHeld();
          if (this.options.usageAsked) this.#held = output;
          if (output.ends === true) await this.#complete(null);
          break;
        case "done":
          await this.#complete(output.bytes);
          break;
        case "failure":
          this.#fail(output.failure.failure);
          break;
        default:
          output satisfies never;
      }
    }
  }

  /** Not every provider sends an end mark; a reason to finish, or the usage event, is one as well. */
  async #endOfBytes(): Promise<void> {
    const counted = this.options.reader.streamCount(this.#state);
    this.#state = counted;
    const ended = counted.finished > 0 || this.options.reader.endsWithoutMark;
    if (ended || this.#held !== null) return await this.#complete(null);
    this.#fail(
      failure("upstream_stream_cut", "The provider broke off its answer before the end."),
    );
  }

  #broken(): void {
    const why = this.stream.watch.failure();
    if (why?.code === "client_gone") {
      void this.#end("client_gone");
      return;
    }
    this.#fail(
      why ?? failure("upstream_stream_cut", "The connection to the provider broke off."),
    );
  }

  async #complete(mark: Bytes | null): Promise<void> {
    const held = this.#held;
    this.#held = null;
    // The end of the answer waits, within its bounds, until the settlement is safe.
    const settled = await this.#end(this.#gone ? "client_gone" : "completed");
    if (held !== null) this.#emit(this.#withCost(held, settled));
    if (mark !== null) this.#emit(mark);
    this.#close();
    void this.#readOut();
  }

  #fail(why: ProxyFailure, outcome: ErrorCode = this.#gone ? "client_gone" : why.code): void {
    // What is owed comes first: nothing that goes wrong on the way to the client may prevent it.
    if (!this.#ended) void this.#end(outcome);
    this.#releaseHeld();
    const { reader, dialect } = this.options;
    this.#emit(reader.errorEvent?.(why) ?? dialect.errors.event(why));
    this.#close();
    this.stream.watch.abort(why);
  }

  /** An exception must neither leave the call without its end nor take other calls along. */
  #faulty(error: unknown): void {
    this.options.onFault(error);
    this.#held = null;
    this.#fail(
      failure("internal_error", "Something went wrong here in the middle of the answer."),
      "internal_error",
    );
  }

  /** Ends the call; called once, and never rejects. */
  async #end(outcome: StreamEnd["outcome"]): Promise<SettlementResult | null> {
    this.#ended = true;
    try {
      return await this.options.onEnd({ outcome, state: this.#state });
    } catch (error) {
      this.options.onFault(error);
      return null;
    }
  }

  /** What may follow the end mark is read, so that the connection can be used again. */
  async #readOut(): Promise<void> {
    const { reader, watch } = this.stream;
    watch.waiting();
    try {
      if (!(await reader.read()).done) await reader.cancel();
    } catch {
      // The answer is complete; how its connection ends changes nothing.
    } finally {
      watch.stop();
    }
  }

  #releaseHeld(): void {
    if (this.#held !== null) this.#emit(this.#withCost(this.#held, null));
    this.#held = null;
  }

  /** The usage event with the charge in kyat; without any cost while none is known. */
  #withCost(held: HeldUsage, settled: SettlementResult | null): Bytes {
    const cost = settled === null
      ? {}
      : { cost: formatDecimal(settled.chargedMicroKyat, 6), cost_currency: "MMK" };
    return this.options.dialect.withCost(held.event, cost);
  }

  #emit(bytes: Bytes): void {
    if (this.#gone || this.#closed) return;
    this.#emitted = true;
    this.#controller?.enqueue(bytes);
  }

  #close(): void {
    if (this.#gone || this.#closed) return;
    this.#closed = true;
    this.#controller?.close();
  }
}
