/** Webhooks: signed, retried, bounded, and neither lost nor doubled by a crash. */
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createLog } from "../../../shared/log.ts";
import { alertNotificationSchema } from "../../../shared/read_api/mod.ts";
import {
  accountWith,
  type AlertWorld,
  openAlertWorld,
  settledCall,
} from "../../../tests/projections/alert_world.ts";
import { openLog, type TestLog } from "../../../tests/projections/mod.ts";
import { virtualTimers } from "../../../tests/projections/virtual_timers.ts";
import { selectDeliveries } from "../read.ts";
import { type Courier, createCourier, createWebhookSender, type Fetch } from "./mod.ts";

const KEY = Uint8Array.from({ length: 32 }, (_, index) => index * 7 + 1);
const SECRET = `whsec_${btoa(String.fromCharCode(...KEY))}`;
const URL_TEXT = "https://hooks.example/private-path";
const patient = { timeout: 60_000, interval: 10 };

interface Sent {
  readonly atMs: number;
  readonly url: string;
  readonly id: string;
  readonly headers: Headers;
  readonly body: string;
}

let log: TestLog;
let world: AlertWorld;
let sent: Sent[];
let lines: string[];
let couriers: Courier[];

beforeAll(async () => {
  log = await openLog("pglite");
});
afterAll(() => log.close());
beforeEach(async () => {
  world = await openAlertWorld(log);
  sent = [];
  lines = [];
  couriers = [];
  await world.happen(...accountWith("acc-1", 10n ** 12n));
});
afterEach(async () => {
  for (const courier of couriers) await courier.close();
  await world.close();
});

/** A process that delivers; what it sends is answered by `answer`. */
function startCourier(answer: Fetch, webhook = { url: URL_TEXT, secret: SECRET }) {
  const time = virtualTimers(world, () => sql`select 1`.execute(world.db));
  const fetch: Fetch = (url, init) => {
    const headers = new Headers(init.headers);
    const id = headers.get("webhook-id")!;
    sent.push({ atMs: world.nowMs, url, id, headers, body: String(init.body) });
    return answer(url, init);
  };
  const effects = { clock: world.effects.clock, timers: time.timers };
  const lineLog = createLog((line) => lines.push(line), world.effects.clock, "test");
  const senders = [createWebhookSender(webhook, fetch, effects)];
  const courier = createCourier({ db: world.db, effects, log: lineLog, senders });
  couriers.push(courier);
  return time;
}

const ok: Fetch = () => Promise.resolve(new Response("thanks"));
const never: Fetch = (_url, { signal }) =>
  new Promise((_resolve, reject) =>
    signal!.addEventListener("abort", () => reject(signal!.reason))
  );

/** Fires one alert of a rule that the platform and the account have. */
async function fire(): Promise<void> {
  await world.happen(...settledCall(world, "acc-1", 2_000_000_000n));
  await world.evaluate();
  await sql`delete from alerts.delivery where channel = 'log'
    or alert_id not in (select alert_id from alerts.alert where rule_id = 'account-spend-warning')
  `.execute(world.db);
}

const webhooks = () => selectDeliveries(world.db, [], 10);
const newest = async () => (await webhooks())[0]!;

describe("a webhook", () => {
  it("is signed so that anybody with the secret can verify it by the standard", async () => {
    await fire();
    startCourier(ok);
    await vi.waitFor(async () => expect((await newest()).status).toBe("delivered"), patient);
    const [{ url, headers, body, id }] = sent as [Sent];
    expect(url).toBe(URL_TEXT);
    const timestamp = headers.get("webhook-timestamp")!;
    expect(timestamp).toBe(String(world.nowMs / 1_000));
    const key = await crypto.subtle.importKey(
      "raw",
      KEY,
      { name: "HMAC", hash: "SHA-256" },
      false,
      ["verify"],
    );
    const [version, signature] = headers.get("webhook-signature")!.split(",") as [string, string];
    const bytes = Uint8Array.from(atob(signature), (character) => character.charCodeAt(0));
    const verify = (text: string) =>
      crypto.subtle.verify("HMAC", key, bytes, new TextEncoder().encode(text));
    expect(version).toBe("v1");
    expect(await verify(`${id}.${timestamp}.${body}`)).toBe(true);
    expect(await verify(`${id}.${timestamp}.${body} `)).toBe(false);
    expect(await verify(`${id}.${parseInt(timestamp, 10) + 1}.${body}`)).toBe(false);
    const told = alertNotificationSchema.parse(JSON.parse(body));
    expect(told).toMatchObject({
      type: "alert.firing",
      timestamp: "2026-11-20T17:00:00.000Z",
      data: {
        alert: {
          subject: { type: "account", id: "acc-1" },
          value: "2000000000",
          threshold: "1000000000",
          summary: "The account acc-1 cost 2 USD within an hour; the limit is 1 USD.",
        },
        change: { sequence: 1, state: "firing" },
      },
    });
  });

  it("is tried eight times at growing distances, as the same message, and then given up", async () => {
    await fire();
    const time = startCourier(() => Promise.resolve(new Response(null, { status: 503 })));
    for (let attempt = 1; attempt <= 8; attempt++) {
      await vi.waitFor(async () => {
        const { attempts, lastStatus, nextAttemptAtMs } = await newest();
        expect([attempts, lastStatus, (nextAttemptAtMs ?? Infinity) > world.nowMs]).toEqual(
          [attempt, 503, true],
        );
      }, patient);
      const { nextAttemptAtMs } = await newest();
      if (nextAttemptAtMs !== null) time.advance(nextAttemptAtMs - world.nowMs - 1);
      await time.idle();
      expect(sent).toHaveLength(attempt);
      time.advance(2_001);
    }
    const gaps = sent.slice(1).map(({ atMs }, index) =>
      Math.floor((atMs - sent[index]!.atMs) / 1_000)
    );
    expect(gaps).toEqual([7, 22, 82, 322, 1_282, 3_602, 3_602]);
    expect(new Set(sent.map(({ id }) => id)).size).toBe(1);
    expect(new Set(sent.map(({ body }) => body)).size).toBe(1);
    expect(await newest()).toMatchObject({
      status: "failed",
      attempts: 8,
      nextAttemptAtMs: null,
      lastError: "the receiver answered 503",
    });
    time.advance(24 * 3_600_000);
    await time.idle();
    expect(sent).toHaveLength(8);
  });

  it("waits ten seconds for an answer, and no longer", async () => {
    await fire();
    const time = startCourier(never);
    await vi.waitFor(() => expect(sent).toHaveLength(1), patient);
    time.advance(9_999);
    await time.idle();
    expect((await newest()).lastError).toBeNull();
    time.advance(1);
    await vi.waitFor(async () => {
      expect(await newest()).toMatchObject({
        status: "pending",
        attempts: 1,
        lastError: "no answer within 10 s",
      });
    }, patient);
  });

  it("that a process died with is sent again by the next one, under the same id", async () => {
    await fire();
    const dead = startCourier(never);
    await vi.waitFor(() => expect(sent).toHaveLength(1), patient);
    dead.stop();
    const time = startCourier(ok);
    await time.idle();
    expect(sent).toHaveLength(1);
    time.advance(30_001);
    await vi.waitFor(async () => expect((await newest()).status).toBe("delivered"), patient);
    expect(sent.map(({ id }) => id)).toEqual([sent[0]!.id, sent[0]!.id]);
    expect(sent[1]!.body).toBe(sent[0]!.body);
    time.advance(24 * 3_600_000);
    await time.idle();
    expect(sent).toHaveLength(2);
  });

  it("that kills its process each time is given up as well", async () => {
    await fire();
    for (let attempt = 1; attempt <= 8; attempt++) {
      const dying = startCourier(never);
      await vi.waitFor(() => expect(sent).toHaveLength(attempt), patient);
      dying.stop();
      world.nowMs += 30_001;
    }
    startCourier(never);
    await vi.waitFor(async () => {
      expect(await newest()).toMatchObject({
        status: "failed",
        attempts: 8,
        lastError: "how the last attempt ended is not known",
      });
    }, patient);
    expect(sent).toHaveLength(8);
  });

  it("is cut short when its process stops, and is tried again later", async () => {
    await fire();
    startCourier(never);
    await vi.waitFor(() => expect(sent).toHaveLength(1), patient);
    await couriers[0]!.close();
    expect(await newest()).toMatchObject({
      status: "pending",
      attempts: 1,
      lastError: "the process stopped meanwhile",
    });
  });

  it("comes after those of earlier changes of its alert", async () => {
    await fire();
    let refuse = true;
    const time = startCourier(() =>
      Promise.resolve(new Response(null, { status: refuse ? 500 : 204 }))
    );
    await vi.waitFor(async () => expect((await newest()).lastStatus).toBe(500), patient);
    const alertId = (await newest()).alertId;
    await world.happen({ type: "AlertAcknowledged", payload: { alertId, note: null } });
    await world.evaluate();
    await sql`delete from alerts.delivery where channel = 'log'`.execute(world.db);
    time.advance(2_000);
    await time.idle();
    expect(sent).toHaveLength(1);
    refuse = false;
    time.advance(6_000);
    await vi.waitFor(async () => {
      expect((await webhooks()).map(({ status }) => status)).toEqual(["delivered", "delivered"]);
    }, patient);
    expect(sent.map(({ body }) => JSON.parse(body).type)).toEqual([
      "alert.firing",
      "alert.firing",
      "alert.acknowledged",
    ]);
  });

  it("tells neither its address nor its secret to the log or the table", async () => {
    await fire();
    startCourier((url) => Promise.reject(new TypeError(`error sending request for ${url}`)));
    await vi.waitFor(async () => {
      expect((await newest()).lastError).toBe("the receiver could not be reached");
    }, patient);
    const { rows } = await sql`select d::text as text from alerts.delivery d`.execute(world.db);
    const told = JSON.stringify(rows) + lines.join("\n");
    expect(lines.join("\n")).toContain("alert_delivery_failed");
    expect(told).not.toContain("hooks.example");
    expect(told).not.toContain(SECRET.slice(6, 20));
  });
});
