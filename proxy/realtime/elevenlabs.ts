/** ElevenLabs' conversations: billed by time, with no report of usage at all. @module */
import { QUIET, type RealtimeProtocol, SILENT } from "./protocol.ts";

/** See the module. */
export const elevenlabsConversation: RealtimeProtocol = {
  name: "elevenlabs.conversation",
  slicing: { by: "time", seconds: 60 },
  namedByFirstMessage: false,
  // Agents are the account's own at the provider; what is for sale is the conversation.
  modelOf: () => "elevenlabs/conversation",
  upstreamQuery: (query) => {
    const sent = new URLSearchParams();
    for (const name of ["agent_id", "conversation_signature", "branch_id"]) {
      const value = query.get(name);
      if (value !== null) sent.set(name, value);
    }
    return sent;
  },
  toUpstream: (message) => message,
  fromClient: () => QUIET,
  fromProvider: () => SILENT,
  error: ({ message, code }) => ({ type: "error", message, code }),
};
