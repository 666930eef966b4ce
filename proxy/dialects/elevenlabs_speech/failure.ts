/** How errors look in ElevenLabs' APIs. @module */
import type { JsonObject } from "../../../shared/json.ts";
import type { ProxyFailure } from "../../errors.ts";
import type { ErrorForm } from "../dialect.ts";

const NOTHING = new Uint8Array(0);

/** `{"detail":{"status":…,"message":…}}`. Sound has no place for an error: it ends there. */
export const elevenlabsErrors: ErrorForm = { body, event: () => NOTHING };

function body({ code, message }: ProxyFailure): JsonObject {
  return { detail: { status: code, message } };
}
