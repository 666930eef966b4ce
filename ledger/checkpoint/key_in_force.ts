/** Making the process's key the one that the log has in force. @module */
import { Buffer } from "node:buffer";
import type { CommandEnvelope, CommandReply } from "../../shared/commands/mod.ts";
import type { Clock } from "../../shared/effects.ts";
import { endorsementText, keyHashOf, type SigningKey, signingKeyOf } from "../integrity/mod.ts";
import type { KeyInForce } from "./signing.ts";

/** The keys of a process. */
export interface CheckpointKeys {
  /** Signs. */
  readonly current: SigningKey;
  /** May be in force still, and then endorses the current one. */
  readonly former: readonly SigningKey[];
}

/**
 * The keys of a setting: seeds of 32 bytes in base64, the current one first, separated by white space
 * or commas. Throws Error, without repeating any of it, when one is no seed or there is none.
 */
export function readCheckpointKeys(text: string): CheckpointKeys {
  const seeds = text.split(/[\s,]+/).filter((part) => part !== "");
  const keys = seeds.map((seed, index) => {
    if (/^[A-Za-z0-9+/]{43}=$/.test(seed)) return signingKeyOf(Buffer.from(seed, "base64"));
    throw new Error(`the checkpoint keys: number ${index + 1} is not 32 bytes in base64`);
  });
  const [current, ...former] = keys;
  if (current === undefined) throw new Error("the checkpoint keys: there is none");
  return { current, former };
}

/** What it takes. */
export interface KeySetting {
  readonly origin: string;
  readonly keys: CheckpointKeys;
  readonly effects: { readonly clock: Clock };
  keyInForce(): Promise<KeyInForce | null>;
  submit(envelope: CommandEnvelope): Promise<CommandReply>;
}

/**
 * Resolves to the key in force, which is the process's current one: set first, or endorsed by the one
 * that was in force. Rejects with what to do when the process has neither.
 */
export async function bringIntoForce(setting: KeySetting): Promise<KeyInForce> {
  const { keys, keyInForce } = setting;
  const before = await keyInForce();
  if (before?.publicKey === keys.current.publicKey) return before;
  const reply = await setting.submit(commandOf(setting, before));
  if (reply.status === "unavailable") throw new Error(`the key is not set: ${reply.message}`);
  if (reply.status === "rejected") {
    throw new Error(`the key is refused: ${reply.rejection.message}`);
  }
  const after = await keyInForce();
  if (after?.publicKey === keys.current.publicKey) return after;
  throw new Error("the key that was set is not in force");
}

function commandOf(
  { origin, keys, effects }: KeySetting,
  before: KeyInForce | null,
): CommandEnvelope {
  const { publicKey } = keys.current;
  return {
    // Another id each time that a key changes: a key may come back after another one.
    operationId: `signing-key:${before?.position ?? 0n}:${keyHashOf(origin, publicKey)}`,
    actor: "system:checkpoint",
    occurredAtMs: effects.clock.nowMs(),
    type: "SetSigningKey",
    body: {
      keyName: origin,
      publicKey,
      endorsement: before === null ? null : endorsementOf(keys, origin, before),
    },
  };
}

function endorsementOf(keys: CheckpointKeys, origin: string, before: KeyInForce): string {
  const former = keys.former.find(({ publicKey }) => publicKey === before.publicKey);
  if (former === undefined) {
    throw new Error(
      `the seed of the key in force, whose public key is ${before.publicKey}, is not among the ` +
        "checkpoint keys: add that seed after the new one, so that it can endorse it " +
        "(docs/checkpoint-keys.md)",
    );
  }
  const signature = former.sign(endorsementText(origin, keys.current.publicKey));
  return Buffer.from(signature).toString("base64");
}
