/** Checkpoints in a durable stream of the bus. @module */
import {
  type Bus,
  CHECKPOINT_STREAM,
  type StreamReader,
  subjects,
} from "../../../shared/bus/mod.ts";
import { z } from "zod";
import type { CheckpointPlace } from "./place.ts";

const TIMEOUT_MS = 5_000;
const messageSchema = z.object({ note: z.string() });
const MOST_NOTES = CHECKPOINT_STREAM.maxMessagesPerSubject;

/**
 * The stream `CHECKPOINTS`: `{shard, note, position}` on the subject of each shard. A bus that can't
 * look into its streams has nothing to read back.
 */
export function createStreamPlace(bus: Bus & Partial<StreamReader>): CheckpointPlace {
  let ensured = false;
  return {
    name: `stream ${CHECKPOINT_STREAM.name}`,
    async write({ shard, note, position, frames }) {
      if (!ensured) await bus.ensureStream(CHECKPOINT_STREAM);
      ensured = true;
      try {
        await bus.publishDurable(
          subjects.checkpoint(shard),
          { shard, note, position: position.toString() },
          {
            messageId: `checkpoint:${note.slice(0, note.indexOf("\n"))}:${frames}`,
            timeoutMs: TIMEOUT_MS,
          },
        );
      } catch (error) {
        // The server may have lost the stream.
        ensured = false;
        throw error;
      }
    },
    async readNewest(shard) {
      const { name } = CHECKPOINT_STREAM;
      const options = { most: MOST_NOTES, timeoutMs: TIMEOUT_MS };
      const kept = await bus.readKept?.(name, subjects.checkpoint(shard), options) ?? [];
      return kept.map((message) => {
        const read = messageSchema.safeParse(message);
        // Whatever else is in the stream is a note that nobody signed.
        return read.success ? read.data.note : "";
      });
    },
  };
}
