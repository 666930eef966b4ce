/** Rebuilds as rows: what is asked for, how far it is, and that nobody works twice. @module */
import { sql } from "kysely";
import type { RebuildComparison, RebuildJob, RebuildPhase } from "../../shared/read_api/mod.ts";
import type { Queryable } from "../table/mod.ts";

/** After how long without a sign of life a rebuild counts as dead, in seconds. */
export const DEAD_AFTER_S = 30;

/** What a new rebuild is. */
export interface NewJob {
  readonly jobId: string;
  readonly projection: string;
  readonly kind: RebuildJob["kind"];
  readonly version: number;
  readonly liveVersion: number;
  /** An actor such as `user:…` or `system:projections`. */
  readonly requestedBy: string;
}

/** How far a rebuild is; written over and over. */
export interface JobProgress {
  readonly phase: RebuildPhase;
  readonly done: bigint;
  readonly total: bigint;
  readonly eventsPerSecond: bigint | null;
  readonly secondsLeft: bigint | null;
}

/** The schema in which a rebuild's tables grow. */
export function buildSchemaOf(jobId: string): string {
  return `projections_build_${jobId.replaceAll("-", "")}`;
}

/**
 * Enters a rebuild. Returns null, having entered nothing, while another one of the projection runs.
 * One that died is closed first, and its tables are dropped, so that it can never go on.
 */
export async function openJob(db: Queryable, job: NewJob): Promise<RebuildJob | null> {
  return await db.transaction().execute(async (tx) => {
    const dead = await sql<{ jobId: string }>`
      update projections.rebuild_job set phase = 'dead', finished_at = now()
      where projection = ${job.projection} and ${IS_DEAD} returning job_id as "jobId"
    `.execute(tx);
    for (const { jobId } of dead.rows) {
      await sql.raw(`drop schema if exists ${buildSchemaOf(jobId)} cascade`).execute(tx);
    }
    const { rows } = await sql<RawJob>`
      insert into projections.rebuild_job as j (job_id, projection, kind, version, live_version,
        requested_by, phase, done, total, cancel_requested, requested_at, seen_at)
      values (${job.jobId}::uuid, ${job.projection}, ${job.kind}, ${job.version},
        ${job.liveVersion}, ${job.requestedBy}, 'loading', 0, 0, false, now(), now())
      on conflict do nothing returning ${COLUMNS}
    `.execute(tx);
    return rows[0] === undefined ? null : decode(rows[0]);
  });
}

/** Notes progress and a sign of life; tells whether to go on, to stop, or that it was taken away. */
export async function noteProgress(
  db: Queryable,
  jobId: string,
  progress: JobProgress | null,
): Promise<"go_on" | "cancel" | "lost"> {
  const change = progress === null ? sql`` : sql`, phase = ${progress.phase},
    done = ${text(progress.done)}::bigint, total = ${text(progress.total)}::bigint,
    events_per_second = ${text(progress.eventsPerSecond)}::bigint,
    seconds_left = ${text(progress.secondsLeft)}::bigint`;
  const { rows } = await sql<{ cancel: boolean }>`
    update projections.rebuild_job set seen_at = now() ${change}
    where job_id = ${jobId}::uuid and finished_at is null returning cancel_requested as cancel
  `.execute(db);
  if (rows[0] === undefined) return "lost";
  return rows[0].cancel ? "cancel" : "go_on";
}

/** Notes what the comparison found. */
export async function noteComparison(
  db: Queryable,
  jobId: string,
  comparison: RebuildComparison,
): Promise<void> {
  await sql`
    update projections.rebuild_job set comparison = ${JSON.stringify(comparison)}::text::jsonb
    where job_id = ${jobId}::uuid and finished_at is null
  `.execute(db);
}

/** Closes a rebuild. Returns false when it was closed already, by itself or by a successor. */
export async function closeJob(
  db: Queryable,
  jobId: string,
  phase: "done" | "failed" | "cancelled",
  error: string | null = null,
): Promise<boolean> {
  const { rows } = await sql`
    update projections.rebuild_job set phase = ${phase}, finished_at = now(), seen_at = now(),
      error = ${error?.slice(0, 2_000) ?? null}, seconds_left = null
    where job_id = ${jobId}::uuid and finished_at is null returning job_id
  `.execute(db);
  return rows.length === 1;
}

/** Asks the running rebuild of a projection to end; null when none runs. */
export async function requestCancel(db: Queryable, projection: string): Promise<RebuildJob | null> {
  const { rows } = await sql<RawJob>`
    update projections.rebuild_job j set cancel_requested = true
    where projection = ${projection} and finished_at is null and not ${IS_DEAD}
    returning ${COLUMNS}
  `.execute(db);
  return rows[0] === undefined ? null : decode(rows[0]);
}

/** The rebuilds of a projection (of all, when null), newest first. */
export async function listJobs(
  db: Queryable,
  projection: string | null,
  options: { readonly limit: number; readonly runningOnly?: boolean },
): Promise<RebuildJob[]> {
  const { rows } = await sql<RawJob>`
    select ${COLUMNS} from projections.rebuild_job j
    where ${projection === null ? sql`true` : sql`projection = ${projection}`}
      and ${options.runningOnly ? sql`finished_at is null and not ${IS_DEAD}` : sql`true`}
    order by requested_at desc, job_id desc limit ${options.limit}
  `.execute(db);
  return rows.map(decode);
}

const IS_DEAD = sql.raw(
  `(finished_at is null and seen_at < now() - interval '${DEAD_AFTER_S} seconds')`,
);

const millis = (name: string) => `(extract(epoch from ${name}) * 1000)::bigint`;
const COLUMNS = sql.raw(`
  j.job_id::text as "jobId", j.projection, j.kind, j.version, j.live_version as "liveVersion",
  j.requested_by as "requestedBy",
  case when ${`(j.finished_at is null and j.seen_at < now() - interval '${DEAD_AFTER_S} seconds')`}
    then 'dead' else j.phase end as phase,
  j.done::text as done, j.total::text as total, j.events_per_second::text as "eventsPerSecond",
  j.seconds_left::text as "secondsLeft", j.comparison, j.error,
  j.cancel_requested as "cancelRequested", ${millis("j.requested_at")} as "requestedAtMs",
  ${millis("j.seen_at")} as "seenAtMs", ${millis("j.finished_at")} as "finishedAtMs"`);

type Times = "requestedAtMs" | "seenAtMs" | "finishedAtMs";
type RawJob = Omit<RebuildJob, Times> & Record<Times, bigint | number | null>;

function decode(row: RawJob): RebuildJob {
  const { requestedAtMs, seenAtMs, finishedAtMs } = row;
  return {
    ...row,
    requestedAtMs: Number(requestedAtMs),
    seenAtMs: Number(seenAtMs),
    finishedAtMs: finishedAtMs === null ? null : Number(finishedAtMs),
  };
}

function text(value: bigint | null): string | null {
  return value === null ? null : value.toString();
}
