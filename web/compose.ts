/** Wires the web room. @module */
import { createApp } from "./app.ts";
import { loadBuild } from "./assets/mod.ts";
import { DEFAULT_LIVE_STREAM_MS, type NewUser, type WebConfig } from "./config.ts";
import { createFormGuard } from "./forms/mod.ts";
import { createAttemptLimiter, createIdentity, type Database } from "./identity/mod.ts";
import { createManagementApi, isManagementPath } from "./management/mod.ts";
import { createRooms } from "./rooms/mod.ts";
import type { Effects } from "../shared/effects.ts";
import type { Log } from "../shared/log.ts";

const DEFAULT_ROOM_TIMEOUT_MS = 8_000;

/** The web room, ready to serve. */
export interface Web {
  fetch(request: Request): Promise<Response>;
  /** Creates a user or brings the one with this email up to date. Returns the user's id. */
  createUser(user: NewUser): Promise<string>;
  /** Ends live streams; requests that run are finished. The database stays open. */
  close(): Promise<void>;
}

/** What the room is given from outside. */
export interface WebDependencies {
  /** Users and sessions live in its schema `identity`, which is made when missing. */
  readonly db: Database;
  readonly effects: Effects;
  /** Reaches the other rooms. */
  readonly fetch: typeof fetch;
  readonly log: Log;
}

/** Builds the room: migrates its schema, builds what browsers load when stale. */
export async function composeWeb(config: WebConfig, dependencies: WebDependencies): Promise<Web> {
  const { db, effects, log } = dependencies;
  const [identity, build] = await Promise.all([
    createIdentity({ db, sessionSecret: config.sessionSecret, publicUrl: config.publicUrl }),
    loadBuild(),
  ]);
  const closing = new AbortController();
  const calls = {
    fetch: dependencies.fetch,
    effects,
    urls: {
      ledger: config.ledgerUrl,
      projections: config.projectionsUrl,
      proxy: config.proxyUrl,
    },
    serviceSecret: config.serviceSecret,
    timeoutMs: config.roomTimeoutMs ?? DEFAULT_ROOM_TIMEOUT_MS,
  };
  const guard = createFormGuard(config.sessionSecret);
  const secure = config.publicUrl.startsWith("https://");
  const { styleSheet } = build;
  const app = createApp({
    identity,
    rooms: createRooms(calls),
    guard,
    attempts: createAttemptLimiter(effects.clock),
    effects,
    log,
    styleSheet,
    secureCookies: secure,
    proxyPublicUrl: config.proxyPublicUrl,
    liveStreamMs: config.liveStreamMs ?? DEFAULT_LIVE_STREAM_MS,
    closing: closing.signal,
  }, build);
  const { serviceSecret } = config;
  const parts = { calls, effects, log, identity, guard, serviceSecret, styleSheet, secure };
  const management = createManagementApi(parts);
  const pages = app.handler();
  return {
    fetch: (request) =>
      isManagementPath(new URL(request.url).pathname) ? management(request) : pages(request),
    createUser: (user) => identity.createUser(user),
    close() {
      closing.abort();
      return Promise.resolve();
    },
  };
}
