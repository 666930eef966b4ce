/** How the read API refuses. @module */
import type { z } from "zod";
import { type ErrorCode } from "../../shared/errors.ts";
import { statusOf } from "../../shared/http/mod.ts";

/** An answer `{error: {code, message, param}}` with the status of its code. */
export function refusal(
  code: ErrorCode,
  message: string,
  more: { readonly param?: string | null; readonly retryAfterS?: number } = {},
): Response {
  const headers = new Headers({ "cache-control": "no-store" });
  const status = statusOf(code);
  if (status === 401) headers.set("www-authenticate", "Bearer");
  if (more.retryAfterS !== undefined) headers.set("retry-after", String(more.retryAfterS));
  return Response.json({ error: { code, message, param: more.param ?? null } }, {
    status,
    headers,
  });
}

/** The refusal of one parameter, for reasons that only its handler can see. */
export function invalidParameter(param: string, reason: string): Response {
  return refusal("invalid_request", `${param} is not valid: ${reason}`, { param });
}

/** The refusal of a query or a path that does not fit; names the parameter. */
export function invalid(error: z.ZodError): Response {
  const [issue] = error.issues;
  if (issue === undefined) return refusal("invalid_request", "the request is not valid");
  if (issue.code === "unrecognized_keys") {
    const param = issue.keys[0] ?? null;
    return refusal("invalid_request", `${param} is not a parameter of this path`, { param });
  }
  const param = issue.path.length === 0 ? null : issue.path.join(".");
  return refusal("invalid_request", `${param ?? "request"} is not valid: ${issue.message}`, {
    param,
  });
}
