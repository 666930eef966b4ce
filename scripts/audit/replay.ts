/**
 * `deno task audit replay --account A [--at TIME | --position P] [--quiet]`: rebuilds a balance with
 * its whole derivation: each event, its legs and what they leave, folded from the events alone and
 * compared with the books. The exit code is 1 when the books say something else.
 *
 * @module
 */
import { type Kysely, sql } from "kysely";
import { placeOf, positionSchema, timeSchema } from "../../projections/time_travel/mod.ts";
import { accountIdSchema, shardOf } from "../../shared/ids/mod.ts";
import { formatDecimal } from "../../shared/money/mod.ts";
import { optionValue, readArguments } from "./arguments.ts";
import { openLedgerDatabase } from "./open_database.ts";
import { hasAccount, replay, type ReplayedEvent } from "./replaying/replay.ts";

/** Runs the command; 0 when the books agree with the events. */
export async function run(args: readonly string[]): Promise<number> {
  const options = ["--account", "--at", "--position"];
  const given = readArguments(args, { options, flags: ["--quiet"] });
  const asked = { at: given.value("--at"), position: given.value("--position") };
  const account = given.value("--account");
  if (account === null) throw new Error("replay needs --account A");
  if (asked.at !== null && asked.position !== null) throw new Error("either --at or --position");
  const accountId = optionValue("--account", accountIdSchema, account);
  const at = optionValue("--at", timeSchema.optional(), asked.at ?? undefined);
  const position = optionValue(
    "--position",
    positionSchema.optional(),
    asked.position ?? undefined,
  );
  const { database, where, close } = await openLedgerDatabase();
  try {
    const db = database as unknown as Kysely<unknown>;
    const shard = shardOf(accountId, await shardsOf(db));
    if (!await hasAccount(db, shard, accountId)) throw new Error(`no account ${accountId}`);
    const place = await placeOf(db, shard, { at, position });
    if (position !== undefined && BigInt(position) > place.position) {
      throw new Error(
        `--position ${position}: the log of shard ${shard} ends at ${place.position}`,
      );
    }
    console.log(
      `account ${accountId} in shard ${shard} of ${where}, up to position ${place.position}` +
        (place.recordedAtMs === null ? "" : ` (${timeText(place.recordedAtMs)})`),
    );
    const events = replay({ db, shard, accountId, position: place.position });
    return await report(events, given.has("--quiet"));
  } finally {
    await close();
  }
}

async function report(events: AsyncIterable<ReplayedEvent>, quiet: boolean): Promise<number> {
  let last: ReplayedEvent | null = null;
  let [count, legs, findings] = [0, 0, 0];
  for await (const event of events) {
    last = event;
    count += 1;
    legs += event.legs.length;
    findings += event.findings.length;
    if (!quiet || event.findings.length > 0) console.log(eventText(event));
  }
  const available = last?.availableMicroKyat ?? 0n;
  const held = last?.heldMicroKyat ?? 0n;
  console.log(`\navailable ${kyat(available)} MMK, held ${kyat(held)} MMK`);
  console.log(
    `${count} events and ${legs} legs folded from the events alone; ` +
      (findings === 0 ? "the books agree" : `${findings} FINDINGS: the books say something else`),
  );
  return findings === 0 ? 0 : 1;
}

/** One event with its legs, for people. */
export function eventText(event: ReplayedEvent): string {
  const { position, recordedAtMs, type, actor, requestId, legs, findings } = event;
  const request = requestId === null ? "" : `  request ${requestId}`;
  return [
    `\n#${position}  ${timeText(recordedAtMs)}  ${type}  by ${actor}${request}`,
    ...legs.map(({ account, currency, amount, balanceAfter }) => {
      const shown = currency === "MMK" ? kyat(amount) : formatDecimal(amount, 9, 9);
      const after = balanceAfter === null ? "" : `   leaves ${kyat(balanceAfter)}`;
      return `    ${account.padEnd(44)} ${shown.padStart(24)} ${currency}${after}`;
    }),
    `    = available ${kyat(event.availableMicroKyat)}, held ${kyat(event.heldMicroKyat)}`,
    ...findings.map((finding) => `    FINDING: ${finding}`),
  ].join("\n");
}

function kyat(microKyat: bigint): string {
  return formatDecimal(microKyat, 6, 6);
}

function timeText(atMs: number): string {
  return new Date(atMs).toISOString();
}

async function shardsOf(db: Kysely<unknown>): Promise<number> {
  const { rows } = await sql<{ shards: number }>`select shards from ledger.deployment`.execute(db);
  return rows[0]?.shards ?? 1;
}
