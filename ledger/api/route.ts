/** The shape of every route: plain data, so that tests and documents can list them all. @module */
import { z } from "zod";
import type { CheckpointReader } from "../checkpoint/mod.ts";
import type { ReceiptReader } from "../edge/mod.ts";
import type { Command } from "../../shared/commands/mod.ts";
import type { ApiKey } from "../../shared/ids/mod.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { Permission, Principal } from "../../shared/permissions.ts";
import { type Answer, problem, rejected, success } from "./answer.ts";
import {
  type CommandSender,
  isUnreachable,
  type ShardReply,
  type Unreachable,
} from "./command_sender.ts";
import type { IdempotencyKey } from "./idempotency.ts";
import type { OutcomeReader } from "./outcomes.ts";
import type { MasterKeys } from "../../shared/routing/mod.ts";
import type { RoutingReader } from "./routing_reader.ts";

/** What routes are given to work with. */
export interface ApiContext {
  readonly commands: CommandSender;
  readonly outcomes: OutcomeReader;
  readonly routing: RoutingReader;
  /** Seal the keys of providers; null where none can be stored. */
  readonly masterKeys: MasterKeys | null;
  readonly receipts: ReceiptReader;
  /** Null where no checkpoints are signed. */
  readonly checkpoints: CheckpointReader | null;
  /** Makes a fresh API key. */
  makeKey(): ApiKey;
  /** Makes a fresh id, in the order of time. */
  makeId(): string;
  /** What this process knows of itself and the shards. */
  status(): Promise<JsonObject>;
}

/** An authenticated and permitted call. */
export interface ApiCall {
  readonly principal: Principal;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** The body as sent; null on routes without one. */
  readonly body: unknown;
  readonly idempotency: IdempotencyKey;
  /** What the outcome is remembered under. */
  readonly operationId: string;
}

/** One route of the API. */
export interface ApiRoute {
  readonly method: "get" | "post" | "put" | "delete";
  /** In OpenAPI's form, such as `/v1/accounts/{accountId}/credits`. */
  readonly path: string;
  readonly permission: Permission;
  readonly summary: string;
  readonly description: string;
  readonly body: z.ZodType | null;
  readonly query: z.ZodObject | null;
  readonly result: z.ZodType;
  readonly status: 200 | 201;
  /**
   * Whether a call without an Idempotency-Key is refused: a repetition would move money twice, and
   * nothing else in the call tells it from a second payment.
   */
  readonly needsIdempotencyKey?: true;
  handle(call: ApiCall, context: ApiContext): Promise<Answer>;
}

/** The body of every accepted command: where its last event stands, and what came of it. */
export const acceptedSchema = z.object({
  /** Position of the last event as a decimal string; read models have it from there on. */
  position: z.string(),
  result: z.record(z.string(), z.unknown()),
});

type RouteText = Pick<
  ApiRoute,
  "method" | "path" | "permission" | "summary" | "description" | "needsIdempotencyKey"
>;

/** A route that sends one command; `send` says how and to which shards. */
export function commandRoute<Body extends z.ZodType>(
  route: RouteText & {
    readonly body: Body;
    readonly status?: 200 | 201;
    readonly result?: z.ZodType;
    send(body: z.output<Body>, call: ApiCall, context: ApiContext): Promise<Answer>;
  },
): ApiRoute {
  return {
    ...route,
    query: null,
    result: route.result ?? acceptedSchema,
    status: route.status ?? 200,
    handle(call, context) {
      const body = route.body.safeParse(call.body);
      if (!body.success) return Promise.resolve(invalid(body.error));
      return route.send(body.data, call, context);
    },
  };
}

/** Sends a command to the owner of its account's shard. */
export async function sendToAccount(
  command: Command & { body: { accountId: string } },
  call: ApiCall,
  context: ApiContext,
): Promise<ShardReply> {
  const { operationId, principal: { actor } } = call;
  const parameters = { operationId, actor, command };
  return await context.commands.toAccount(command.body.accountId, parameters);
}

/** The answer that goes with a shard's reply. */
export function answerOf(reply: ShardReply, status: 200 | 201 = 200): Answer {
  switch (reply.status) {
    case "accepted":
      return success(status, { position: reply.position, result: reply.result });
    case "rejected":
      return rejected(reply.rejection);
    case "unavailable":
      return unavailable(reply);
    default:
      return reply satisfies never;
  }
}

/** The answer when no owner of the shard could be reached in time. */
export function unavailable(reply: Unreachable): Answer {
  return problem(
    "ledger_unavailable",
    `the ledger gave no answer in time (${reply.message}); whether the command was carried out is ` +
      "open: repeat it with the same Idempotency-Key",
    { retryAfterMs: Math.max(reply.retryAfterMs, 1_000) },
  );
}

/** The answer to a body or query that does not fit; names the field. */
export function invalid(error: z.ZodError): Answer {
  const [issue] = error.issues;
  const param = issue === undefined || issue.path.length === 0 ? null : issue.path.join(".");
  const what = issue?.message ?? "it does not fit";
  return problem(
    "invalid_request",
    param === null ? `the request is not valid: ${what}` : `${param} is not valid: ${what}`,
    { param },
  );
}

export { isUnreachable };
