/** A durable stream in memory: message ids remembered, a bound, several consumers. @module */
import type { Clock, Timers } from "../effects.ts";
import type { PublishAck, StreamOptions } from "./bus.ts";
import { compileFilter } from "./matching.ts";
import {
  createMemoryConsumer,
  type MemoryConsumer,
  type StoredMessage,
} from "./memory_consumer.ts";

/** The stream; it lives as long as its process. */
export interface MemoryStream {
  /** Whether it keeps messages of this subject. */
  accepts(subject: string): boolean;
  /** Brings it to new options; a smaller bound drops the oldest messages. */
  update(options: StreamOptions): void;
  /** Stores `text`, the JSON of a message, unless the id is known. */
  publish(subject: string, text: string, messageId: string): PublishAck;
  /** The JSON of every message kept on a subject, oldest first. */
  kept(subject: string): string[];
  /** The consumer of this name; a new one starts at the oldest message kept. */
  consumer(durableName: string): MemoryConsumer;
  /** Stops every timer. */
  close(): void;
}

/** An empty stream. */
export function createMemoryStream(
  initial: StreamOptions,
  { timers, clock }: { readonly timers: Timers; readonly clock: Clock },
): MemoryStream {
  let options = initial;
  let filters = initial.subjects.map(compileFilter);
  let first = 1;
  let last = 0;
  const messages = new Map<number, StoredMessage>();
  const known = new Map<string, { readonly sequence: number; readonly atMs: number }>();
  const consumers = new Map<string, MemoryConsumer>();

  const forgetOldIds = () => {
    const oldestMs = clock.nowMs() - options.duplicateWindowMs;
    for (const [id, { atMs }] of known) {
      if (atMs > oldestMs) return;
      known.delete(id);
    }
  };
  // Unlike a file, memory does not keep what every consumer has finished with.
  const isDone = (sequence: number) =>
    consumers.size > 0 && [...consumers.values()].every((one) => one.isDone(sequence));
  const trim = () => {
    while (first <= last && (messages.size > options.maxMessages || isDone(first))) {
      messages.delete(first);
      first += 1;
    }
  };
  const trimSubject = (subject: string) => {
    const { maxMessagesPerSubject: most } = options;
    if (most === undefined) return;
    const own = [...messages].filter(([, one]) => one.subject === subject);
    for (const [sequence] of own.slice(0, -most)) messages.delete(sequence);
  };
  const log = {
    first: () => first,
    last: () => last,
    get: (sequence: number) => messages.get(sequence),
  };

  return {
    accepts: (subject) => filters.some((matches) => matches(subject)),
    update(next) {
      options = next;
      filters = next.subjects.map(compileFilter);
      for (const subject of new Set([...messages.values()].map((one) => one.subject))) {
        trimSubject(subject);
      }
      trim();
    },
    publish(subject, text, messageId) {
      forgetOldIds();
      const before = known.get(messageId);
      if (before !== undefined) return { sequence: before.sequence, duplicate: true };
      last += 1;
      const sequence = last;
      messages.set(sequence, { subject, text });
      known.set(messageId, { sequence, atMs: clock.nowMs() });
      for (const consumer of consumers.values()) consumer.pump();
      trimSubject(subject);
      trim();
      return { sequence, duplicate: false };
    },
    kept: (subject) =>
      [...messages.values()].filter((one) => one.subject === subject).map(({ text }) => text),
    consumer(durableName) {
      const existing = consumers.get(durableName);
      if (existing !== undefined) return existing;
      const created = createMemoryConsumer({ log, timers, onDone: trim });
      consumers.set(durableName, created);
      return created;
    },
    close() {
      for (const consumer of consumers.values()) consumer.close();
    },
  };
}
