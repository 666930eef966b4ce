/** Delivering alerts to the log and to a webhook, at least once. @module */
export { type Courier, createCourier } from "./courier.ts";
export { createLogSender, type Sender } from "./sender.ts";
export { type AlertWebhook, createWebhookSender, type Fetch, problemOf } from "./webhook.ts";
