/** The outbox: which messages are due, who has them in hand, and how they ended. @module */
import { sql } from "kysely";
import type { AlertDeliveryRow } from "../../../shared/read_api/mod.ts";
import type { Queryable } from "../../table/mod.ts";
import type { Attempt, Message } from "./sender.ts";

/** How often a message is tried at most. */
export const MOST_ATTEMPTS = 8;

const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 3_600_000;

/**
 * How long to wait after the `attempts`-th attempt failed, in milliseconds: 5 s, 20 s, 80 s, about 5,
 * 21 and 85 minutes cut to an hour, and an hour: about two and a half hours in all.
 */
export function pauseAfter(attempts: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 4 ** (attempts - 1));
}

/** A message in hand. */
export interface Claimed extends Message {
  /** This attempt's number, from 1. */
  readonly attempts: number;
}

/** What is claimed. */
export interface Claiming {
  readonly channel: AlertDeliveryRow["channel"];
  readonly nowMs: number;
  /** Until when the message is this process's, from now on, in milliseconds. */
  readonly holdMs: number;
}

/**
 * Takes the message of a channel that is due longest, or null. It counts as an attempt at once: a
 * process that dies with it leaves it to whoever looks after `holdMs`, and no crash lets a message be
 * tried for ever. The changes of one alert are told in their order.
 */
export async function claim(db: Queryable, claiming: Claiming): Promise<Claimed | null> {
  const { channel, nowMs, holdMs } = claiming;
  const { rows } = await sql<Claimed>`
    update alerts.delivery set attempts = attempts + 1,
      next_attempt_at_ms = ${nowMs + holdMs}::bigint
    where delivery_id = (
      select d.delivery_id from alerts.delivery d
      where d.status = 'pending' and d.channel = ${channel} and d.attempts < ${MOST_ATTEMPTS}
        and d.next_attempt_at_ms <= ${nowMs}::bigint
        and not exists (
          select from alerts.delivery e where e.alert_id = d.alert_id and e.channel = d.channel
            and e.sequence < d.sequence and e.status = 'pending')
      order by d.next_attempt_at_ms, d.delivery_id limit 1 for update skip locked)
    returning delivery_id::text as "deliveryId", body, attempts
  `.execute(db);
  return rows[0] ?? null;
}

/** Writes down how an attempt ended. One that was given up and taken over changes nothing any more. */
export async function finish(
  db: Queryable,
  { deliveryId, attempts }: Claimed,
  attempt: Attempt,
  nowMs: number,
): Promise<void> {
  const over = attempt.status === "delivered" || attempts >= MOST_ATTEMPTS;
  const status = over ? attempt.status : "pending";
  const nextMs = over ? null : nowMs + pauseAfter(attempts);
  await sql`
    update alerts.delivery set status = ${status}, next_attempt_at_ms = ${nextMs}::bigint,
      finished_at_ms = ${over ? nowMs : null}::bigint, last_status = ${attempt.httpStatus}::int,
      last_error = ${attempt.status === "failed" ? attempt.error : null}
    where delivery_id = ${deliveryId}::uuid and status = 'pending'
      and (attempts = ${attempts} or ${status} = 'delivered')
  `.execute(db);
}

/** Ends messages whose last attempt was never heard of. */
export async function giveUp(db: Queryable, nowMs: number): Promise<void> {
  await sql`
    update alerts.delivery set status = 'failed', next_attempt_at_ms = null,
      finished_at_ms = ${nowMs}::bigint, last_error = 'how the last attempt ended is not known'
    where status = 'pending' and attempts >= ${MOST_ATTEMPTS}
      and next_attempt_at_ms <= ${nowMs}::bigint
  `.execute(db);
}
