/** The lines of an export: canonical JSON, members in the order of their names. @module */
import { canonicalJson } from "../../../ledger/integrity/mod.ts";
import type { Frame, Posting, StoredEvent } from "../../../ledger/store/mod.ts";

/** A line of `events-…`. */
export function eventLine(event: StoredEvent, postings: readonly Posting[]): string {
  const { requestId } = event;
  return `{"actor":${JSON.stringify(event.actor)},"eventId":"${event.eventId}",` +
    `"hash":"${event.hash.toHex()}","occurredAt":${event.occurredAtMs},` +
    `"payload":${canonicalJson(event.payload)},"position":${event.position},` +
    `"postings":[${postings.map(postingText).join(",")}],"recordedAt":${event.recordedAtMs},` +
    `"requestId":${requestId === null ? "null" : JSON.stringify(requestId)},` +
    `"schemaVersion":${event.schemaVersion},"shard":${event.shard},` +
    `"stream":${JSON.stringify(event.stream)},"type":${JSON.stringify(event.type)},` +
    `"version":${event.version}}`;
}

function postingText({ account, currency, amount, balanceAfter }: Posting): string {
  return `{"account":${JSON.stringify(account)},"amount":"${amount}",` +
    `"balanceAfter":"${balanceAfter}","currency":${JSON.stringify(currency)}}`;
}

/** A line of `frames-…`. */
export function frameLine(frame: Frame, index: number): string {
  return `{"count":${frame.count},"epoch":${frame.epoch},"firstPosition":${frame.firstPosition},` +
    `"hash":"${frame.hash.toHex()}","index":${index},"merkleRoot":"${frame.merkleRoot.toHex()}",` +
    `"previousHash":"${frame.previousHash.toHex()}","recordedAt":${frame.recordedAtMs}}`;
}

/** A line of `checkpoints-…`. */
export function checkpointLine(note: string, position: bigint): string {
  return `{"note":${JSON.stringify(note)},"position":${position}}`;
}
