/** Alerts at work: evaluating, delivering, telling. @module */
import type { Effects } from "../../shared/effects.ts";
import type { Log } from "../../shared/log.ts";
import type { Queryable } from "../table/mod.ts";
import {
  type AlertWebhook,
  createCourier,
  createLogSender,
  createWebhookSender,
  type Fetch,
} from "./delivery/mod.ts";
import { createEvaluator } from "./evaluation/mod.ts";
import { createAlertHub, type Following } from "./live/mod.ts";
import { liveAlertsOf } from "./read.ts";

/** What alerts work with. */
export interface AlertsOptions {
  readonly db: Queryable;
  readonly shards: number;
  readonly effects: Effects;
  readonly log: Log;
  /** Where webhooks go, and by what; null: nowhere. */
  readonly webhook: { readonly target: AlertWebhook; readonly fetch: Fetch } | null;
}

/** Alerts at work. */
export interface Alerts {
  /** A stream of alerts; see the hub. */
  follow(following: Following): Response;
  /** Evaluates soon, because projections have moved. */
  wake(): void;
  /** Ends streams, and finishes what is in hand; idempotent. */
  close(): Promise<void>;
}

/** Starts evaluating and delivering, on tables that {@link prepareAlerts} made. */
export function startAlerts({ db, shards, effects, log, webhook }: AlertsOptions): Alerts {
  const { timers } = effects;
  const hub = createAlertHub({ ...liveAlertsOf(db), timers, log });
  const senders = [
    createLogSender(log),
    ...(webhook === null ? [] : [createWebhookSender(webhook.target, webhook.fetch, effects)]),
  ];
  const courier = createCourier({ db, effects, log, senders });
  const evaluator = createEvaluator({
    db,
    shards,
    effects,
    log,
    channels: senders.map(({ channel }) => channel),
    onChange() {
      courier.wake();
      hub.wake();
    },
  });
  return {
    follow: hub.follow,
    wake: evaluator.wake,
    async close() {
      await evaluator.close();
      await hub.close();
      await courier.close();
    },
  };
}
