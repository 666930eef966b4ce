/** The proofs that go with a request's receipt. @module */
import type { EventType, RecordedEvent } from "../../shared/events/mod.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { CheckpointReader } from "./reader.ts";

/** Where a request begins and how it ends; what lies between changes no money. */
const PROVEN: ReadonlySet<EventType> = new Set<EventType>([
  "HoldPlaced",
  "HoldSettled",
  "HoldReleased",
  "HoldExpired",
  "LateUsageSettled",
]);

/** A request's proofs: `proofs` is null while some event is not covered by a checkpoint yet. */
export interface RequestProofs {
  readonly proofs: readonly JsonObject[] | null;
  readonly proofPending: boolean;
}

/** Proves the hold and each settlement, release or expiry among a request's events; four at most. */
export async function proveRequest(
  reader: CheckpointReader,
  events: readonly RecordedEvent[],
): Promise<RequestProofs> {
  const answers = await Promise.all(
    events.filter(({ type }) => PROVEN.has(type)).slice(0, 4)
      .map(({ shard, position }) => reader.inclusion(shard, position)),
  );
  const proofs = answers.flatMap((answer) => answer.status === "proven" ? [answer.receipt] : []);
  const proofPending = proofs.length < answers.length;
  return { proofs: proofPending ? null : proofs, proofPending };
}
