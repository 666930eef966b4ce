/** The proof that a command on the bus comes from the ledger's own API. @module */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { CommandEnvelope } from "../../shared/commands/mod.ts";
import { canonicalJson } from "../integrity/mod.ts";

/** What a signature covers: the whole envelope but the signature itself. */
export type SignedPart = Omit<CommandEnvelope, "signature">;

/**
 * HMAC-SHA256, in hex, by the service secret over the canonical JSON of an envelope. Throws
 * TypeError when the body has no canonical JSON.
 */
export function signCommand(
  { operationId, actor, occurredAtMs, type, body }: SignedPart,
  serviceSecret: string,
): string {
  return createHmac("sha256", serviceSecret)
    .update(canonicalJson({ operationId, actor, occurredAtMs, type, body }))
    .digest("hex");
}

/** Whether an envelope carries its right signature; compared in constant time. Never throws. */
export function isSignedCommand(envelope: CommandEnvelope, serviceSecret: string): boolean {
  if (envelope.signature === undefined) return false;
  let expected: string;
  try {
    expected = signCommand(envelope, serviceSecret);
  } catch (error) {
    // Nobody can have signed what has no canonical JSON.
    if (error instanceof TypeError) return false;
    throw error;
  }
  return timingSafeEqual(
    new TextEncoder().encode(envelope.signature),
    new TextEncoder().encode(expected),
  );
}
