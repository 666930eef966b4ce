/** The product's own ledger as a contender: its real domain and writer over a real store. @module */
import { commandEnvelopeSchema, edgeOperationId } from "../../shared/commands/mod.ts";
import type { CommandReply, CommandType } from "../../shared/commands/mod.ts";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { uuidv7 } from "../../shared/ids/mod.ts";
import { seedCommands } from "../../ledger/catalog/mod.ts";
import { ledgerDomain } from "../../ledger/shard/mod.ts";
import { createEventStore, openPostgres } from "../../ledger/store/mod.ts";
import { createWriter } from "../../ledger/writer/mod.ts";
import { toJsonValue } from "../../shared/json.ts";

/** A ledger that runs, with accounts that can pay. */
export interface BenchLedger {
  /** A hold and its settlement on one account; throws when either is refused. */
  pair(
    account: number,
    record: <T>(operation: Promise<T>) => Promise<T>,
  ): Promise<void>;
  /** Position of the log's head. */
  position(): bigint;
  /** Checks Σ postings = 0 in the database; throws when the books do not balance. */
  verify(): Promise<void>;
  stop(): Promise<void>;
}

const effects = createEffects(platformOf(globalThis));
const accountId = (account: number) => `bench-${account}`;

/** Opens a ledger with `accounts` accounts on an empty database. */
export async function createBenchLedger(url: string, accounts: number): Promise<BenchLedger> {
  const database = await openPostgres(url);
  const writer = createWriter({
    store: createEventStore(database),
    domain: ledgerDomain,
    shard: 0,
    owner: "bench",
    effects,
  });
  await writer.start();
  const submit = async (operationId: string, type: CommandType, body: unknown) => {
    const reply = await writer.submit(commandEnvelopeSchema.parse({
      operationId,
      actor: "edge:bench",
      occurredAtMs: effects.clock.nowMs(),
      type,
      body: toJsonValue(body),
    }));
    return accepted(reply, operationId);
  };
  for (const { operationId, command } of seedCommands({ simulator: false })) {
    await submit(operationId, command.type, command.body);
  }
  await Promise.all(Array.from({ length: accounts }, async (_, account) => {
    const id = { accountId: accountId(account) };
    await submit(`open:${account}`, "OpenAccount", { ...id, name: "Bench" });
    await submit(`grant:${account}`, "GrantCredit", {
      ...id,
      amountMicroKyat: "1000000000000000",
      source: "promotion",
      reference: "bench",
    });
    await submit(`key:${account}`, "IssueKey", {
      ...id,
      keyId: `key-${account}`,
      keyHash: account.toString(16).padStart(64, "0"),
      prefix: "sk-sgl-bench",
      label: "bench",
      expiresAtMs: null,
    });
  }));
  return {
    async pair(account, record) {
      const requestId = uuidv7(effects);
      await record(
        submit(edgeOperationId("hold", requestId), "PlaceHold", holdOf(account, requestId)),
      );
      await record(
        submit(
          edgeOperationId("settle", requestId),
          "SettleHold",
          settlementOf(account, requestId),
        ),
      );
    },
    position: () => writer.status().committedPosition,
    async verify() {
      const sums = await database.selectFrom("ledger.posting").select(({ fn }) => [
        "currency",
        fn.sum("amount").as("total"),
      ]).groupBy("currency").execute();
      for (const { currency, total } of sums) {
        if (String(total) !== "0") throw new Error(`${currency} postings sum to ${total}`);
      }
    },
    async stop() {
      await writer.stop();
      await database.destroy();
    },
  };
}

function accepted(reply: CommandReply, operationId: string): void {
  if (reply.status !== "accepted") throw new Error(`${operationId}: ${JSON.stringify(reply)}`);
}

function holdOf(account: number, requestId: string) {
  return {
    accountId: accountId(account),
    requestId,
    keyId: `key-${account}`,
    edgeId: "bench",
    model: "gpt-4o-mini",
    endpoint: "chat/completions",
    inputTokensBound: 400,
    outputTokensRequested: 256,
    minimumOutputTokens: 1,
    holdTtlMs: 120_000,
  };
}

/** What a settlement reports; the naive contender stores the same. */
export function settlementOf(account: number, requestId: string) {
  return {
    accountId: accountId(account),
    requestId,
    usage: { input: 310, cached_input: 64, output: 120 },
    evidence: "reported",
    call: {
      provider: "simulator",
      upstreamModel: "gpt-4o-mini",
      attempts: [{
        provider: "simulator",
        upstreamModel: "gpt-4o-mini",
        status: 200,
        errorCode: null,
        durationMs: 412,
      }],
      streaming: true,
      clientStatus: 200,
      outcome: "completed",
      firstByteMs: 120,
      totalMs: 412,
      simulated: true,
    },
  };
}
