/** Which envelopes a shard takes from the bus. @module */
import {
  type CommandEnvelope,
  type CommandReply,
  edgeOperationId,
  isEdgeCommand,
  parseEnvelope,
} from "../../shared/commands/mod.ts";
import { shardOf } from "../../shared/ids/mod.ts";
import type { Log } from "../../shared/log.ts";
import { isSignedCommand } from "./signature.ts";

/** An envelope to decide, or the rejection that answers it. */
export type Acceptance =
  | { readonly ok: true; readonly envelope: CommandEnvelope }
  | { readonly ok: false; readonly reply: CommandReply & { status: "rejected" } };

/** Which shard of how many. */
export interface ShardPlace {
  readonly shard: number;
  readonly shards: number;
}

/** What envelopes are checked with. */
export interface AcceptOptions {
  readonly place: ShardPlace;
  /** Signs the commands of people; only the ledger's processes and web have it, no proxy does. */
  readonly serviceSecret: string;
  readonly log: Log;
}

/**
 * Checks what comes before any decision: the shape of the envelope, that its sender may send such a
 * command at all, that the operation id is the one of an edge's command, and that the account lives
 * in this shard. The command's body is the writer's to check. A refusal is not stored.
 */
export function acceptEnvelope(message: unknown, options: AcceptOptions): Acceptance {
  const parsed = parseEnvelope(message);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return refuse(`the envelope's ${issue?.path.join(".") || "shape"}: ${issue?.message}`);
  }
  const envelope = parsed.data;
  const { place: { shard, shards }, log } = options;
  const wrong = isEdgeCommand(envelope.type) ? wrongOfEdge(envelope) : wrongOfOthers(
    envelope,
    options.serviceSecret,
  );
  if (wrong !== null) {
    const { operationId, actor, type } = envelope;
    log.warn("command_refused", { shard, operationId, actor, type, reason: wrong });
    return refuse(wrong);
  }
  const { accountId } = envelope.body;
  if (typeof accountId === "string") {
    const home = shardOf(accountId, shards);
    if (home !== shard) {
      return refuse(`account ${accountId} lives in shard ${home}, not ${shard}`);
    }
  }
  return { ok: true, envelope };
}

/** Why an edge's command is refused, or null. */
function wrongOfEdge({ type, actor, operationId, body }: CommandEnvelope): string | null {
  if (type === "ExpireHold") return "ExpireHold is the ledger's own command";
  if (!actor.startsWith("edge:")) return `${actor} may not send ${type}: only an edge may`;
  // One id for one command of a request: else a request that the ledger has forgotten could be held
  // and charged again under another id.
  const expected = operationIdOf(type, body);
  return operationId === expected
    ? null
    : `the operation id of this ${type} must be ${expected}, not ${operationId}`;
}

/** Why a command of a person or a service is refused, or null. */
function wrongOfOthers(envelope: CommandEnvelope, serviceSecret: string): string | null {
  const { type, actor, operationId } = envelope;
  if (type === "SetSigningKey") return "SetSigningKey is the ledger's own command";
  if (/^(edge|key):/.test(actor)) return `${actor} may not send ${type}`;
  if (operationId.startsWith("expire:")) return `${operationId} is an id of the ledger's own`;
  return isSignedCommand(envelope, serviceSecret)
    ? null
    : `${type} of ${actor} lacks the signature of the ledger's API`;
}

function operationIdOf(type: CommandEnvelope["type"], body: CommandEnvelope["body"]): string {
  // What is missing or no text matches no id; the writer would refuse the body anyway.
  const requestId = typeof body.requestId === "string" ? body.requestId : "";
  const sequence = typeof body.sequence === "number" ? body.sequence : NaN;
  switch (type) {
    case "PlaceHold":
      return edgeOperationId("hold", requestId);
    case "ExtendHold":
      return edgeOperationId("extend", requestId, sequence);
    case "ReportUsage":
      return edgeOperationId("usage", requestId, sequence);
    case "SettleHold":
      return edgeOperationId("settle", requestId);
    case "ReleaseHold":
      return edgeOperationId("release", requestId);
    default:
      throw new RangeError(`${type} is no command of an edge`);
  }
}

function refuse(message: string): Acceptance {
  const rejection = { code: "invalid_command", message, details: {} } as const;
  return { ok: false, reply: { status: "rejected", rejection } };
}
