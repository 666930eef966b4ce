/** Serving one shard on the bus, for as long as this process owns it. @module */
import { type Bus, type BusSubscription, METER_STREAM, subjects } from "../../shared/bus/mod.ts";
import type { CommandEnvelope, CommandReply } from "../../shared/commands/mod.ts";
import type { JsonValue } from "../../shared/json.ts";
import type { Log } from "../../shared/log.ts";
import { acceptEnvelope, type ShardPlace } from "./accept.ts";
import type { DeadLetters } from "./dead_letters.ts";
import { handleMeterMessage } from "./meter.ts";
import { answerConfigRequest, answerQuery, type ShardViews } from "./questions.ts";

/** What serving a shard takes. */
export interface ServeShardOptions {
  readonly bus: Bus;
  readonly place: ShardPlace;
  /** Signs the commands of people. */
  readonly serviceSecret: string;
  readonly views: ShardViews;
  readonly deadLetters: DeadLetters;
  readonly log: Log;
  /** The writer's: never rejects, and answers within its own deadline. */
  submit(envelope: CommandEnvelope): Promise<CommandReply>;
}

const QUEUE = "ledger";
// Enough for whole group commits; the writer's queue is bounded as well.
const MAX_IN_FLIGHT = 1_024;
const ACK_WAIT_MS = 30_000;

/**
 * Answers commands, questions and configuration requests of a shard and takes its METER messages.
 * `stop` on the result takes nothing new and resolves once everything in hand is answered. Rejects
 * with BusError when the bus can't be had; nothing is served then.
 */
export async function serveShard(options: ServeShardOptions): Promise<BusSubscription> {
  const { bus, views, place: { shard } } = options;
  const running: BusSubscription[] = [];
  const stop = async () => {
    await Promise.all(running.map((subscription) => subscription.stop()));
  };
  const command = (message: JsonValue) => answerCommand(message, options);
  const query = (message: JsonValue) => answerQuery(message, views);
  const config = (message: JsonValue) => answerConfigRequest(message, views);
  try {
    running.push(await bus.respond(subjects.command(shard), QUEUE, command));
    running.push(await bus.respond(subjects.query(shard), QUEUE, query));
    running.push(await bus.respond(subjects.config(shard), QUEUE, config));
    await bus.ensureStream(METER_STREAM);
    running.push(
      await bus.consume(METER_STREAM.name, {
        durableName: `ledger-${shard}`,
        filterSubject: subjects.meter(shard),
        maxInFlight: MAX_IN_FLIGHT,
        ackWaitMs: ACK_WAIT_MS,
      }, (message) => handleMeterMessage(message, options)),
    );
  } catch (error) {
    await stop();
    throw error;
  }
  return { stop };
}

async function answerCommand(message: JsonValue, options: ServeShardOptions): Promise<JsonValue> {
  const acceptance = acceptEnvelope(message, options);
  return acceptance.ok ? await options.submit(acceptance.envelope) : acceptance.reply;
}
