import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectNats, connectNatsBus } from "../../shared/bus/nats/mod.ts";
import { type Bus, BusError, subjects } from "../../shared/bus/mod.ts";
import { type CommandReply, commandReplySchema } from "../../shared/commands/mod.ts";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { uuidv7 } from "../../shared/ids/mod.ts";
import type { JsonObject } from "../../shared/json.ts";
import { type NatsServer, type PostgresServer, startNats, startPostgres } from "../servers/mod.ts";
import {
  callAsAdmin,
  eventually,
  type LedgerProcess,
  ownerOf,
  startLedger,
  untilHealthy,
} from "./processes.ts";

const effects = createEffects(platformOf(globalThis));
const { timers } = effects;

let database: PostgresServer;
let nats: NatsServer;
let bus: Bus;
let ledgers: LedgerProcess[];
let env: Record<string, string>;
let keyId: string;
const notices = new Set<string>();

beforeAll(async () => {
  // With fsync: without it a killed server forgets commits that it has answered.
  [database, nats] = await Promise.all([startPostgres({ fsync: true }), startNats()]);
  env = { DATABASE_URL: database.url, NATS_URL: nats.url, SARGALAY_SEED: "starter" };
  bus = connectNatsBus(await connectNats(nats.url, { name: "test-edge", timers }), effects);
  await bus.subscribe(subjects.settled("edge-1"), (notice) => {
    notices.add(String((notice as JsonObject).operationId));
  });
  ledgers = [startLedger(env), startLedger(env)];
  await Promise.all(ledgers.map(untilHealthy));
  const [ledger] = ledgers as [LedgerProcess];
  await callAsAdmin(ledger, "POST", "/v1/accounts", { body: { accountId: "acc-1", name: "A" } });
  const credit = { amountMicroKyat: "900000000000", source: "promotion", reference: "x" };
  await callAsAdmin(ledger, "POST", "/v1/accounts/acc-1/credits", { body: credit });
  const key = { label: "Key", expiresAtMs: null };
  const issued = await callAsAdmin(ledger, "POST", "/v1/accounts/acc-1/keys", { body: key });
  keyId = issued.answer.result.keyId;
});

afterAll(async () => {
  await Promise.all(ledgers.map((ledger) => ledger.kill("SIGKILL")));
  await bus.close();
  await Promise.all([nats.stop(), database.stop()]);
});

const envelope = (type: string, operationId: string, body: JsonObject): JsonObject => ({
  operationId,
  actor: "edge:edge-1",
  occurredAtMs: effects.clock.nowMs(),
  type,
  body: { accountId: "acc-1", ...body },
});

/** Asks until there is a final answer, as an edge with patience would. */
async function placeHold(requestId: string): Promise<CommandReply> {
  const message = envelope("PlaceHold", `hold:${requestId}`, {
    requestId,
    keyId,
    edgeId: "edge-1",
    model: "gpt-4o-mini",
    endpoint: "chat.completions",
    inputTokensBound: 100,
    outputTokensRequested: 50,
    minimumOutputTokens: 1,
    holdTtlMs: 600_000,
  });
  return await eventually(`hold ${requestId}`, 120_000, async () => {
    const answer = await bus.request(subjects.command(0), message, { timeoutMs: 2_000 });
    const reply = commandReplySchema.parse(answer) as CommandReply;
    return reply.status === "unavailable" ? null : reply;
  });
}

/** Publishes a settlement, again under a new message id until its notice came. */
async function settle(requestId: string): Promise<void> {
  const operationId = `settle:${requestId}`;
  const message = envelope("SettleHold", operationId, {
    requestId,
    usage: { input: 80, output: 20 },
    evidence: "reported",
    call: {
      provider: "openai",
      upstreamModel: "gpt-4o-mini",
      attempts: [],
      streaming: false,
      clientStatus: 200,
      outcome: "completed",
      firstByteMs: 10,
      totalMs: 20,
      simulated: false,
    },
  });
  await eventually(`settlement ${requestId}`, 120_000, async () => {
    if (notices.has(operationId)) return true;
    try {
      const options = { messageId: uuidv7(effects), timeoutMs: 2_000 };
      await bus.publishDurable(subjects.settle(0), message, options);
    } catch (error) {
      if (!(error instanceof BusError)) throw error;
    }
    for (let waited = 0; waited < 2_000 && !notices.has(operationId); waited += 20) {
      await timers.sleep(20);
    }
    return notices.has(operationId) ? true : null;
  });
}

/** Runs calls, a few at a time, while `disturb` does its worst in the middle of them. */
async function callsDuring(count: number, disturb: () => Promise<void>): Promise<string[]> {
  const requestIds = Array.from({ length: count }, () => uuidv7(effects));
  const queue = [...requestIds];
  const worker = async () => {
    for (let requestId = queue.pop(); requestId !== undefined; requestId = queue.pop()) {
      expect((await placeHold(requestId)).status).toBe("accepted");
      await settle(requestId);
    }
  };
  const disturbing = eventually(
    "half of the calls are made",
    120_000,
    () => Promise.resolve(queue.length <= count / 2 ? true : null),
  ).then(disturb);
  await Promise.all([disturbing, ...Array.from({ length: 16 }, worker)]);
  return requestIds;
}

/** Each call held and settled once, the same charge for each, books balanced, chain unbroken. */
async function expectBooks(requestIds: readonly string[]): Promise<void> {
  const sql = postgres(database.url, { onnotice: () => {} });
  try {
    const events = await sql`
      SELECT request_id, array_agg(type ORDER BY position) AS types,
        max(payload ->> 'chargedMicroKyat') AS charged
      FROM ledger.event WHERE request_id IS NOT NULL GROUP BY request_id`;
    const byRequest = new Map(events.map((row) => [row.request_id, row]));
    for (const requestId of requestIds) {
      expect(byRequest.get(requestId)?.types).toEqual(["HoldPlaced", "HoldSettled"]);
    }
    const charges = new Set(events.map((row) => row.charged));
    expect(charges.size).toBe(1);
    const [charge] = charges;
    const [wallet] = await sql`
      SELECT -balance AS available FROM ledger.account WHERE account = '2000:acc-1'`;
    expect(BigInt(wallet!.available)).toBe(
      900_000_000_000n - BigInt(charge) * BigInt(events.length),
    );
    const unbalanced = await sql`
      SELECT position FROM ledger.posting GROUP BY position, currency HAVING sum(amount) <> 0`;
    expect(unbalanced).toHaveLength(0);
    const [log] = await sql`
      SELECT count(*)::int AS events, max(position)::int AS head, min(position)::int AS first
      FROM ledger.event`;
    expect([log!.first, log!.head]).toEqual([1, log!.events]);
  } finally {
    await sql.end();
  }
}

/** The process that owns the shard now. */
async function owner(): Promise<LedgerProcess> {
  return await eventually("somebody owns the shard", 120_000, async () => {
    const name = await ownerOf(ledgers[0]!);
    return ledgers.find(({ pid }) => name.startsWith(`ledger-${pid}-`)) ?? null;
  });
}

describe("in the middle of traffic, nothing is lost or doubled when", () => {
  it("the owning ledger is killed", async () => {
    const victim = await owner();
    const requestIds = await callsDuring(400, async () => {
      await victim.kill("SIGKILL");
      ledgers = [...ledgers.filter((ledger) => ledger !== victim), startLedger(env)];
    });
    await expectBooks(requestIds);
    await Promise.all(ledgers.map(untilHealthy));
  });

  it("the NATS server is killed and comes back", async () => {
    const requestIds = await callsDuring(400, async () => {
      await nats.kill();
      await timers.sleep(500);
      await nats.restart();
    });
    await expectBooks(requestIds);
  });

  it("PostgreSQL is killed and comes back", async () => {
    const requestIds = await callsDuring(400, async () => {
      await database.kill();
      await timers.sleep(500);
      await database.restart();
    });
    await expectBooks(requestIds);
  });

  it("every ledger is killed at once and started again", async () => {
    const requestIds = await callsDuring(400, async () => {
      await Promise.all(ledgers.map((ledger) => ledger.kill("SIGKILL")));
      ledgers = [startLedger(env), startLedger(env)];
    });
    await expectBooks(requestIds);
  });
});
