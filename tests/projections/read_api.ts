/** The read API over a log that a test wrote. @module */
import { composeProjections, type Projections } from "../../projections/compose.ts";
import { createEffects, platformOf } from "../../shared/effects.ts";
import type { DomainEvent } from "../../shared/events/mod.ts";
import { signServiceToken } from "../../shared/identity/mod.ts";
import { silentLog } from "../../shared/log.ts";
import type { Role } from "../../shared/permissions.ts";
import { writeBooks } from "./books.ts";
import { appendEvents, openLog, type TestLog } from "./log.ts";

/** Who reads: a role, and for a developer the account. */
export interface Reader {
  readonly role: Role;
  readonly accountId?: string;
}

/** A running read API. */
export interface TestReadApi {
  readonly log: TestLog;
  readonly room: Projections;
  /** Adds events with their books and waits until every projection has them; returns the head. */
  append(
    events: readonly DomainEvent[],
    time: { readonly recordedAtMs: number; readonly stepMs?: number },
  ): Promise<bigint>;
  /** As an admin unless told. */
  get(path: string, as?: Reader, headers?: HeadersInit): Promise<Response>;
  /** The JSON of an answer with its status. */
  // deno-lint-ignore no-explicit-any
  json(path: string, as?: Reader): Promise<any>;
  /** Every row of a list, page by page. */
  // deno-lint-ignore no-explicit-any
  all(path: string, limit: number, as?: Reader): Promise<any[]>;
  close(): Promise<void>;
}

const SECRET = "a secret of the rooms, long enough to be one";
const ADMIN: Reader = { role: "admin" };

/** Opens the read API over an empty log with one shard. */
export async function openReadApi(kind: "pglite" | "postgres" = "pglite"): Promise<TestReadApi> {
  const effects = createEffects(platformOf(globalThis));
  const log = await openLog(kind);
  const unreachable = () => Promise.reject(new Error("tests reach no network"));
  const parts = { db: log.db, bus: null, effects, log: silentLog, fetch: unreachable };
  const config = { serviceSecret: SECRET, shards: 1, alertWebhook: null };
  const room = await composeProjections(config, parts);
  const get: TestReadApi["get"] = async (path, { role, accountId } = ADMIN, given = {}) => {
    const principal = { actor: `user:${role}`, role, accountId: accountId ?? null };
    const options = { secret: SECRET, clock: effects.clock, ttlMs: 60_000 };
    const headers = new Headers(given);
    headers.set("authorization", `Bearer ${await signServiceToken(principal, options)}`);
    return await room.fetch(new Request(`http://127.0.0.1${path}`, { headers }));
  };
  const json: TestReadApi["json"] = async (path, as) => {
    const response = await get(path, as);
    return { status: response.status, ...await response.json() };
  };
  return {
    log,
    room,
    async append(events, time) {
      const head = await appendEvents(log.db, events, time);
      await writeBooks(log.db);
      await room.runner.catchUp();
      return head;
    },
    get,
    json,
    async all(path, limit, as) {
      const items: unknown[] = [];
      const join = path.includes("?") ? "&" : "?";
      let cursor: string | null = null;
      do {
        const next: string = cursor === null ? "" : `&cursor=${cursor}`;
        const page = await json(`${path}${join}limit=${limit}${next}`, as);
        if (page.status !== 200) throw new Error(`${path}: ${JSON.stringify(page)}`);
        items.push(...page.items);
        cursor = page.nextCursor;
      } while (cursor !== null);
      return items;
    },
    async close() {
      await room.close();
      await log.close();
    },
  };
}
