/** How the management API answers and refuses. @module */
import { type ErrorCode, type Failure, failure, FailureError } from "../../shared/errors.ts";
import { statusOf } from "../../shared/http/mod.ts";
import type { JsonValue } from "../../shared/json.ts";
import type { z } from "zod";

const TYPES: Readonly<Record<number, string>> = {
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  409: "conflict_error",
  429: "rate_limit_error",
};

/** An answer; nothing keeps it. */
export function answered(
  body: JsonValue,
  status: number,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return Response.json(body, { status, headers: { "cache-control": "no-store", ...headers } });
}

/** The answer to a failure: `{error: {message, type, param, code}}` with the status of its code. */
export function problemAnswer({ code, message, param, retryAfterMs }: Failure): Response {
  const status = statusOf(code);
  const type = TYPES[status] ?? (status < 500 ? "invalid_request_error" : "api_error");
  return answered({ error: { message, type, param, code } }, status, {
    ...(status === 401 ? { "www-authenticate": "Bearer" } : {}),
    ...(retryAfterMs === null ? {} : { "retry-after": `${Math.ceil(retryAfterMs / 1000)}` }),
  });
}

/** What is thrown to refuse a call. */
export function refuse(code: ErrorCode, message: string, param?: string): FailureError {
  return new FailureError(failure(code, message, param === undefined ? {} : { param }));
}

/** The refusal of a body or query that does not fit; names the field. */
export function unfit(error: z.ZodError): FailureError {
  const [issue] = error.issues;
  if (issue === undefined) return refuse("invalid_request", "the request is not valid");
  if (issue.code === "unrecognized_keys" && issue.path.length === 0) {
    const name = issue.keys[0] ?? "";
    return refuse("invalid_request", `${name} is not a parameter here`, name);
  }
  if (issue.path.length === 0) {
    return refuse("invalid_request", `the request is not valid: ${issue.message}`);
  }
  const param = issue.path.join(".");
  return refuse("invalid_request", `${param} is not valid: ${issue.message}`, param);
}
