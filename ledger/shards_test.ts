import { describe, expect, it, onTestFinished } from "vitest";
import { createInProcessBus, subjects } from "../shared/bus/mod.ts";
import { createEffects, platformOf } from "../shared/effects.ts";
import { signServiceToken } from "../shared/identity/mod.ts";
import { shardOf } from "../shared/ids/mod.ts";
import { silentLog } from "../shared/log.ts";
import { signCommand } from "./edge/mod.ts";
import { composeLedger } from "./compose.ts";
import { openPglite } from "./store/mod.ts";

const secret = "a-secret-of-at-least-32-characters!";
const effects = createEffects(platformOf(globalThis));

async function ledgerWithShards(shards: number) {
  const database = await openPglite(null);
  const bus = createInProcessBus(effects);
  const ledger = await composeLedger({ serviceSecret: secret, shards, seed: "starter" }, {
    database,
    bus,
    effects,
    log: silentLog,
    owner: "only",
    exclusive: true,
  });
  onTestFinished(async () => {
    await ledger.close();
    await bus.close();
    await database.destroy();
  });
  await ledger.ready(20_000);
  const admin = { actor: "user:admin", role: "admin", accountId: null } as const;
  const token = await signServiceToken(admin, { secret, clock: effects.clock, ttlMs: 60_000 });
  const call = async (method: string, path: string, body?: unknown) => {
    const response = await ledger.fetch(
      new Request(`http://ledger${path}`, {
        method,
        headers: { authorization: `Bearer ${token}` },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    );
    return { status: response.status, answer: await response.json() };
  };
  return { bus, call };
}

describe("a ledger of three shards", () => {
  it("keeps each account in its own and the prices in all", async () => {
    const { bus, call } = await ledgerWithShards(3);
    const accounts = ["acc-1", "acc-2", "acc-3", "acc-4", "acc-5", "acc-6"];
    expect(new Set(accounts.map((id) => shardOf(id, 3))).size).toBe(3);
    for (const accountId of accounts) {
      const { status } = await call("POST", "/v1/accounts", { accountId, name: accountId });
      expect(status).toBe(201);
      const { answer } = await call("GET", `/v1/accounts/${accountId}/balance`);
      expect(answer.result.accountId).toBe(accountId);
    }
    const { answer } = await call("PUT", "/v1/fx", { kyatPerUsd: "4400.5", source: "test" });
    expect(answer.positions.map(({ shard }: { shard: number }) => shard)).toEqual([0, 1, 2]);

    const elsewhere = (shardOf("acc-1", 3) + 1) % 3;
    const opening = {
      operationId: "open:1",
      actor: "user:1",
      occurredAtMs: 1,
      type: "OpenAccount" as const,
      body: { accountId: "acc-1", name: "A second time" },
    };
    const misled = await bus.request(subjects.command(elsewhere), {
      ...opening,
      signature: signCommand(opening, secret),
    }, { timeoutMs: 5_000 });
    expect(misled).toMatchObject({ status: "rejected", rejection: { code: "invalid_command" } });
    const unsigned = await bus.request(subjects.command(shardOf("acc-1", 3)), opening, {
      timeoutMs: 5_000,
    });
    expect(JSON.stringify(unsigned)).toContain("lacks the signature");
  });
});
