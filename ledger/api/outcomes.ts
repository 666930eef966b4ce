/** Looking up what an operation led to, straight from the store. @module */
import { commandReplySchema, type Rejection } from "../../shared/commands/mod.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { EventStore } from "../store/mod.ts";

/** What became of an earlier key issue. */
export type IssuedKey =
  | {
    readonly status: "accepted";
    readonly position: string;
    /** The payload of its KeyIssued event. */
    readonly payload: JsonObject;
  }
  | { readonly status: "rejected"; readonly rejection: Rejection };

/** Reads remembered outcomes. */
export interface OutcomeReader {
  /** What IssueKey under this operation id led to; null when nothing is remembered. */
  issuedKey(shard: number, operationId: string): Promise<IssuedKey | null>;
}

/** Reads them from the event store, which any process of the ledger may do. */
export function createOutcomeReader(
  store: Pick<EventStore, "findOutcomes" | "readShard">,
): OutcomeReader {
  return {
    async issuedKey(shard, operationId) {
      const [stored] = await store.findOutcomes(shard, [operationId]);
      if (stored === undefined || stored.operation !== "IssueKey") return null;
      const reply = commandReplySchema.parse(stored.outcome);
      switch (reply.status) {
        case "rejected":
          return reply;
        case "accepted": {
          const [event] = await store.readShard(shard, BigInt(reply.position) - 1n, 1);
          if (event?.type !== "KeyIssued") {
            throw new Error(`position ${reply.position} of shard ${shard} holds no KeyIssued`);
          }
          return { status: "accepted", position: reply.position, payload: event.payload };
        }
        case "unavailable":
          throw new Error(`the outcome of ${operationId} is stored as unavailable`);
        default:
          return reply satisfies never;
      }
    },
  };
}
