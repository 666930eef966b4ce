/** A long log for benchmarks, made by the database itself: valid events of calls in every state. @module */
import type postgres from "postgres";

/** How long the log is to be, and over how many accounts its calls are spread. */
export interface EventLogSize {
  /** At least 1,000; the log has a few more. */
  readonly events: number;
  readonly accounts: number;
}

const OPENED_AT_MS = 1_790_000_000_000;

/**
 * Fills `ledger.event` of shard 0, which must be empty and migrated: accounts with a key and credit,
 * then calls, one in five with a progress report, that are settled, released or (1 in 50) expired.
 * Returns the number of events. Hashes are zeros: nothing but projections can read such a log.
 */
export async function fillEventLog(
  sql: postgres.Sql,
  { events, accounts }: EventLogSize,
): Promise<number> {
  const calls = Math.ceil(Math.max(0, events - accounts * 3) / 2.2);
  await sql.unsafe("alter table ledger.event drop constraint event_stream_version");
  await sql.unsafe("drop index ledger.event_request_id");
  await sql.unsafe(insertOf(openings(accounts)));
  const [{ head }] = await sql.unsafe("select max(position)::int as head from ledger.event") as [
    { head: number },
  ];
  await sql.unsafe(insertOf(callsOf(calls, accounts), head));
  await sql.unsafe(
    "create index event_request_id on ledger.event (request_id) where request_id is not null",
  );
  await sql.unsafe("vacuum analyze ledger.event");
  const [{ total }] = await sql.unsafe("select count(*)::int as total from ledger.event") as [
    { total: number },
  ];
  return total;
}

/** `events` yields (sort, type, request_id, at, payload). */
function insertOf(events: string, after = 0): string {
  return `
    insert into ledger.event (shard, position, stream, version, type, schema_version, event_id,
      request_id, actor, occurred_at, recorded_at, payload, hash)
    select 0, ${after} + row_number() over (order by sort), 'account-' || (payload->>'accountId'),
      1, type, 1, gen_random_uuid(), request_id, 'edge:bench', at, at, payload,
      decode(repeat('00', 32), 'hex')
    from (${events}) as e (sort, type, request_id, at, payload)`;
}

function openings(accounts: number): string {
  const of = (sort: string, type: string, payload: string) =>
    `select ${sort}, '${type}', null::text, ${OPENED_AT_MS}::int8, jsonb_build_object(
       'accountId', 'acc-' || n, ${payload}) from generate_series(1, ${accounts}) n`;
  return [
    of("n * 3.0", "AccountOpened", "'name', 'Account ' || n, 'currency', 'MMK'"),
    of(
      "n * 3.0 + 1",
      "KeyIssued",
      `'keyId', 'key-' || n, 'keyHash', repeat('0', 64), 'prefix', 'sk-sgl-0000…',
       'label', 'bench', 'expiresAtMs', null`,
    ),
    of(
      "n * 3.0 + 2",
      "CreditGranted",
      `'amountMicroKyat', '1000000000000000', 'source', 'manual_payment', 'reference', 'bench'`,
    ),
  ].join(" union all ");
}

const PRICING = `jsonb_build_object('priceVersion', 3, 'ratesPicoUsdPerUnit',
  '{"input": "150000", "cached_input": "75000", "output": "600000"}'::jsonb, 'markupVersion', 1,
  'markupPartsPerMillion', 50000, 'fxVersion', 1, 'fxMicroKyat', '4500000000',
  'fxNanoUsd', '1000000000')`;

const CALL = `jsonb_build_object('provider', provider, 'upstreamModel', model, 'attempts',
  jsonb_build_array(jsonb_build_object('provider', provider, 'upstreamModel', model, 'status', 200,
    'errorCode', null, 'durationMs', 412)), 'streaming', true, 'clientStatus', 200,
  'outcome', 'completed', 'firstByteMs', 120, 'totalMs', 412, 'simulated', true)`;

function callsOf(calls: number, accounts: number): string {
  // The end comes some forty calls later, as if that many were under way at a time.
  const source = `(select n, 'acc-' || (1 + (n * 7919) % ${accounts}) as account,
    'key-' || (1 + (n * 7919) % ${accounts}) as key, ${OPENED_AT_MS}::int8 + n * 20::int8 as at,
    overlay(overlay(lpad(to_hex(${OPENED_AT_MS}::int8 + n * 20::int8), 12, '0') || left(md5(n::text), 20)
      placing '7' from 13) placing 'a' from 17)::uuid::text as request,
    case n % 3 when 0 then 'gpt-4o' else 'gpt-4o-mini' end as model,
    case n % 4 when 0 then 'azure' else 'openai' end as provider
    from generate_series(1::int8, ${calls}::int8) n) c`;
  const of = (sort: string, type: string, where: string, payload: string) =>
    `select ${sort}, '${type}', request, (at + (${sort} - n) * 20)::int8, jsonb_build_object(
      'accountId', account, 'requestId', request, ${payload}) from ${source} where ${where}`;
  const usage = `'usage', jsonb_build_object('input', 100 + n % 400, 'cached_input', n % 64,
    'output', 20 + n % 300)`;
  return [
    of(
      "n + 0.0",
      "HoldPlaced",
      "true",
      `'keyId', key, 'edgeId', 'edge-1', 'model', model, 'endpoint', 'chat.completions',
      'amountMicroKyat', (1000000 + n % 1000)::text, 'inputTokensBound', 400,
      'outputTokensRequested', null, 'outputTokensGranted', 256, 'pricing', ${PRICING},
      'expiresAtMs', at + 120000`,
    ),
    of(
      "n + 20.25",
      "UsageReported",
      "n % 5 = 0",
      `'sequence', 1, ${usage}, 'evidence', 'observed'`,
    ),
    of(
      "n + 40.5",
      "HoldSettled",
      "n % 20 <> 0 and n % 50 <> 7",
      `'basis', 'final', 'holdMicroKyat', (1000000 + n % 1000)::text, ${usage},
      'evidence', 'reported', 'chargeMicroKyat', (300000 + n % 7)::text,
      'chargedMicroKyat', (300000 + n % 7)::text, 'overageMicroKyat', '0',
      'releasedMicroKyat', (700000 + n % 1000 - n % 7)::text, 'unbilledMicroKyat', '0',
      'costNanoUsd', (66000 + n % 13)::text, 'call', ${CALL}`,
    ),
    of(
      "n + 40.5",
      "HoldReleased",
      "n % 20 = 0",
      `'amountMicroKyat', (1000000 + n % 1000)::text, 'reason', 'upstream_failed', 'call', ${CALL}`,
    ),
    of(
      "n + 6000.75",
      "HoldExpired",
      "n % 50 = 7",
      `'amountMicroKyat', (1000000 + n % 1000)::text`,
    ),
  ].join(" union all ");
}
