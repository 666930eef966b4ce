/** How a provider refuses, and how its streams break, in the words of each API. @module */
import type { ClientName } from "./official_clients.ts";
import { type Protocol, streamedAnswer } from "./provider_words.ts";
import type { Given } from "./speaking_upstream.ts";

/** The body of a refusal by status. */
export function refusalBody(name: ClientName, status: number): string {
  const message = "Not now.";
  const isLimit = status === 429;
  switch (name) {
    case "openai":
    case "responses":
      return JSON.stringify({
        error: {
          message,
          type: isLimit ? "requests" : "server_error",
          param: null,
          code: isLimit ? "rate_limit_exceeded" : null,
        },
      });
    case "anthropic": {
      const type = isLimit ? "rate_limit_error" : "api_error";
      return JSON.stringify({ type: "error", error: { type, message } });
    }
    case "google": {
      const state = isLimit ? "RESOURCE_EXHAUSTED" : "INTERNAL";
      return JSON.stringify({ error: { code: status, message, status: state } });
    }
    default:
      return name satisfies never;
  }
}

const PROTOCOLS = {
  openai: "chat",
  responses: "responses",
  anthropic: "messages",
  google: "gemini",
} as const satisfies Record<ClientName, Protocol>;

const ERRORS: Record<ClientName, string> = {
  openai: 'data: {"error":{"message":"Not now.","type":"server_error","param":null,"code":null}}',
  responses: "event: error\n" +
    'data: {"type":"error","sequence_number":9,"code":"server_error","message":"Not now.","param":null}',
  anthropic: "event: error\n" +
    'data: {"type":"error","error":{"type":"overloaded_error","message":"Not now."}}',
  google: 'data: {"error":{"code":503,"message":"Not now.","status":"UNAVAILABLE"}}',
};

/** What a broken stream says: half of what it was going to. */
export const BEGUN = "Mingalaba! ";

/** A stream that says {@link BEGUN} and then fails: by an error, by silence, or by its end. */
export function brokenStream(name: ClientName, how: "error" | "stall" | "end"): Given {
  const events = streamedAnswer(PROTOCOLS[name], `${BEGUN}and so on..`).split("\n\n");
  const said = events.findIndex((event) => event.includes(BEGUN)) + 1;
  const begun = [...events.slice(0, said), ...(how === "error" ? [ERRORS[name]] : []), ""];
  const bytes = new TextEncoder().encode(begun.join("\n\n"));
  return {
    headers: { "content-type": "text/event-stream" },
    body: () =>
      new ReadableStream({
        start(controller) {
          controller.enqueue(bytes);
          if (how !== "stall") controller.close();
        },
      }),
  };
}
