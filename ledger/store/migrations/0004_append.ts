/** Appending a batch as one function of the database: planned once per connection. @module */
import type { Migration } from "../migrate.ts";

/** The columns of a table's new rows, one text each; see columns.ts. */
const columns = (...names: readonly string[]) => names.map((name) => `${name} text`).join(", ");
const texts = (name: string) => `string_to_array(${name}, E'\\n', '')`;
const numbers = (name: string, type: "int4" | "int8" | "numeric" | "uuid") =>
  `${texts(name)}::${type}[]`;

/** See the module. */
export const append: Migration = {
  number: 4,
  name: "append",
  statements: [
    // The update of the head lets nobody write but the owner whose epoch and position it names. The
    // look for gaps finds a stream whose first new version lacks its predecessor; that a version is
    // free is the unique constraint's word. The scalar subqueries with LIMIT keep the plans on the
    // indexes, whatever the statistics were when they were made, so that nothing is gained by planning
    // anew for each batch.
    `CREATE FUNCTION ledger.append(
       in_shard int, in_epoch int8, in_after int8, in_count int, in_lease_ms int,
       ${columns("in_streams", "in_predecessors")},
       ${columns("in_frame_previous", "in_frame_root", "in_frame_hash")}, in_frame_at int8,
       ${columns("in_event_stream", "in_event_version", "in_event_type", "in_event_schema")},
       ${columns("in_event_id", "in_event_request", "in_event_actor", "in_event_occurred")},
       ${columns("in_event_recorded", "in_event_payload", "in_event_hash")},
       ${columns("in_posting_position", "in_posting_leg", "in_posting_account")},
       ${columns("in_posting_currency", "in_posting_amount", "in_posting_balance")},
       ${columns("in_balance_account", "in_balance_currency", "in_balance")},
       ${columns("in_opened", "in_opened_account", "in_opened_amount", "in_opened_expires")},
       ${columns("in_opened_position", "in_extended", "in_extended_expires", "in_closed")},
       ${columns("in_outcome_id", "in_outcome_operation", "in_outcome_body", "in_outcome")},
       ${columns("in_outcome_position")}
     ) RETURNS text LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
     BEGIN
       IF in_streams <> '' AND EXISTS (
         SELECT FROM unnest(${texts("in_streams")}, ${numbers("in_predecessors", "int4")})
           AS expected (s, v)
         WHERE (SELECT version FROM ledger.event
           WHERE shard = in_shard AND stream = s AND version = v LIMIT 1) IS NULL
       ) THEN RETURN 'version_conflict'; END IF;

       UPDATE ledger.shard_head SET position = in_after + in_count,
         frame_hash = CASE in_count WHEN 0 THEN frame_hash ELSE decode(in_frame_hash, 'hex') END,
         lease_until = clock_timestamp() + in_lease_ms * interval '1 millisecond'
       WHERE shard = in_shard AND epoch = in_epoch AND position = in_after;
       IF NOT FOUND THEN RETURN 'fenced'; END IF;

       IF in_count > 0 THEN
         INSERT INTO ledger.event (shard, position, stream, version, type, schema_version,
           event_id, request_id, actor, occurred_at, recorded_at, payload, hash)
         SELECT in_shard, in_after + n, s, v, t, sv, id, r, a, o, at, d::jsonb, decode(h, 'hex')
         FROM unnest(${texts("in_event_stream")}, ${numbers("in_event_version", "int4")},
           ${texts("in_event_type")}, ${numbers("in_event_schema", "int4")},
           ${numbers("in_event_id", "uuid")}, ${texts("in_event_request")},
           ${texts("in_event_actor")}, ${numbers("in_event_occurred", "int8")},
           ${numbers("in_event_recorded", "int8")}, ${texts("in_event_payload")},
           ${texts("in_event_hash")})
           WITH ORDINALITY AS new_event (s, v, t, sv, id, r, a, o, at, d, h, n);
         INSERT INTO ledger.frame (shard, first_position, count, previous_hash, merkle_root, hash,
           epoch, recorded_at)
         VALUES (in_shard, in_after + 1, in_count, decode(in_frame_previous, 'hex'),
           decode(in_frame_root, 'hex'), decode(in_frame_hash, 'hex'), in_epoch, in_frame_at);
       END IF;
       IF in_posting_position <> '' THEN
         INSERT INTO ledger.posting (shard, position, leg, account, currency, amount,
           balance_after)
         SELECT in_shard, p, l, a, c, n, b
         FROM unnest(${numbers("in_posting_position", "int8")},
           ${numbers("in_posting_leg", "int4")}, ${texts("in_posting_account")},
           ${texts("in_posting_currency")}, ${numbers("in_posting_amount", "numeric")},
           ${numbers("in_posting_balance", "numeric")}) AS new_posting (p, l, a, c, n, b);
         INSERT INTO ledger.account AS stored (shard, account, currency, balance, position)
         SELECT in_shard, a, c, b, in_after + in_count
         FROM unnest(${texts("in_balance_account")}, ${texts("in_balance_currency")},
           ${numbers("in_balance", "numeric")}) AS new_balance (a, c, b)
         ON CONFLICT (shard, account, currency)
         DO UPDATE SET balance = excluded.balance, position = excluded.position;
       END IF;
       IF in_opened <> '' THEN
         INSERT INTO ledger.hold (shard, request_id, account_id, amount, expires_at, position)
         SELECT in_shard, r, a, n, x, p
         FROM unnest(${texts("in_opened")}, ${texts("in_opened_account")},
           ${numbers("in_opened_amount", "numeric")}, ${numbers("in_opened_expires", "int8")},
           ${numbers("in_opened_position", "int8")}) AS opening (r, a, n, x, p);
       END IF;
       IF in_extended <> '' THEN
         UPDATE ledger.hold SET expires_at = x
         FROM unnest(${texts("in_extended")}, ${numbers("in_extended_expires", "int8")})
           AS extension (r, x)
         WHERE shard = in_shard AND request_id = r;
       END IF;
       IF in_closed <> '' THEN
         DELETE FROM ledger.hold WHERE ctid = ANY (ARRAY(
           SELECT (SELECT h.ctid FROM ledger.hold h
             WHERE h.shard = in_shard AND h.request_id = r LIMIT 1)
           FROM unnest(${texts("in_closed")}) AS closing (r)));
       END IF;
       IF in_outcome_id <> '' THEN
         INSERT INTO ledger.outcome (shard, operation_id, operation, body_hash, outcome, position)
         SELECT in_shard, i, t, decode(h, 'hex'), d::jsonb, p
         FROM unnest(${texts("in_outcome_id")}, ${texts("in_outcome_operation")},
           ${texts("in_outcome_body")}, ${texts("in_outcome")},
           ${numbers("in_outcome_position", "int8")}) AS new_outcome (i, t, h, d, p);
       END IF;
       RETURN 'committed';
     END $$`,
  ],
};
