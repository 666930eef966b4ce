/** Which key signs the checkpoints of a shard: decided and remembered like everything else. @module */
import { Buffer } from "node:buffer";
import type { CommandBody, CommandOf } from "../../shared/commands/mod.ts";
import type { EventOf } from "../../shared/events/mod.ts";
import { accepted, rejected } from "../decision.ts";
import type { Decision } from "../domain.ts";
import { endorsementText, isSignedBy, keyHashOf } from "../integrity/mod.ts";

/** The key in force. */
export interface KeyInForce {
  /** The log's origin. */
  readonly keyName: string;
  /** 32 bytes, base64 with padding. */
  readonly publicKey: string;
  /** Of the event that put it in force; it signs checkpoints from there on. */
  readonly position: bigint;
}

/** The state that signing needs; null before the first key. */
export interface SigningState {
  inForce: KeyInForce | null;
}

/** The state before the first event. */
export function emptySigning(): SigningState {
  return { inForce: null };
}

/** Puts a key in force: the first as it is, a later one with its predecessor's endorsement. */
export function decideSigning(
  { inForce }: SigningState,
  { body }: CommandOf<"SetSigningKey">,
): Decision {
  const wrong = inForce === null ? wrongOfFirst(body) : wrongOfNext(inForce, body);
  if (wrong !== null) {
    return rejected("invalid_command", `SetSigningKey: ${wrong}`, { keyName: body.keyName });
  }
  const keyHash = keyHashOf(body.keyName, body.publicKey);
  const payload = { ...body, keyHash };
  return accepted([{ type: "SigningKeySet", payload }], { keyName: body.keyName, keyHash });
}

/** Applies the event in place. Throws RangeError when it contradicts the state: a damaged log. */
export function evolveSigning(
  state: SigningState,
  { payload }: EventOf<"SigningKeySet">,
  position: bigint,
): void {
  const wrong = wrongOfKeySet(state, payload);
  if (wrong !== null) throw new RangeError(`SigningKeySet: ${wrong}`);
  const { keyName, publicKey } = payload;
  state.inForce = { keyName, publicKey, position };
}

/** Why a key can't have come into force after the one that is; null when it can. */
export function wrongOfKeySet(
  { inForce }: Readonly<SigningState>,
  payload: EventOf<"SigningKeySet">["payload"],
): string | null {
  const wrong = inForce === null ? wrongOfFirst(payload) : wrongOfNext(inForce, payload);
  if (wrong !== null) return wrong;
  const { keyName, publicKey, keyHash } = payload;
  return keyHash === keyHashOf(keyName, publicKey) ? null : `${keyHash} is not the hash of the key`;
}

type Body = CommandBody<"SetSigningKey">;

function wrongOfFirst({ publicKey, endorsement }: Body): string | null {
  if (Buffer.from(publicKey, "base64").toString("base64") !== publicKey) {
    return "the public key is not base64 in its one form";
  }
  return endorsement === null ? null : "the first key has nobody to endorse it";
}

function wrongOfNext(
  inForce: KeyInForce,
  { keyName, publicKey, endorsement }: Body,
): string | null {
  if (keyName !== inForce.keyName) return `the log is ${inForce.keyName}, not ${keyName}`;
  if (publicKey === inForce.publicKey) return "this key is in force already";
  if (endorsement === null) return "the key in force has not endorsed it";
  const signature = new Uint8Array(Buffer.from(endorsement, "base64"));
  return isSignedBy(inForce.publicKey, endorsementText(keyName, publicKey), signature)
    ? null
    : "its endorsement is not by the key in force";
}
