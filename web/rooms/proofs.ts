/** Proofs from the ledger: its signing keys, and receipts. @module */
import { z } from "zod";
import type { JsonObject } from "../../shared/json.ts";
import type { Principal } from "../../shared/permissions.ts";
import { type CallContext, callRoom, refusal, RoomError } from "./call.ts";

const keysSchema = z.object({
  origin: z.string(),
  keys: z.array(z.object({
    keyName: z.string(),
    publicKey: z.string(),
    position: z.string(),
    recordedAtMs: z.number(),
  })),
});

/** A key that signs the checkpoints of a shard's log. */
export type SigningKey = z.output<typeof keysSchema>["keys"][number];

/** Proofs on behalf of one person. Each throws RoomError when the ledger can't answer. */
export interface Proofs {
  /** The keys of every shard's log, oldest first; none when the ledger signs no checkpoints. */
  signingKeys(): Promise<readonly SigningKey[]>;
  /** A request's receipt with its proofs; null when there is none, or it is not for this person. */
  receipt(accountId: string, requestId: string): Promise<JsonObject | null>;
  /** The proof of any event, for auditors; null when there is no such event. */
  event(shard: string, position: string): Promise<JsonObject | null>;
}

const MOST_SHARDS = 64;
const objectSchema = z.record(z.string(), z.json());

/** Builds the proofs. */
export function createProofs(context: CallContext, principal: Principal): Proofs {
  async function get<T extends z.ZodType>(schema: T, path: string): Promise<z.output<T> | null> {
    const answer = await callRoom(context, { room: "ledger", method: "GET", path, principal });
    if (answer.status === 404) return null;
    if (answer.status !== 200) throw refusal("ledger", answer);
    const parsed = schema.safeParse(answer.body);
    if (parsed.success) return parsed.data;
    throw new RoomError("ledger", 200, `the ledger answered ${path} in a strange shape`, {
      cause: parsed.error,
    });
  }
  return {
    async signingKeys() {
      const all: SigningKey[] = [];
      for (let shard = 0; shard < MOST_SHARDS; shard++) {
        const found = await get(keysSchema, `/checkpoints/${shard}/keys`);
        if (found === null) break;
        all.push(...found.keys);
      }
      return all;
    },
    event: (shard, position) =>
      get(
        objectSchema,
        `/v1/shards/${encodeURIComponent(shard)}/events/${encodeURIComponent(position)}/proof`,
      ),
    receipt: (accountId, requestId) =>
      get(
        objectSchema,
        `/v1/accounts/${encodeURIComponent(accountId)}/receipts/${encodeURIComponent(requestId)}`,
      ),
  };
}
