/** Realtime sessions over WebSocket, metered by their own reports and held in slices. @module */
import { elevenlabsConversation } from "./elevenlabs.ts";
import { googleLive } from "./google.ts";
import { openaiRealtime } from "./openai.ts";
import type { RealtimeProtocol } from "./protocol.ts";

export { type RealtimeSockets } from "./connect.ts";
export { openRealtime } from "./open.ts";
export { REALTIME_APIS, type RealtimeApi, type RealtimeProtocol } from "./protocol.ts";

const LIVE = "google.ai.generativelanguage";
const GENERATE = "GenerativeService.BidiGenerateContent";

const PATHS: ReadonlyMap<string, RealtimeProtocol> = new Map([
  ["/v1/realtime", openaiRealtime],
  ["/v1/openai/realtime", openaiRealtime],
  [`/ws/${LIVE}.v1beta.${GENERATE}`, googleLive],
  [`/ws/${LIVE}.v1alpha.${GENERATE}`, googleLive],
  [`/v1/gemini/ws/${LIVE}.v1beta.${GENERATE}`, googleLive],
  ["/v1/convai/conversation", elevenlabsConversation],
  ["/v1/elevenlabs/v1/convai/conversation", elevenlabsConversation],
]);

/** The realtime API of a path, or null. */
export function findRealtime(path: string): RealtimeProtocol | null {
  return PATHS.get(path) ?? null;
}
