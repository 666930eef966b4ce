/** The durable position of one consumer name in a stream kept in memory. @module */
import type { Timers } from "../effects.ts";
import type { DurableMessage } from "./bus.ts";
import { redeliveryDelayMs } from "./handling.ts";
import { compileFilter } from "./matching.ts";

/** A message as the stream keeps it. */
export interface StoredMessage {
  readonly subject: string;
  /** The JSON of the message. */
  readonly text: string;
}

/** The messages of a stream. */
export interface MessageLog {
  /** The lowest sequence that may still be kept. */
  first(): number;
  /** The highest sequence given out; 0 before the first. */
  last(): number;
  /** The message, or undefined when it has gone. */
  get(sequence: number): StoredMessage | undefined;
}

/** One instance that reads for a durable consumer. */
export interface StreamMember {
  /** Whether it takes another message now. */
  hasRoom(): boolean;
  /** Handles a delivery; resolves to whether it succeeded and never rejects. */
  deliver(message: DurableMessage): Promise<boolean>;
}

/** How a consumer reads. */
export interface MemoryConsumerOptions {
  readonly filterSubject: string;
  readonly ackWaitMs: number;
}

/** A durable consumer that outlives its members. */
export interface MemoryConsumer {
  /** Adds a reader that takes turns with the others, and brings the consumer to these options. */
  join(member: StreamMember, options: MemoryConsumerOptions): void;
  /** Removes a reader; what it has in hand stays its own. */
  leave(member: StreamMember): void;
  /** Delivers all that is ready and has a reader with room. */
  pump(): void;
  /** Whether it will not deliver this sequence again. */
  isDone(sequence: number): boolean;
  /** Stops its timers. */
  close(): void;
}

/** A message delivered and not acknowledged. */
interface Open {
  readonly sequence: number;
  deliveries: number;
  /** The wait for the acknowledgement, or for the next delivery after a rejection. */
  wait: { cancel(): void } | null;
}

/** A consumer at the start of `log`; `onDone` is called after each acknowledgement. */
export function createMemoryConsumer(
  { log, timers, onDone }: {
    readonly log: MessageLog;
    readonly timers: Timers;
    readonly onDone: () => void;
  },
): MemoryConsumer {
  let matches = (_subject: string) => false;
  let ackWaitMs = 0;
  let cursor = 0;
  let closed = false;
  const members: StreamMember[] = [];
  const open = new Map<number, Open>();
  const ready: Open[] = [];

  const isOpen = (item: Open) => open.get(item.sequence) === item;
  const next = (): Open | null => {
    for (let again = ready.shift(); again !== undefined; again = ready.shift()) {
      if (isOpen(again)) return again;
    }
    while (cursor < log.last()) {
      // The first is beyond the last when nothing is kept.
      cursor = Math.min(Math.max(cursor + 1, log.first()), log.last());
      const stored = log.get(cursor);
      if (stored === undefined || !matches(stored.subject)) continue;
      const item: Open = { sequence: cursor, deliveries: 0, wait: null };
      open.set(cursor, item);
      return item;
    }
    return null;
  };
  const waitForNext = (item: Open, delayMs: number) => {
    item.wait?.cancel();
    item.wait = timers.after(delayMs, () => {
      item.wait = null;
      if (!isOpen(item)) return;
      ready.push(item);
      pump();
    });
  };
  const finish = (item: Open, delivery: number, succeeded: boolean) => {
    if (closed || !isOpen(item)) return;
    if (succeeded) {
      item.wait?.cancel();
      open.delete(item.sequence);
      onDone();
    } else if (item.deliveries === delivery && item.wait !== null) {
      // Otherwise its time was up already, and another delivery is on the way.
      waitForNext(item, redeliveryDelayMs(delivery));
    }
  };
  const deliver = (member: StreamMember, item: Open, { subject, text }: StoredMessage) => {
    item.deliveries += 1;
    const { sequence, deliveries } = item;
    waitForNext(item, ackWaitMs);
    void member.deliver({ subject, message: JSON.parse(text), sequence, deliveries })
      .then((succeeded) => {
        finish(item, deliveries, succeeded);
        pump();
      });
  };
  const pump = () => {
    while (!closed) {
      const index = members.findIndex((candidate) => candidate.hasRoom());
      const member = members[index];
      if (member === undefined) return;
      const item = next();
      if (item === null) return;
      const stored = log.get(item.sequence);
      if (stored === undefined) {
        open.delete(item.sequence);
        continue;
      }
      // To the end of the line, so that instances take turns.
      members.splice(index, 1);
      members.push(member);
      deliver(member, item, stored);
    }
  };

  return {
    join(member, options) {
      matches = compileFilter(options.filterSubject);
      ackWaitMs = options.ackWaitMs;
      members.push(member);
      pump();
    },
    leave(member) {
      const index = members.indexOf(member);
      if (index >= 0) members.splice(index, 1);
    },
    pump,
    isDone: (sequence) => cursor >= sequence && !open.has(sequence),
    close() {
      closed = true;
      for (const item of open.values()) item.wait?.cancel();
    },
  };
}
