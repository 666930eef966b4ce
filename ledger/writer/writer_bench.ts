/**
 * How many holds and releases a second one writer commits on PostgreSQL:
 * `deno run -A ledger/writer/writer_bench.ts [clients] [accounts] [seconds]`.
 */
import { createEffects, platformOf } from "../../shared/effects.ts";
import { createDatabase, startPostgres } from "../../tests/servers/mod.ts";
import { createEventStore, openPostgres } from "../store/mod.ts";
import { createWriter } from "./mod.ts";
import { grant, hold, release, toyDomain } from "./testing/mod.ts";

const [clients = 64, accounts = 1_000, seconds = 8] = Deno.args.map((arg) => parseInt(arg, 10));
const server = await startPostgres({ fsync: true });
const { url } = await createDatabase(server);
const database = await openPostgres(url);
const real = createEventStore(database);
let appends = 0;
let appendMs = 0;
const writer = createWriter({
  store: {
    ...real,
    async append(batch) {
      const startMs = performance.now();
      const result = await real.append(batch);
      appends += 1;
      appendMs += performance.now() - startMs;
      return result;
    },
  },
  domain: toyDomain,
  shard: 0,
  owner: "bench",
  effects: createEffects(platformOf(globalThis)),
});
await writer.start();
for (let account = 0; account < accounts; account++) {
  await writer.submit(grant(`g${account}`, `acc-${account}`, 10n ** 15n));
}

let next = 0;
let measuring = false;
let operations = 0;
let stopped = false;
const latencies: number[] = [];
async function timed(reply: Promise<{ status: string }>): Promise<void> {
  const startMs = performance.now();
  const { status } = await reply;
  if (status !== "accepted") throw new Error(`a command was ${status}`);
  if (!measuring) return;
  operations += 1;
  latencies.push(performance.now() - startMs);
}
async function client(): Promise<void> {
  while (!stopped) {
    const request = next++;
    const account = `acc-${request % accounts}`;
    await timed(writer.submit(hold(request, account, 100)));
    await timed(writer.submit(release(request, account)));
  }
}
const running = Array.from({ length: clients }, client);
await new Promise((resolve) => setTimeout(resolve, 2_000));
appends = appendMs = 0;
measuring = true;
const startMs = performance.now();
await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
const elapsedMs = performance.now() - startMs;
measuring = false;
stopped = true;
await Promise.all(running);
latencies.sort((one, other) => one - other);
const percentile = (part: number) => latencies[Math.floor(latencies.length * part)]?.toFixed(2);
console.log(
  `${clients} clients, ${accounts} accounts: ${
    Math.round(operations * 1_000 / elapsedMs)
  } ops/s, ` +
    `p50 ${percentile(0.5)} ms, p99 ${percentile(0.99)} ms, ` +
    `${(operations / appends).toFixed(1)} ops an append, ${
      (appendMs / appends).toFixed(2)
    } ms each`,
);
await writer.stop();
await database.destroy();
await server.stop();
