import postgres from "postgres";
import { describe, expect, it } from "vitest";
import type { CommandEnvelope, CommandReply } from "../../shared/commands/mod.ts";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { startPostgres, testDatabase } from "../../tests/servers/mod.ts";
import { createEventStore, openPglite, openPostgres } from "../store/mod.ts";
import { createWriter, type Writer } from "./mod.ts";
import { grant, hold, toyDomain, type ToyState } from "./testing/mod.ts";
import { readLog, until, writerContract } from "./writer_contract.ts";

const effects = createEffects(platformOf(globalThis));

/** Submits again under the same operation id until there is an outcome. */
async function insist(writer: Writer<ToyState>, envelope: CommandEnvelope): Promise<CommandReply> {
  while (true) {
    const reply = await writer.submit(envelope);
    if (reply.status !== "unavailable") return reply;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

writerContract("PGlite", async () => {
  const database = await openPglite(null);
  return { database, close: () => database.destroy() };
});

writerContract("PostgreSQL", async () => {
  const { url, drop } = await testDatabase();
  const database = await openPostgres(url);
  return {
    database,
    async close() {
      await database.destroy();
      await drop();
    },
  };
});

describe("the writer when PostgreSQL lets it down", () => {
  it("loses and doubles nothing when its connections are cut in the middle of commits", async () => {
    const { url, drop } = await testDatabase();
    const database = await openPostgres(url);
    const store = createEventStore(database);
    const owner = "cut-off";
    const writer = createWriter({ store, domain: toyDomain, shard: 0, owner, effects });
    await writer.start();
    await writer.submit(grant("g", "a", 1_000_000n));
    const admin = postgres(url, { max: 1, onnotice: () => {} });
    let submitting = true;
    let cuts = 0;
    const cutting = (async () => {
      while (submitting && cuts < 10) {
        const killed = await admin`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND application_name = 'sargalay-ledger'
            AND state = 'active'`;
        cuts += killed.length;
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
    })();
    let next = 0;
    const client = async () => {
      // Until a cut has met a commit, where the machine is quick; for that, so many at most.
      while (next < 3_000 || (cuts === 0 && next < 60_000)) {
        const envelope = hold(next++, "a", 1);
        expect((await insist(writer, envelope)).status).toBe("accepted");
      }
    };
    await Promise.all(Array.from({ length: 32 }, client));
    submitting = false;
    await cutting;
    expect(cuts).toBeGreaterThan(0);
    await writer.stop();
    expect(await readLog(store, 0)).toHaveLength(next + 1);
    await admin.end();
    await database.destroy();
    await drop();
  });

  it("goes on where it was after the server is killed and started again", async () => {
    const server = await startPostgres({ fsync: true });
    const database = await openPostgres(server.url);
    const store = createEventStore(database);
    const owner = "patient";
    const writer = createWriter({ store, domain: toyDomain, shard: 0, owner, effects });
    await writer.start();
    await writer.submit(grant("g", "a", 1_000_000n));
    const replies = Array.from({ length: 500 }, async (_, n) => {
      await new Promise((resolve) => setTimeout(resolve, n));
      return await insist(writer, hold(n, "a", 1));
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    await server.kill();
    await server.restart();
    for (const reply of await Promise.all(replies)) expect(reply.status).toBe("accepted");
    expect(await readLog(store, 0)).toHaveLength(501);
    await writer.stop();
    await database.destroy();
    await server.stop();
  });

  it("hands over to a standby when it is cut off for longer than its lease", async () => {
    const { url, drop } = await testDatabase();
    const databases = await Promise.all([openPostgres(url), openPostgres(url)]);
    const [one, two] = databases.map((database, index) =>
      createWriter({
        store: createEventStore(database),
        domain: toyDomain,
        shard: 0,
        owner: `writer-${index}`,
        // The first one's timers stand still, as if the process were stopped.
        effects: index === 1 ? effects : {
          ...effects,
          timers: { ...effects.timers, every: () => ({ cancel: () => {} }) },
        },
        leaseMs: 300,
        tickMs: 50,
      })
    );
    await one!.start();
    const granted = await one!.submit(grant("g1", "a", 100n));
    two!.follow();
    await until(() => two!.status().role === "owner");
    expect(await one!.submit(hold(1, "a", 100))).toMatchObject({ status: "unavailable" });
    expect(await two!.submit(grant("g1", "a", 100n))).toEqual(granted);
    expect(await two!.submit(hold(1, "a", 100))).toMatchObject({ status: "accepted" });
    expect(await readLog(createEventStore(databases[0]!), 0)).toHaveLength(2);
    await Promise.all([one!.stop(), two!.stop()]);
    await Promise.all(databases.map((database) => database.destroy()));
    await drop();
  });
});
