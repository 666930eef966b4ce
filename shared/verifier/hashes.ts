/** The hashes of events and frames, from the lines of an export. @module */
import type { VerifierCrypto } from "./crypto.ts";
import { FieldWriter } from "./encoding.ts";
import type { FrameLine, ReceiptEvent } from "./lines_of_export.ts";
import type { Hash } from "./tree.ts";

/** Computes leaves and frame hashes; keeps one buffer. */
export interface LogHasher {
  /** The leaf of an event whose payload has this canonical JSON. */
  leaf(event: ReceiptEvent, payloadJson: string): Hash;
  /** The hash of a frame of a shard. */
  frame(shard: number, frame: Omit<FrameLine, "hash">): Hash;
}

/** Builds a {@link LogHasher}. */
export function createLogHasher(crypto: Pick<VerifierCrypto, "sha256Hex">): LogHasher {
  const fields = new FieldWriter();
  return {
    leaf(event, payloadJson) {
      fields.begin(0x00);
      fields.text("sargalay.event.v1");
      fields.text(`${event.shard}`);
      fields.text(`${event.position}`);
      fields.text(event.stream);
      fields.text(`${event.version}`);
      fields.text(event.type);
      fields.text(`${event.schemaVersion}`);
      fields.text(event.eventId);
      if (event.requestId === null) fields.missing();
      else fields.text(event.requestId);
      fields.text(event.actor);
      fields.text(`${event.occurredAt}`);
      fields.text(`${event.recordedAt}`);
      fields.text(payloadJson);
      fields.text(`${event.postings.length}`);
      for (const posting of event.postings) {
        fields.text(posting.account);
        fields.text(posting.currency);
        fields.text(posting.amount);
      }
      return crypto.sha256Hex(fields.bytes());
    },
    frame(shard, frame) {
      fields.begin(0x02);
      fields.text("sargalay.frame.v1");
      fields.text(`${shard}`);
      fields.text(`${frame.firstPosition}`);
      fields.text(`${frame.count}`);
      fields.hex(frame.previousHash);
      fields.hex(frame.merkleRoot);
      fields.text(`${frame.epoch}`);
      fields.text(`${frame.recordedAt}`);
      return crypto.sha256Hex(fields.bytes());
    },
  };
}
