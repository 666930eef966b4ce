/** The messages request as it goes upstream. @module */
import type { JsonObject, JsonValue } from "../../../shared/json.ts";
import { memberAt } from "../counts.ts";
import type { CallRequest, OutgoingRequest, SendOptions } from "../dialect.ts";
import { jsonOf } from "../parsed_body.ts";
import { WEB_SEARCH } from "./media.ts";
import { MOST_SEARCHES } from "./parse.ts";

/** The version of the API that is spoken where the client names none. */
const VERSION = "2023-06-01";

/** The least that a budget for thinking may be. */
const LEAST_BUDGET = 1_024;

type Sent = Record<string, JsonValue | undefined>;

/**
 * Builds the request, written anew. A search without a limit gets the one that the hold was placed
 * for. Where the output limit is lowered, the budget for thinking is lowered with it, since the
 * provider refuses a budget that is not below the limit.
 */
export function buildRequest(request: CallRequest, options: SendOptions): OutgoingRequest {
  const sent: Sent = { ...jsonOf(request), model: options.upstreamModel };
  if (request.streaming) sent.stream = true;
  if (Array.isArray(sent.tools)) sent.tools = sent.tools.map(withLimit);
  lower(sent, options.outputLimit);
  if (options.anthropicVersion !== undefined) {
    delete sent.model;
    sent.anthropic_version = options.anthropicVersion;
  } else {
    delete sent.anthropic_version;
  }
  return {
    action: request.streaming ? "streamRawPredict" : "rawPredict",
    headers: headersOf(request),
    body: JSON.stringify(sent),
    query: request.arrived.query.get("beta") === "true" ? { beta: "true" } : {},
  };
}

/** The headers that choose the API's version and its betas. */
export function headersOf({ arrived: { headers } }: CallRequest): Record<string, string> {
  const betas = headers.get("anthropic-beta");
  return {
    "anthropic-version": headers.get("anthropic-version") ?? VERSION,
    ...(betas === null ? {} : { "anthropic-beta": betas }),
  };
}

function withLimit(tool: JsonValue): JsonValue {
  const type = memberAt(tool, "type");
  if (typeof type !== "string" || !WEB_SEARCH.test(type)) return tool;
  return {
    ...tool as JsonObject,
    max_uses: (memberAt(tool, "max_uses") ?? MOST_SEARCHES) as number,
  };
}

function lower(sent: Sent, outputLimit: number | null): void {
  if (outputLimit === null) return;
  const asked = sent.max_tokens;
  sent.max_tokens = typeof asked === "number" ? Math.min(asked, outputLimit) : outputLimit;
  const budget = memberAt(sent.thinking, "budget_tokens");
  if (typeof budget !== "number" || budget < sent.max_tokens) return;
  sent.thinking = sent.max_tokens > LEAST_BUDGET
    ? { ...sent.thinking as JsonObject, budget_tokens: LEAST_BUDGET }
    : { type: "disabled" };
}
