/** Checkpoints in a durable stream of the bus. @module */
import { type Bus, CHECKPOINT_STREAM, subjects } from "../../../shared/bus/mod.ts";
import type { CheckpointPlace } from "./place.ts";

const TIMEOUT_MS = 5_000;

/** The stream `CHECKPOINTS`: `{shard, note, position}` on the subject of each shard. */
export function createStreamPlace(bus: Bus): CheckpointPlace {
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
    readNewest: () => Promise.resolve(null),
  };
}
