import { connect } from "@nats-io/transport-node";
import { wsconnect } from "@nats-io/nats-core";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  createDatabase,
  findChromium,
  type NatsServer,
  type PostgresServer,
  startNats,
  startPostgres,
  testDatabase,
} from "./mod.ts";

/** Runs `work` on one connection to `url`. */
async function withSql<T>(url: string, work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

describe("a PostgreSQL server of one's own", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres({ fsync: true });
  });
  afterAll(() => server.stop());

  it("listens on 127.0.0.1 alone", async () => {
    const [row] = await withSql(server.url, (sql) => sql`show listen_addresses`);
    expect(row).toEqual({ listen_addresses: "127.0.0.1" });
  });

  it("keeps what was committed over kill -9 and a restart on the same port", async () => {
    await withSql(server.url, async (sql) => {
      await sql`create table kept (amount bigint not null)`;
      await sql`insert into kept values (42)`;
    });
    await server.kill();
    await expect(withSql(server.url, (sql) => sql`select 1`)).rejects.toThrow();
    await server.restart();
    const [row] = await withSql(server.url, (sql) => sql`select amount from kept`);
    expect(row).toEqual({ amount: "42" });
  });

  it("gives databases that do not see each other, and drops them", async () => {
    const one = await createDatabase(server);
    const other = await createDatabase(server.url);
    await withSql(one.url, (sql) => sql`create table mine (id int)`);
    const seen = await withSql(other.url, (sql) => sql`select to_regclass('mine') as found`);
    expect(seen[0]).toEqual({ found: null });
    await Promise.all([one.drop(), other.drop()]);
    await one.drop();
    await expect(withSql(one.url, (sql) => sql`select 1`)).rejects.toThrow(/does not exist/);
  });
});

describe("a test's database", () => {
  it("is empty and separate for each caller, and goes with drop", async () => {
    const [one, other] = await Promise.all([testDatabase(), testDatabase()]);
    try {
      expect(one.url).not.toBe(other.url);
      const rows = await withSql(one.url, (sql) =>
        sql`
        select 1 from information_schema.tables where table_schema = 'public'`);
      expect(rows.length).toBe(0);
    } finally {
      await Promise.all([one.drop(), other.drop()]);
    }
    await expect(withSql(one.url, (sql) => sql`select 1`)).rejects.toThrow();
  });
});

describe("a nats-server of one's own", () => {
  let server: NatsServer;
  beforeAll(async () => {
    server = await startNats();
  });
  afterAll(() => server.stop());

  it("answers over TCP and over WebSocket", async () => {
    const tcp = await connect({ servers: server.url });
    const ws = await wsconnect({ servers: server.wsUrl });
    const subscription = tcp.subscribe("ping", {
      callback: (_, message) => void message.respond("ok"),
    });
    await tcp.flush();
    const answer = await ws.request("ping", "", { timeout: 5_000 });
    expect(answer.string()).toBe("ok");
    subscription.unsubscribe();
    await Promise.all([tcp.close(), ws.close()]);
  });

  it("keeps what JetStream acknowledged over kill -9 and a restart on the same ports", async () => {
    const before = await connect({ servers: server.url, reconnect: false });
    await (await jetstreamManager(before)).streams.add({ name: "KEPT", subjects: ["kept.>"] });
    await jetstream(before).publish("kept.one", "1");
    await server.kill();
    await before.closed();
    await server.restart();
    const after = await connect({ servers: server.url });
    const { state } = await (await jetstreamManager(after)).streams.info("KEPT");
    expect(state.messages).toBe(1);
    await after.close();
  });
});

describe("a Chromium", () => {
  it("is found and runs", async () => {
    const { code } = await new Deno.Command(await findChromium(), {
      args: ["--version"],
      stdout: "null",
      stderr: "null",
    }).output();
    expect(code).toBe(0);
  });
});
