/** The request to generate content as it goes upstream. @module */
import type { JsonObject, JsonValue } from "../../../shared/json.ts";
import type { CallRequest, OutgoingRequest, SendOptions } from "../dialect.ts";
import { jsonOf, objectOrEmpty } from "../parsed_body.ts";

/** Queries that choose the framing of the answer and the spelling in it. */
const QUERIES = ["alt", "$alt"];

/** Builds the request, written anew; the model stands in the path. */
export function buildRequest(request: CallRequest, options: SendOptions): OutgoingRequest {
  const { model: _inPath, ...sent } = jsonOf(request);
  return {
    action: request.streaming ? "streamGenerateContent" : "generateContent",
    headers: {},
    body: JSON.stringify(lowered(sent, options.outputLimit)),
    query: queryOf(request),
  };
}

/** Whether the client takes the stream as server-sent events; else as one JSON array. */
export function wantsEvents({ arrived: { query } }: CallRequest): boolean {
  return query.get("alt") === "sse";
}

function queryOf({ arrived: { query } }: CallRequest): Record<string, string> {
  return Object.fromEntries(QUERIES.flatMap((name) => {
    const value = query.get(name);
    return value === null ? [] : [[name, value]];
  }));
}

function lowered(sent: JsonObject, outputLimit: number | null): JsonObject {
  if (outputLimit === null) return sent;
  const name = sent.generation_config == null ? "generationConfig" : "generation_config";
  const config: Record<string, JsonValue | undefined> = { ...objectOrEmpty(sent[name]) };
  const member = config.max_output_tokens == null ? "maxOutputTokens" : "max_output_tokens";
  const asked = config[member];
  config[member] = typeof asked === "number" ? Math.min(asked, outputLimit) : outputLimit;
  return { ...sent, [name]: config as JsonObject };
}
