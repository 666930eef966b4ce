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

/** A refusal, whatever the form that an API gives it. */
export interface Refusal {
  readonly status: number;
  /** The type in OpenAI's words. */
  readonly type: string;
  readonly code: string | null;
  readonly message: string;
  readonly param?: string;
  readonly headers?: Record<string, string>;
}

const REFUSALS: Readonly<Partial<Record<string, Refusal>>> = {
  "sim-400": {
    status: 400,
    type: "invalid_request_error",
    code: "invalid_value",
    message: "Simulated: invalid value.",
    param: "messages",
  },
  "sim-401": {
    status: 401,
    type: "invalid_request_error",
    code: "invalid_api_key",
    message: "Simulated: wrong key.",
  },
  "sim-404": {
    status: 404,
    type: "invalid_request_error",
    code: "model_not_found",
    message: "Simulated: no such model.",
  },
  "sim-429": {
    status: 429,
    type: "requests",
    code: "rate_limit_exceeded",
    message: "Simulated: too many requests.",
    headers: { "retry-after": "7" },
  },
  "sim-500": {
    status: 500,
    type: "server_error",
    code: null,
    message: "Simulated: internal error.",
  },
  "sim-529": {
    status: 529,
    type: "overloaded_error",
    code: null,
    message: "Simulated: overloaded.",
  },
};

/** The refusal that a model stands for, or null. */
export function refusalOf(model: string): Refusal | null {
  return REFUSALS[model] ?? null;
}

/** The page of a proxy in between, in the place of an answer. */
export function welcomePage(): Response {
  return new Response("<html><body>Simulated: a proxy's welcome page</body></html>", {
    headers: { "content-type": "text/html" },
  });
}

/** An error answer in OpenAI's shape. */
export function refusal(
  { status, type, code, message, param, headers }: Refusal,
): Response {
  return Response.json({ error: { message, type, param: param ?? null, code } }, {
    status,
    headers: headers ?? {},
  });
}
