/** How a stream's bytes are cut into events. @module */
import type { Bytes } from "../dialect.ts";

/** One event of a stream. */
export interface FramedEvent {
  /** Its name where the framing has names, such as `message_start`; else null. */
  readonly name: string | null;
  /** Its payload, such as a JSON text or `[DONE]`; never empty. */
  readonly data: string;
}

/** A way to put events into bytes. All of it is pure. */
export interface Framing {
  /**
   * The index in `chunk` behind the last event that is complete with it, 0 when none is; `pending` is
   * what came directly before and belongs to no complete event.
   */
  lastEnd(pending: readonly Bytes[], chunk: Bytes): number;
  /** Splits bytes that end where an event ends into the bytes of each. */
  split(whole: Bytes): Bytes[];
  /** The text of whole events, in a form that can be appended to another such text. */
  textOf(whole: Bytes): string;
  /** The events of such a text; comments and keep-alives are none. */
  eventsIn(text: string): FramedEvent[];
  /** Whether the text is, for sure, one event with an object; cheap, and false when in doubt. */
  isOneEvent(text: string): boolean;
}
