/** What a route answers, and how failures look on the wire. @module */
import type { Rejection } from "../../shared/commands/mod.ts";
import type { ErrorCode } from "../../shared/errors.ts";
import { statusOf } from "../../shared/http/mod.ts";
import type { JsonObject } from "../../shared/json.ts";
import { errorCodeOf } from "./rejection_errors.ts";

/** A finished answer; the rim turns it into a response. */
export interface Answer {
  readonly status: number;
  readonly body: JsonObject;
  /** When trying again makes sense, in milliseconds from now; null when pointless or unknown. */
  readonly retryAfterMs: number | null;
}

/** What a failure may say beside its code and message. */
export interface ProblemMore {
  /** The parameter at fault; null when no single one is. */
  readonly param?: string | null;
  /** Figures that help the caller; amounts as decimal strings. */
  readonly details?: JsonObject;
  readonly retryAfterMs?: number;
}

/** A successful answer. */
export function success(status: 200 | 201, body: JsonObject): Answer {
  return { status, body, retryAfterMs: null };
}

/** A failed answer: `{error: {code, message, param, details}}` with the status of its code. */
export function problem(code: ErrorCode, message: string, more: ProblemMore = {}): Answer {
  return {
    status: statusOf(code),
    body: { error: { code, message, param: more.param ?? null, details: more.details ?? {} } },
    retryAfterMs: more.retryAfterMs ?? null,
  };
}

/** The answer to a rejected command; `details.rejection` keeps the ledger's own, finer code. */
export function rejected(rejection: Rejection): Answer {
  return problem(errorCodeOf(rejection.code), rejection.message, {
    details: { rejection: rejection.code, ...rejection.details },
  });
}
