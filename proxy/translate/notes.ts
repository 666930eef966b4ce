/** What a writer notes while it writes a request. @module */
import type { JsonObject } from "../../shared/json.ts";
import type { Part } from "./conversation.ts";

/** Places in the client's request. */
export interface Notes {
  /** What cannot be said; any of them refuses the request. */
  readonly refused: string[];
  /** What means nothing to the provider: proofs of another one, the name of a file. */
  readonly leftOut: string[];
}

/** Notes a part that cannot be said; nothing is written for it. */
export function refuse(part: Part, notes: Notes): JsonObject[] {
  notes.refused.push(part.at ?? "messages");
  return [];
}

/** Notes that the signature or the name of a part, or a sealed thought, is left out. */
export function leaveOut(part: Part, notes: Notes): JsonObject[] {
  notes.leftOut.push(part.at ?? "messages");
  return [];
}
