/** Starts the web room: `deno task web`. @module */
import { Kysely } from "kysely";
import postgres from "postgres";
import { createPoolDialect } from "../shared/postgres/mod.ts";
import { createEffects, platformOf } from "../shared/effects.ts";
import { createLog } from "../shared/log.ts";
import { composeWeb } from "./compose.ts";
import { readConfig } from "./config.ts";

const config = readConfig(Deno.env.toObject());
const effects = createEffects(platformOf(globalThis));
const log = createLog((line) => console.log(line), effects.clock, "web");
const sql = postgres(config.databaseUrl, {
  max: 8,
  connect_timeout: 10,
  backoff: () => 0.2,
  fetch_types: false,
  connection: { application_name: "sargalay-web", statement_timeout: 10_000 },
  onnotice: () => {},
});
const db = new Kysely<Record<string, never>>({ dialect: createPoolDialect(sql) });
const web = await composeWeb(config, { db, effects, fetch, log });
for (const user of config.demoUsers) await web.createUser(user);

const server = Deno.serve({
  hostname: config.host,
  port: config.port,
  onListen: ({ hostname, port }) => log.info("listening", { hostname, port }),
}, (request) => web.fetch(request));

let stopping = false;
const stop = async () => {
  if (stopping) return;
  stopping = true;
  log.info("stopping");
  await web.close();
  await server.shutdown();
  await db.destroy();
};
Deno.addSignalListener("SIGTERM", stop);
Deno.addSignalListener("SIGINT", stop);
await server.finished;
Deno.exit(0);
