/** The leaf of an event in its frame's Merkle tree. @module */
import { createHash } from "node:crypto";
import type { Leg } from "../domain.ts";
import { encodeFields, type Field } from "./fields.ts";

/** An event with its postings, as the leaf covers it. */
export interface LeafEvent {
  readonly shard: number;
  readonly position: bigint;
  readonly stream: string;
  readonly version: number;
  readonly type: string;
  readonly schemaVersion: number;
  readonly eventId: string;
  readonly requestId: string | null;
  readonly actor: string;
  readonly occurredAtMs: number;
  readonly recordedAtMs: number;
  /** The payload's canonical JSON. */
  readonly payloadJson: string;
  /** In the order of their leg numbers. */
  readonly legs: readonly Leg[];
}

/**
 * The bytes under an event's leaf hash: a zero byte, then length-prefixed fields in the order of
 * docs/ledger-format.md. The postings are part of it, so that nobody can change the books and leave
 * the events as they were; balances after a posting are not, being sums of what is.
 */
export function leafBytes(event: LeafEvent): Uint8Array<ArrayBuffer> {
  const fields: Field[] = [
    "sargalay.event.v1",
    `${event.shard}`,
    `${event.position}`,
    event.stream,
    `${event.version}`,
    event.type,
    `${event.schemaVersion}`,
    event.eventId,
    event.requestId,
    event.actor,
    `${event.occurredAtMs}`,
    `${event.recordedAtMs}`,
    event.payloadJson,
    `${event.legs.length}`,
  ];
  for (const leg of event.legs) fields.push(leg.account, leg.currency, `${leg.amount}`);
  return encodeFields(0x00, fields);
}

/** SHA-256 of {@link leafBytes}: 32 bytes. */
export function leafHash(event: LeafEvent): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash("sha256").update(leafBytes(event)).digest());
}
