/** The models that misbehave. @module */

/** What each of these models does. */
export const FAULT_MODELS = {
  "sim-slow-first-byte": "waits before it answers, longer than any client should",
  "sim-paced": "sends one token every 20 ms",
  "sim-stall": "stops after three tokens and never goes on",
  "sim-cut": "breaks the connection after three tokens",
  "sim-no-usage": "reports no usage, asked or not",
  "sim-usage-every-chunk": "reports usage so far in every chunk, cumulative",
  "sim-wrong-content-type": "answers with text/html",
  "sim-garbage": "sends what is not JSON",
  "sim-400": "refuses the request as wrong",
  "sim-401": "refuses the gateway's credentials",
  "sim-404": "does not know the model",
  "sim-429": "limits the rate, with retry-after",
  "sim-500": "fails",
  "sim-529": "is overloaded",
  "sim-stream-error": "sends an error after three tokens",
  "sim-large-body": "answers with 10 MB of text",
} as const;

/** The name of a model that misbehaves. */
export type FaultModel = keyof typeof FAULT_MODELS;

/** The models that behave and have a special purpose. */
export const SPECIAL_MODELS = ["sim-echo", "sim-bench"] as const;

/** Whether a model misbehaves. */
export function isFaultModel(model: string): model is FaultModel {
  return Object.hasOwn(FAULT_MODELS, model);
}

/** The refusal that a model stands for, or null. */
export function refusalOf(model: string): Response | null {
  switch (model) {
    case "sim-400":
      return refusal(400, "invalid_request_error", "invalid_value", "Simulated: invalid value.", {
        param: "messages",
      });
    case "sim-401":
      return refusal(401, "invalid_request_error", "invalid_api_key", "Simulated: wrong key.");
    case "sim-404":
      return refusal(404, "invalid_request_error", "model_not_found", "Simulated: no such model.");
    case "sim-429":
      return refusal(429, "requests", "rate_limit_exceeded", "Simulated: too many requests.", {
        headers: { "retry-after": "7" },
      });
    case "sim-500":
      return refusal(500, "server_error", null, "Simulated: internal error.");
    case "sim-529":
      return refusal(529, "overloaded_error", null, "Simulated: overloaded.");
    case "sim-wrong-content-type":
      return new Response("<html><body>Simulated: a proxy's welcome page</body></html>", {
        headers: { "content-type": "text/html" },
      });
    default:
      return null;
  }
}

/** An error answer in OpenAI's shape. */
export function refusal(
  status: number,
  type: string,
  code: string | null,
  message: string,
  more: { param?: string; headers?: Record<string, string> } = {},
): Response {
  return Response.json({ error: { message, type, param: more.param ?? null, code } }, {
    status,
    headers: more.headers ?? {},
  });
}
