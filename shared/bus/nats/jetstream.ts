/** Streams and durable consumers at the server. @module */
import { nanos, type NatsConnection } from "@nats-io/nats-core";
import {
  AckPolicy,
  DeliverPolicy,
  DiscardPolicy,
  JetStreamApiError,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
} from "@nats-io/jetstream";
import { BusError, type ConsumeOptions, type StreamOptions } from "../bus.ts";
import { intersectFilters } from "../matching.ts";

const streamNotFound = 10_059;
const nameInUse = 10_058;
const consumerExists = 10_148;

/** Creates the stream in files, or brings it to these options; JetStreamApiError on refusal. */
export async function ensureServerStream(
  connection: NatsConnection,
  { name, subjects, duplicateWindowMs, maxMessages, maxMessagesPerSubject }: StreamOptions,
): Promise<void> {
  const { streams } = await jetstreamManager(connection, { checkAPI: false });
  const options = {
    subjects: [...subjects],
    duplicate_window: nanos(duplicateWindowMs),
    max_msgs: maxMessages,
    max_msgs_per_subject: maxMessagesPerSubject ?? -1,
    discard: DiscardPolicy.Old,
  };
  try {
    await streams.update(name, options);
  } catch (error) {
    if (!hasCode(error, streamNotFound)) throw error;
    try {
      await streams.add({
        ...options,
        name,
        storage: StorageType.File,
        retention: RetentionPolicy.Limits,
      });
    } catch (again) {
      // Another process was a moment faster.
      if (!hasCode(again, nameInUse)) throw again;
      await streams.update(name, options);
    }
  }
}

/** Creates the durable consumer, or brings it to these options; JetStreamApiError on refusal. */
export async function ensureServerConsumer(
  connection: NatsConnection,
  stream: string,
  { durableName, filterSubject, maxInFlight, ackWaitMs }: ConsumeOptions,
): Promise<void> {
  const { consumers, streams } = await jetstreamManager(connection, { checkAPI: false });
  const { config } = await streams.info(stream);
  const options = {
    ack_wait: nanos(ackWaitMs),
    // Room for the messages of a dead instance and for rejected ones, which count until they are
    // delivered again: they must not stop the rest.
    max_ack_pending: Math.max(1_000, maxInFlight * 16),
    filter_subject: narrowFilter(filterSubject, config.subjects),
  };
  try {
    await consumers.add(stream, {
      ...options,
      durable_name: durableName,
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
      max_waiting: 512,
    });
  } catch (error) {
    if (!hasCode(error, consumerExists)) throw error;
    await consumers.update(stream, durableName, options);
  }
}

/**
 * What of a filter lies within the stream: a server refuses a consumer whose filter goes beyond the
 * subjects of its stream, and before 2.10 takes only one filter.
 */
function narrowFilter(filter: string, subjects: readonly string[]): string {
  const within = subjects.map((subject) => intersectFilters(filter, subject))
    .filter((part) => part !== null);
  const [only] = within;
  if (only !== undefined && within.length === 1) return only;
  const found = within.length === 0 ? "nothing" : within.join(" and ");
  throw new BusError(
    "failed",
    `filter ${filter} covers ${found} of the stream's ${subjects.join(", ")}, and not one subject`,
  );
}

function hasCode(error: unknown, code: number): boolean {
  return error instanceof JetStreamApiError && error.code === code;
}
