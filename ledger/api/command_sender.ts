/** Sending commands and questions to whichever process owns the shard. @module */
import { type Bus, BusError, subjects } from "../../shared/bus/mod.ts";
import {
  type BalanceView,
  balanceViewSchema,
  type Command,
  type CommandReply,
  commandReplySchema,
  type LimitsView,
  limitsViewSchema,
} from "../../shared/commands/mod.ts";
import { edgeConfigPageSchema, type EdgeModel } from "../../shared/edge_config/mod.ts";
import { signCommand, type SignedPart } from "../edge/mod.ts";
import type { Effects } from "../../shared/effects.ts";
import { shardOf } from "../../shared/ids/mod.ts";
import { type JsonObject, type JsonValue, toJsonValue } from "../../shared/json.ts";
import { z } from "zod";

/** A command on its way: who sends it and under which id its outcome is remembered. */
export interface Sending {
  readonly operationId: string;
  readonly actor: string;
  readonly command: Command;
}

/** The final answer of a shard, or that none could be had in time. */
export type ShardReply = Exclude<CommandReply, { status: "unavailable" }> | Unreachable;

/** Nobody answered within the deadline; the command may or may not have been decided. */
export interface Unreachable {
  readonly status: "unavailable";
  readonly message: string;
  readonly retryAfterMs: number;
}

/** Talks to the owners of all shards. */
export interface CommandSender {
  readonly shards: number;
  /**
   * Sends a command to the shard of its account. It is sent again under the same operation id while
   * nobody answers, so that a takeover costs time and not an error; after 8 s it is unavailable.
   */
  toAccount(accountId: string, sending: Sending): Promise<ShardReply>;
  /** Sends a command to one shard, as {@link CommandSender.toAccount} does. */
  toShard(shard: number, sending: Sending): Promise<ShardReply>;
  /** The owner's current balance of an account; null when it does not exist. */
  balance(accountId: string): Promise<BalanceView | null | Unreachable>;
  /** The owner's view of an account's plans; null when the account does not exist. */
  limits(accountId: string): Promise<LimitsView | null | Unreachable>;
  /** Every model's newest price as shard 0 has it, withdrawn ones included, by name. */
  prices(): Promise<KnownPrices | Unreachable>;
}

/** The models that the ledger knows, at a position of the log of shard 0. */
export interface KnownPrices {
  readonly position: string;
  readonly models: readonly EdgeModel[];
}

const DEADLINE_MS = 8_000;
const ATTEMPT_MS = 4_000;
const PAUSE_MS = 100;
// Well below what a message on the bus may weigh.
const PRICES_A_PAGE = 400;
const balanceAnswerSchema = z.object({ result: balanceViewSchema.nullable() });
const limitsAnswerSchema = z.object({ result: limitsViewSchema.nullable() });

/** What the sender works with. */
export interface CommandSenderOptions {
  readonly bus: Bus;
  readonly effects: Effects;
  /** The number fixed at the deployment's creation. */
  readonly shards: number;
  /** Signs each command, so that its shard knows where it comes from. */
  readonly serviceSecret: string;
}

/** Builds the sender over a bus. */
export function createCommandSender(
  { bus, effects, shards, serviceSecret }: CommandSenderOptions,
): CommandSender {
  const toShard = async (shard: number, sending: Sending): Promise<ShardReply> => {
    const unsigned = {
      operationId: sending.operationId,
      actor: sending.actor,
      occurredAtMs: effects.clock.nowMs(),
      type: sending.command.type,
      body: toJsonValue(sending.command.body) as JsonObject,
    };
    const signature = signatureOf(unsigned, serviceSecret);
    if (typeof signature !== "string") return signature;
    const message = { ...unsigned, signature };
    return await ask(
      subjects.command(shard),
      message,
      (answer) => commandReplySchema.parse(answer),
    );
  };

  async function ask<T>(
    subject: string,
    message: JsonValue,
    read: (answer: JsonValue) => T,
  ): Promise<Exclude<T, { status: "unavailable" }> | Unreachable> {
    const deadlineMs = effects.clock.nowMs() + DEADLINE_MS;
    let last = unreachable("nobody owns the shard", 1_000);
    while (true) {
      const leftMs = deadlineMs - effects.clock.nowMs();
      if (leftMs <= 0) return last;
      const answer = await attempt(subject, message, Math.min(ATTEMPT_MS, leftMs));
      if (answer.ok) {
        const reply = read(answer.value);
        if (!isUnreachable(reply)) return reply as Exclude<T, { status: "unavailable" }>;
        last = unreachable(reply.message, reply.retryAfterMs);
      } else {
        last = unreachable(answer.message, 1_000);
      }
      await effects.timers.sleep(PAUSE_MS);
    }
  }

  async function attempt(
    subject: string,
    message: JsonValue,
    timeoutMs: number,
  ): Promise<{ ok: true; value: JsonValue } | { ok: false; message: string }> {
    try {
      return { ok: true, value: await bus.request(subject, message, { timeoutMs }) };
    } catch (error) {
      if (!(error instanceof BusError)) throw error;
      return { ok: false, message: error.message };
    }
  }

  return {
    shards,
    toShard,
    toAccount: (accountId, sending) => toShard(shardOf(accountId, shards), sending),
    async balance(accountId) {
      const subject = subjects.query(shardOf(accountId, shards));
      const answer = await ask(
        subject,
        { type: "GetBalance", accountId },
        (value) => balanceAnswerSchema.parse(value),
      );
      return "result" in answer ? answer.result : answer;
    },
    async limits(accountId) {
      const subject = subjects.query(shardOf(accountId, shards));
      const answer = await ask(
        subject,
        { type: "GetLimits", accountId },
        (value) => limitsAnswerSchema.parse(value),
      );
      return "result" in answer ? answer.result : answer;
    },
    async prices() {
      const models = new Map<string, EdgeModel>();
      let position = "0";
      for (let more = true; more;) {
        const page = await ask(
          subjects.config(0),
          { afterPosition: position, limit: PRICES_A_PAGE },
          (answer) => edgeConfigPageSchema.parse(answer),
        );
        if (isUnreachable(page)) return page;
        // A price that changes meanwhile comes again on a later page.
        for (const model of page.models) models.set(model.model, model);
        ({ position, more } = page);
      }
      const sorted = [...models.values()].sort((a, b) => a.model < b.model ? -1 : 1);
      return { position, models: sorted };
    },
  };
}

/** The signature of a command, or the rejection of one that has no exact text, as the writer's. */
function signatureOf(
  envelope: SignedPart,
  serviceSecret: string,
): string | (CommandReply & { status: "rejected" }) {
  try {
    return signCommand(envelope, serviceSecret);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const rejection = { code: "invalid_command", message: error.message, details: {} } as const;
    return { status: "rejected", rejection };
  }
}

/** Whether a reply says that nobody could decide. */
export function isUnreachable(reply: unknown): reply is Unreachable {
  return typeof reply === "object" && reply !== null && "status" in reply &&
    reply.status === "unavailable";
}

function unreachable(message: string, retryAfterMs: number): Unreachable {
  return { status: "unavailable", message, retryAfterMs };
}
