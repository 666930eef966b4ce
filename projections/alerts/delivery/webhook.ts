/** Signed webhooks in the form of Standard Webhooks (standardwebhooks.com). @module */
import { createHmac } from "node:crypto";
import type { Effects } from "../../../shared/effects.ts";
import type { Attempt, Message, Sender } from "./sender.ts";

/** Where webhooks go and what they are signed with. */
export interface AlertWebhook {
  /** `http:` or `https:`, without credentials. It may be a secret in itself: it is never told. */
  readonly url: string;
  /** `whsec_` and the base64 of 24 to 64 bytes. */
  readonly secret: string;
}

/** The part of `fetch` that is used. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** How long an attempt may take until the status of its answer, in milliseconds. */
export const WEBHOOK_DEADLINE_MS = 10_000;

const SECRET_PREFIX = "whsec_";

/** Why a webhook's address or secret can't be used, or null; neither is repeated. */
export function problemOf({ url, secret }: AlertWebhook): string | null {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
    return "SARGALAY_ALERT_WEBHOOK_URL: expected http://… or https://…";
  }
  if (parsed.username !== "" || parsed.password !== "") {
    return "SARGALAY_ALERT_WEBHOOK_URL: expected no user name or password in it";
  }
  const bytes = keyOf(secret)?.length ?? 0;
  if (bytes >= 24 && bytes <= 64) return null;
  return "SARGALAY_ALERT_WEBHOOK_SECRET: expected whsec_ and the base64 of 24 to 64 bytes";
}

/** The header `webhook-signature` of a message: HMAC-SHA256 over `<id>.<timestamp>.<body>`. */
export function signatureOf(
  message: { readonly id: string; readonly timestampS: number; readonly body: string },
  secret: string,
): string {
  const key = keyOf(secret);
  if (key === null) throw new RangeError("a webhook secret is whsec_ and base64");
  const signed = `${message.id}.${message.timestampS}.${message.body}`;
  return `v1,${createHmac("sha256", key).update(signed).digest("base64")}`;
}

/** Posts messages to one address. Redirects are not followed: they count as failures. */
export function createWebhookSender(
  webhook: AlertWebhook,
  fetch: Fetch,
  { clock, timers }: Pick<Effects, "clock" | "timers">,
): Sender {
  const send = async (message: Message, signal: AbortSignal): Promise<Attempt> => {
    const { deliveryId: id, body } = message;
    const timestampS = Math.floor(clock.nowMs() / 1_000);
    const late = new AbortController();
    const deadline = timers.after(WEBHOOK_DEADLINE_MS, () => late.abort());
    try {
      const response = await fetch(webhook.url, {
        method: "POST",
        redirect: "manual",
        signal: AbortSignal.any([late.signal, signal]),
        headers: {
          "content-type": "application/json",
          "user-agent": "Sargalay",
          "webhook-id": id,
          "webhook-timestamp": String(timestampS),
          "webhook-signature": signatureOf({ id, timestampS, body }, webhook.secret),
        },
        body,
      });
      await response.body?.cancel();
      const { status, ok } = response;
      return ok
        ? { status: "delivered", httpStatus: status }
        : { status: "failed", httpStatus: status, error: `the receiver answered ${status}` };
    } catch {
      // Without the reason: it may carry the address.
      const error = late.signal.aborted
        ? `no answer within ${WEBHOOK_DEADLINE_MS / 1_000} s`
        : signal.aborted
        ? "the process stopped meanwhile"
        : "the receiver could not be reached";
      return { status: "failed", httpStatus: null, error };
    } finally {
      deadline.cancel();
    }
  };
  return { channel: "webhook", deadlineMs: WEBHOOK_DEADLINE_MS, send };
}

function keyOf(secret: string): Uint8Array | null {
  const text = secret.startsWith(SECRET_PREFIX) ? secret.slice(SECRET_PREFIX.length) : "";
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return null;
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}
