/** What the read API says about projections and their rebuilds. @module */
import { z } from "zod";

/** What a rebuild does, in this order, and how it ended. */
export const REBUILD_PHASES = [
  "loading",
  "indexing",
  "catching_up",
  "comparing",
  "swapping",
  "done",
  "failed",
  "cancelled",
  /** The process that worked on it has not been heard of for 30 s; it may be started anew. */
  "dead",
] as const;

/** One of {@link REBUILD_PHASES}. */
export type RebuildPhase = (typeof REBUILD_PHASES)[number];

/**
 * The rebuilt rows beside the live ones, both at exactly `positions` (by shard). `not_applicable`
 * says in `reason` why there was nothing to compare.
 */
export const rebuildComparisonSchema = z.object({
  result: z.enum(["equal", "different", "not_applicable"]),
  reason: z.string().nullable(),
  positions: z.array(z.string()),
  tables: z.array(z.object({
    table: z.string(),
    liveRows: z.string(),
    rebuiltRows: z.string(),
    equal: z.boolean(),
  })),
});

/**
 * GET /v1/projections/{name}/rebuilds, newest first; POST /v1/projections/{name}/rebuild and
 * /rollback answer with the one that they started, POST /cancel with the one that it ends.
 */
export const rebuildJobSchema = z.object({
  jobId: z.string(),
  projection: z.string(),
  /** `rollback`: the rows that the last swap replaced are brought up to date and swapped back. */
  kind: z.enum(["rebuild", "rollback"]),
  /** Of the rows that grow. */
  version: z.number().int(),
  /** Of the rows that were read when it began. */
  liveVersion: z.number().int(),
  requestedBy: z.string(),
  phase: z.enum(REBUILD_PHASES),
  /** Events applied, over all shards. */
  done: z.string(),
  /** Events in the log when last looked at. */
  total: z.string(),
  eventsPerSecond: z.string().nullable(),
  secondsLeft: z.string().nullable(),
  comparison: rebuildComparisonSchema.nullable(),
  /** Why it failed, or null. */
  error: z.string().nullable(),
  cancelRequested: z.boolean(),
  requestedAtMs: z.number().int(),
  seenAtMs: z.number().int(),
  finishedAtMs: z.number().int().nullable(),
});

/** GET /v1/projections: how far each projection has come. */
export const projectionStatusSchema = z.object({
  name: z.string(),
  /** Of the rows that are read; while a newer version is built, still the old one. */
  version: z.number().int(),
  position: z.string(),
  head: z.string(),
  lag: z.string(),
  state: z.enum(["live", "rebuilding", "paused"]),
  error: z.string().nullable(),
  /** The event that cannot be applied; nothing after it is, until the cause is mended. */
  pausedAt: z.object({ shard: z.number().int(), position: z.string(), eventType: z.string() })
    .nullable(),
  /** The rebuild that runs, or null. */
  rebuild: rebuildJobSchema.nullable(),
});

/** See {@link projectionStatusSchema}. */
export type ProjectionStatus = z.output<typeof projectionStatusSchema>;
/** See {@link rebuildJobSchema}. */
export type RebuildJob = z.output<typeof rebuildJobSchema>;
/** See {@link rebuildComparisonSchema}. */
export type RebuildComparison = z.output<typeof rebuildComparisonSchema>;
