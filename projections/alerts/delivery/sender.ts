/** What a channel is, and the log as one. @module */
import type { Log } from "../../../shared/log.ts";
import {
  type AlertDeliveryRow,
  type AlertNotification,
  alertNotificationSchema,
} from "../../../shared/read_api/mod.ts";

/** A message of the outbox. */
export interface Message {
  /** The same at every attempt, so that a receiver can tell repetitions. */
  readonly deliveryId: string;
  /** An `AlertNotification` as JSON, the same bytes at every attempt. */
  readonly body: string;
}

/** How an attempt ended. */
export type Attempt =
  | { readonly status: "delivered"; readonly httpStatus: number | null }
  | { readonly status: "failed"; readonly httpStatus: number | null; readonly error: string };

/** Delivers messages to one channel. */
export interface Sender {
  readonly channel: AlertDeliveryRow["channel"];
  /** The longest that an attempt takes, in milliseconds. */
  readonly deadlineMs: number;
  /** Never rejects; ends early when `signal` aborts. */
  send(message: Message, signal: AbortSignal): Promise<Attempt>;
}

/** Writes each change as a line of the log: `error` when critical, `warn` when a warning fires. */
export function createLogSender(log: Log): Sender {
  const send = ({ deliveryId, body }: Message): Promise<Attempt> => {
    const { data: { alert, change } } = alertNotificationSchema.parse(JSON.parse(body));
    const fields = {
      deliveryId,
      alertId: alert.alertId,
      ruleId: alert.ruleId,
      severity: alert.severity,
      subject: `${alert.subject.type}:${alert.subject.id}`,
      summary: alert.summary,
      actor: change.actor,
    };
    write(log, change.state, alert.severity)(`alert_${change.state}`, fields);
    return Promise.resolve({ status: "delivered", httpStatus: null });
  };
  return { channel: "log", deadlineMs: 0, send };
}

function write(
  log: Log,
  state: AlertNotification["data"]["change"]["state"],
  severity: AlertNotification["data"]["alert"]["severity"],
): Log["info"] {
  if (state !== "firing") return log.info;
  return severity === "critical" ? log.error : log.warn;
}
