/** The explorer: events of the log by filter, one event in full, and what people did. @module */
import { z } from "zod";
import { legSchema } from "./time_travel.ts";

/**
 * GET /v1/events: the log as it stands, newest first (`order=oldest` for the other way), without the
 * hash of any key. Filters: `account`, `type`, `request`, `actor`, `shard`, and `from` (inclusive)
 * and `to` (exclusive) as times of recording, epoch milliseconds or ISO 8601 with a zone.
 */
export const eventRowSchema = z.object({
  shard: z.number().int(),
  position: z.string(),
  stream: z.string(),
  version: z.number().int(),
  type: z.string(),
  schemaVersion: z.number().int(),
  eventId: z.string(),
  requestId: z.string().nullable(),
  actor: z.string(),
  occurredAtMs: z.number().int(),
  recordedAtMs: z.number().int(),
  payload: z.record(z.string(), z.json()),
});

/**
 * A page that can be left in both directions: `nextCursor` goes on in the asked order and is null at
 * the end, `previousCursor` goes back and is null at the beginning.
 */
export const turnablePageSchema = <T extends z.ZodType>(item: T) =>
  z.object({
    position: z.string(),
    items: z.array(item),
    nextCursor: z.string().nullable(),
    previousCursor: z.string().nullable(),
  });

/** Where an event is, in few words. */
export const eventReferenceSchema = z.object({
  shard: z.number().int(),
  position: z.string(),
  eventId: z.string(),
  type: z.string(),
  recordedAtMs: z.number().int(),
});

/** GET /v1/events/{shard}/{position}: one event in full. Hashes are lower-case hexadecimal. */
export const eventDetailSchema = z.object({
  event: eventRowSchema,
  /** The leaf of the event; see docs/ledger-format.md. */
  hash: z.string(),
  legs: z.array(legSchema),
  /** The frame that the event is in. */
  frame: z.object({
    firstPosition: z.string(),
    count: z.number().int(),
    previousHash: z.string(),
    merkleRoot: z.string(),
    hash: z.string(),
    epoch: z.string(),
    recordedAtMs: z.number().int(),
  }).nullable(),
  previous: eventReferenceSchema.nullable(),
  next: eventReferenceSchema.nullable(),
  previousInStream: eventReferenceSchema.nullable(),
  nextInStream: eventReferenceSchema.nullable(),
  /** The events of the same request in their order, this one too; at most 100. */
  ofRequest: z.array(eventReferenceSchema),
});

/**
 * GET /v1/admin-actions: what people (and the ledger itself, but no edge) did to accounts, keys,
 * budgets, credit, prices, markup and exchange rate; newest first. Filters: `account`, `actor`,
 * `type`, `from`, `to`. `before` and `after` are the state of the subject around the event; `before`
 * is null when there was none. What they hold depends on `type`; amounts are decimal strings.
 */
export const adminActionSchema = z.object({
  shard: z.number().int(),
  position: z.string(),
  actor: z.string(),
  type: z.string(),
  /** What was changed, such as `price:gpt-4o`, `fx`, `budget:acc-1:*:day` or `credit:acc-1`. */
  subject: z.string(),
  accountId: z.string().nullable(),
  recordedAtMs: z.number().int(),
  before: z.record(z.string(), z.json()).nullable(),
  after: z.record(z.string(), z.json()),
  /** The event's payload, without the hash of a key. */
  payload: z.record(z.string(), z.json()),
});

/** See {@link eventRowSchema}. */
export type EventRow = z.output<typeof eventRowSchema>;
/** See {@link eventDetailSchema}. */
export type EventDetail = z.output<typeof eventDetailSchema>;
/** See {@link adminActionSchema}. */
export type AdminAction = z.output<typeof adminActionSchema>;
