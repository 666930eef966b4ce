import { describe, expect, it, onTestFinished } from "vitest";
import { createEffects, platformOf } from "../shared/effects.ts";
import {
  callAsAdmin,
  eventually,
  type LedgerProcess,
  ownerOf,
  startLedger,
  untilHealthy,
} from "../tests/ledger/processes.ts";
import { startNats, testDatabase } from "../tests/servers/mod.ts";

const effects = createEffects(platformOf(globalThis));

async function deployment() {
  const database = await testDatabase();
  onTestFinished(() => database.drop());
  const nats = await startNats();
  onTestFinished(() => nats.stop());
  const env = { DATABASE_URL: database.url, NATS_URL: nats.url, SARGALAY_SEED: "starter" };
  const start = () => {
    const ledger = startLedger(env);
    onTestFinished(async () => {
      await ledger.kill("SIGKILL");
    });
    return ledger;
  };
  return { env, start };
}

describe("ledger processes over PostgreSQL and NATS", () => {
  it("take over from a killed owner; what was answered stays, what was not is decided once", async () => {
    const { start } = await deployment();
    const one = start();
    await untilHealthy(one);
    const two = start();
    await untilHealthy(two);
    expect(await ownerOf(two)).toContain(`ledger-${one.pid}-`);
    await callAsAdmin(one, "POST", "/v1/accounts", { body: { accountId: "acc-1", name: "A" } });

    // Grants keep coming, over the standby's own HTTP, while its owner is killed.
    const total = 60;
    const credit = { amountMicroKyat: "1", source: "promotion", reference: "x" };
    const grants = Array.from({ length: total }, async (_, index) => {
      await effects.timers.sleep(index * 20);
      return await eventually(`grant ${index}`, 120_000, async () => {
        const more = { body: credit, key: `grant-${index}` };
        const { status } = await callAsAdmin(two, "POST", "/v1/accounts/acc-1/credits", more);
        return status === 201 ? status : null;
      });
    });
    await effects.timers.sleep(300);
    await one.kill("SIGKILL");
    expect(await Promise.all(grants)).toHaveLength(total);
    expect(await ownerOf(two)).toContain(`ledger-${two.pid}-`);
    const { answer } = await callAsAdmin(two, "GET", "/v1/accounts/acc-1/balance");
    expect(answer.result.creditedMicroKyat).toBe(String(total));

    // A third process takes over from one that is asked to stop.
    const three = start();
    await untilHealthy(three);
    expect((await two.kill("SIGTERM")).code).toBe(0);
    await eventually("the third owns the shard", 120_000, async () => {
      const owner = await ownerOf(three);
      return owner.startsWith(`ledger-${three.pid}-`) ? owner : null;
    });
    const after = await callAsAdmin(three, "GET", "/v1/accounts/acc-1/balance");
    expect(after.answer.result.creditedMicroKyat).toBe(String(total));
    expect((await three.kill("SIGTERM")).code).toBe(0);
  });

  it("take over from an owner that was stopped in mid-air, and fence it when it wakes", async () => {
    const { start } = await deployment();
    const one = start();
    await untilHealthy(one);
    const two = start();
    await untilHealthy(two);
    await callAsAdmin(one, "POST", "/v1/accounts", { body: { accountId: "acc-1", name: "A" } });
    const credit = { amountMicroKyat: "1", source: "promotion", reference: "x" };
    const grant = (ledger: LedgerProcess, key: string) =>
      eventually(key, 120_000, async () => {
        const path = "/v1/accounts/acc-1/credits";
        const { status, answer } = await callAsAdmin(ledger, "POST", path, { body: credit, key });
        return status === 201 ? answer : null;
      });
    Deno.kill(one.pid, "SIGSTOP");
    const first = await grant(two, "grant-1");
    Deno.kill(one.pid, "SIGCONT");
    expect(await grant(two, "grant-1")).toEqual(first);
    await grant(one, "grant-2");
    expect(await ownerOf(one)).toContain(`ledger-${two.pid}-`);
    const { answer } = await callAsAdmin(one, "GET", "/v1/accounts/acc-1/balance");
    expect(answer.result.creditedMicroKyat).toBe("2");
    await Promise.all([one.kill("SIGTERM"), two.kill("SIGTERM")]);
  });

  it("do not start with settings that are missing or wrong, and name them", async () => {
    const { success, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", "-A", new URL("./main.ts", import.meta.url).pathname],
      env: { SARGALAY_SERVICE_SECRET: "too short", DATABASE_URL: "mysql://x", NATS_URL: "" },
    }).output();
    expect(success).toBe(false);
    const text = new TextDecoder().decode(stdout);
    for (const name of ["SARGALAY_SERVICE_SECRET", "DATABASE_URL", "NATS_URL: not set"]) {
      expect(text).toContain(name);
    }
    expect(text).not.toContain("too short");
  });
});
