/** Taking usage and settlements from the METER stream: acknowledged after their commit. @module */
import { type Bus, type DurableMessage, subjects } from "../../shared/bus/mod.ts";
import type {
  CommandEnvelope,
  CommandReply,
  CommandType,
  Rejection,
  RejectionCode,
} from "../../shared/commands/mod.ts";
import type { Log } from "../../shared/log.ts";
import { acceptEnvelope, type ShardPlace } from "./accept.ts";
import type { DeadLetters } from "./dead_letters.ts";

const METERED: ReadonlySet<CommandType> = new Set(["ReportUsage", "SettleHold", "ReleaseHold"]);

// A settlement that is refused for one of these was served and will never be charged.
const LOSES_MONEY: ReadonlySet<RejectionCode> = new Set([
  "hold_not_found",
  "hold_released",
  "late_window_passed",
  "amount_overflow",
  "operation_conflict",
]);

/** What the consumer of one shard works with. */
export interface MeterOptions {
  readonly bus: Bus;
  readonly place: ShardPlace;
  /** Signs the commands of people. */
  readonly serviceSecret: string;
  readonly deadLetters: DeadLetters;
  readonly log: Log;
  submit(envelope: CommandEnvelope): Promise<CommandReply>;
}

/**
 * Handles one message. Resolves when its outcome stands in the log, with a settlement that can never
 * be charged kept as a dead letter, or when the message can't be read and is kept as one; rejects
 * otherwise, so that it is delivered again.
 */
export async function handleMeterMessage(
  message: DurableMessage,
  options: MeterOptions,
): Promise<void> {
  const acceptance = acceptEnvelope(message.message, options);
  if (!acceptance.ok) return await bury(message, acceptance.reply.rejection.message, options);
  const { envelope } = acceptance;
  if (!METERED.has(envelope.type)) {
    return await bury(message, `${envelope.type} does not travel on METER`, options);
  }
  const reply = await options.submit(envelope);
  switch (reply.status) {
    case "unavailable":
      throw new Error(`${envelope.operationId} could not be decided: ${reply.message}`);
    case "rejected":
      await keepRejected(message, { envelope, rejection: reply.rejection }, options);
      return notify(envelope, reply, options);
    case "accepted":
      return notify(envelope, reply, options);
    default:
      return reply satisfies never;
  }
}

/** Notes a rejection: as a dead letter where a person must look at it. */
async function keepRejected(
  message: DurableMessage,
  { envelope, rejection }: { envelope: CommandEnvelope; rejection: Rejection },
  options: MeterOptions,
): Promise<void> {
  const { log, deadLetters, place: { shard } } = options;
  const { code } = rejection;
  if (code === "invalid_command") return await bury(message, rejection.message, options);
  const fields = { shard, operationId: envelope.operationId, code, message: rejection.message };
  if (envelope.type !== "SettleHold" || !LOSES_MONEY.has(code)) {
    return log.warn("meter_rejected", fields);
  }
  await deadLetters.keep(message, { shard, reason: `${code}: ${rejection.message}` });
  log.error("settlement_lost", fields);
}

/** Tells the edge what its message led to; the edge asks again by republishing when this is lost. */
function notify(envelope: CommandEnvelope, reply: CommandReply, { bus, log }: MeterOptions): void {
  const edgeId = /^edge:(.+)$/.exec(envelope.actor)?.[1];
  if (edgeId === undefined) return;
  try {
    const { operationId } = envelope;
    bus.publish(subjects.settled(edgeId), { operationId, reply });
  } catch (error) {
    log.warn("notice_not_sent", { operationId: envelope.operationId, error: asError(error) });
  }
}

async function bury(
  message: DurableMessage,
  reason: string,
  { deadLetters, log, place: { shard } }: MeterOptions,
): Promise<void> {
  const { subject, sequence } = message;
  await deadLetters.keep(message, { shard, reason });
  log.error("meter_message_unreadable", { shard, subject, sequence, reason });
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
