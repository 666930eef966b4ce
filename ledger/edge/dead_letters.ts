/** Messages of the METER stream that can't be read or never charged: kept for a person to look at. @module */
import { sql } from "kysely";
import type { Clock } from "../../shared/effects.ts";
import { stringifyWithBigint } from "../../shared/json.ts";
import type { DurableMessage } from "../../shared/bus/mod.ts";
import type { LedgerDatabase } from "../store/mod.ts";

/** Where messages go that a person must look at. */
export interface DeadLetters {
  /**
   * Keeps a message with the reason; the same one kept twice stands once. Rejects when it could not
   * be kept: the message must not be acknowledged then.
   */
  keep(message: DurableMessage, place: { shard: number; reason: string }): Promise<void>;
  /** How many are kept for a shard. */
  count(shard: number): Promise<number>;
}

/** Keeps them in the table `ledger.dead_letter`. */
export function createDeadLetters(database: LedgerDatabase, clock: Clock): DeadLetters {
  return {
    async keep({ subject, sequence, message }, { shard, reason }) {
      // Text, not jsonb: a broken message may hold what jsonb refuses. A stream that was made anew
      // counts from one again, so its sequence alone does not name a message.
      const text = stringifyWithBigint(message).replaceAll("\u0000", "\ufffd");
      await sql`
        INSERT INTO ledger.dead_letter (shard, subject, sequence, message, reason, kept_at)
        VALUES (${shard}::int, ${subject}::text, ${BigInt(sequence)}::int8, ${text}::text,
          ${reason}::text, ${BigInt(clock.nowMs())}::int8)
        ON CONFLICT (shard, subject, sequence, md5(message)) DO NOTHING`.execute(database);
    },
    async count(shard) {
      const { rows } = await sql<{ count: number }>`
        SELECT count(*)::int AS count FROM ledger.dead_letter WHERE shard = ${shard}::int`
        .execute(database);
      return rows[0]?.count ?? 0;
    },
  };
}
