/**
 * What the ledger can be asked. Edge commands arrive over the bus from proxies; admin commands come
 * through the ledger's HTTP API. Both are decided by the same writer.
 *
 * @module
 */
import { z } from "zod";
import { compileDecoder, compileParser, UNDECIDED } from "../events/mod.ts";
import { adminCommandSchemas } from "./admin.ts";
import { alertCommandSchemas } from "./alerts.ts";
import { edgeCommandSchemas } from "./edge.ts";
import { integrityCommandSchemas } from "./integrity.ts";
import { routingCommandSchemas } from "./routing.ts";
import { planCommandSchemas } from "./plans.ts";

export { type CommandReply, commandReplySchema, type Rejection, rejectionSchema } from "./reply.ts";
export { REJECTION_CODES, type RejectionCode } from "./rejections.ts";
export {
  type BalanceView,
  balanceViewSchema,
  type HoldGrant,
  holdGrantSchema,
  type LedgerQuery,
  ledgerQuerySchema,
  type LimitStanding,
  type LimitsView,
  limitsViewSchema,
  parseHoldGrant,
  parseSettlementResult,
  type ReceiptView,
  receiptViewSchema,
  type SettledNotice,
  settledNoticeSchema,
  type SettlementResult,
  settlementResultSchema,
} from "./results.ts";

/** The body schema of every command, by type. */
export const commandSchemas = {
  ...edgeCommandSchemas,
  ...adminCommandSchemas,
  ...alertCommandSchemas,
  ...integrityCommandSchemas,
  ...routingCommandSchemas,
  ...planCommandSchemas,
} as const;

/** The name of a command. */
export type CommandType = keyof typeof commandSchemas;

/** Whether a command is one that a proxy sends about a request; the others are people's. */
export function isEdgeCommand(type: CommandType): boolean {
  return type in edgeCommandSchemas;
}

/** A command body of one type, amounts as bigint. */
export type CommandBody<T extends CommandType> = z.output<(typeof commandSchemas)[T]>;

/** A command as the domain sees it. */
export type Command = { [T in CommandType]: { type: T; body: CommandBody<T> } }[CommandType];

/** A command of one type. */
export type CommandOf<T extends CommandType> = Extract<Command, { type: T }>;

/** A command with who sent it and the id under which its outcome is remembered. */
export const commandEnvelopeSchema = z.object({
  /**
   * Idempotency key, unique per shard: the same id always gets the first outcome, and the same id
   * with another body is refused. Edge commands use `hold:<request>`, `settle:<request>`, …
   */
  operationId: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,159}$/),
  actor: z.string().regex(/^(user|edge|key|system|service):[A-Za-z0-9._@-]{1,128}$/),
  /** The sender's clock, epoch milliseconds; information only. */
  occurredAtMs: z.number().int().min(0),
  type: z.enum(Object.keys(commandSchemas) as [CommandType, ...CommandType[]]),
  body: z.record(z.string(), z.unknown()),
  /**
   * HMAC-SHA256 in hex over the canonical JSON of the other fields, by the service secret: on the
   * bus, every command but an edge's must carry it.
   */
  signature: z.string().regex(/^[0-9a-f]{64}$/).optional(),
});

/** See {@link commandEnvelopeSchema}; `body` is still JSON. */
export type CommandEnvelope = z.output<typeof commandEnvelopeSchema>;

/**
 * Parses the body of an envelope. Throws ZodError naming the field that is wrong.
 */
export function decodeCommand({ type, body }: Pick<CommandEnvelope, "type" | "body">): Command {
  return { type, body: bodyParserOf(type)(body) } as Command;
}

const bodyParsers = new Map<CommandType, (body: unknown) => unknown>();

/** Compiled when a type is first met. */
function bodyParserOf(type: CommandType): (body: unknown) => unknown {
  const known = bodyParsers.get(type);
  if (known !== undefined) return known;
  const parser = compileParser<unknown>(commandSchemas[type]);
  bodyParsers.set(type, parser);
  return parser;
}

const decodeUnsigned = compileDecoder(commandEnvelopeSchema.omit({ signature: true }));

/** Parses an envelope as {@link commandEnvelopeSchema} does. */
export function parseEnvelope(message: unknown): z.ZodSafeParseResult<CommandEnvelope> {
  const isUnsigned = typeof message === "object" && message !== null && !("signature" in message);
  const decoded = isUnsigned ? decodeUnsigned(message) : UNDECIDED;
  if (decoded === UNDECIDED) return commandEnvelopeSchema.safeParse(message);
  return { success: true, data: decoded as CommandEnvelope };
}

/** The idempotency key of an edge command about one request. */
export function edgeOperationId(
  kind: "hold" | "extend" | "usage" | "settle" | "release",
  requestId: string,
  sequence?: number,
): string {
  return sequence === undefined ? `${kind}:${requestId}` : `${kind}:${requestId}:${sequence}`;
}
