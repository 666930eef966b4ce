/**
 * The servers that the system needs beside itself: found on the machine, installed, or in docker.
 *
 * @module
 */

export { findChromium } from "./chromium.ts";
export { createDatabase, type Database } from "./database.ts";
export { type NatsOptions, type NatsServer, provideNats, startNats } from "./nats.ts";
export type { Log } from "./packages.ts";
export { freePort } from "./ports.ts";
export {
  type PostgresOptions,
  type PostgresPrograms,
  type PostgresServer,
  providePostgres,
  startPostgres,
} from "./postgres.ts";
export { findWrk } from "./wrk.ts";
