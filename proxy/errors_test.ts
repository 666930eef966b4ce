import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { describe, expect, it } from "vitest";
import { ERROR_CLASSES, type ErrorCode, failure } from "../shared/errors.ts";
import { dialectOf } from "./dialects/mod.ts";
import { errorResponse } from "./errors.ts";

/** What the clients of OpenAI, Anthropic and Google make of a code: an exception, and its type. */
type Row = readonly [
  ErrorCode,
  openai: readonly [status: number, exception: string, type: string],
  anthropic: readonly [status: number, exception: string, type: string],
  google: string,
];

const invalid = "invalid_request_error";
const server = "server_error";
const upstream = "upstream_error";

// deno-fmt-ignore: a row per code, visible on one screen
const ROWS: readonly Row[] = [
  ["invalid_request", [400, "BadRequestError", invalid], [400, "BadRequestError", invalid], "INVALID_ARGUMENT"],
  ["invalid_json", [400, "BadRequestError", invalid], [400, "BadRequestError", invalid], "INVALID_ARGUMENT"],
  ["unsupported_parameter", [400, "BadRequestError", invalid], [400, "BadRequestError", invalid], "INVALID_ARGUMENT"],
  ["invalid_api_key", [401, "AuthenticationError", invalid], [401, "AuthenticationError", "authentication_error"], "UNAUTHENTICATED"],
  ["api_key_revoked", [401, "AuthenticationError", invalid], [401, "AuthenticationError", "authentication_error"], "UNAUTHENTICATED"],
  ["api_key_expired", [401, "AuthenticationError", invalid], [401, "AuthenticationError", "authentication_error"], "UNAUTHENTICATED"],
  ["invalid_token", [401, "AuthenticationError", invalid], [401, "AuthenticationError", "authentication_error"], "UNAUTHENTICATED"],
  ["address_not_allowed", [403, "PermissionDeniedError", "permission_error"], [403, "PermissionDeniedError", "permission_error"], "PERMISSION_DENIED"],
  ["permission_denied", [403, "PermissionDeniedError", "permission_error"], [403, "PermissionDeniedError", "permission_error"], "PERMISSION_DENIED"],
  ["model_not_allowed", [403, "PermissionDeniedError", "permission_error"], [403, "PermissionDeniedError", "permission_error"], "PERMISSION_DENIED"],
  ["not_found", [404, "NotFoundError", invalid], [404, "NotFoundError", "not_found_error"], "NOT_FOUND"],
  ["model_not_found", [404, "NotFoundError", invalid], [404, "NotFoundError", "not_found_error"], "NOT_FOUND"],
  ["method_not_allowed", [405, "APIError", invalid], [405, "APIError", invalid], "UNIMPLEMENTED"],
  ["conflict", [409, "ConflictError", invalid], [409, "ConflictError", "conflict_error"], "ABORTED"],
  ["operation_conflict", [409, "ConflictError", invalid], [409, "ConflictError", "conflict_error"], "ABORTED"],
  ["idempotency_conflict", [409, "ConflictError", invalid], [409, "ConflictError", "conflict_error"], "ABORTED"],
  ["idempotency_in_progress", [409, "ConflictError", invalid], [409, "ConflictError", "conflict_error"], "ABORTED"],
  ["idempotency_replay", [409, "ConflictError", invalid], [409, "ConflictError", "conflict_error"], "ABORTED"],
  ["insufficient_quota", [402, "APIError", "insufficient_quota"], [402, "PaymentRequiredError", "billing_error"], "FAILED_PRECONDITION"],
  ["budget_exceeded", [402, "APIError", "insufficient_quota"], [402, "PaymentRequiredError", "billing_error"], "FAILED_PRECONDITION"],
  ["context_length_exceeded", [400, "BadRequestError", invalid], [400, "BadRequestError", invalid], "INVALID_ARGUMENT"],
  ["content_filtered", [400, "BadRequestError", invalid], [400, "BadRequestError", invalid], "INVALID_ARGUMENT"],
  ["request_too_large", [413, "APIError", invalid], [413, "ContentTooLargeError", "request_too_large"], "INVALID_ARGUMENT"],
  ["headers_too_large", [431, "APIError", invalid], [431, "RequestHeaderFieldsTooLargeError", invalid], "INVALID_ARGUMENT"],
  ["request_body_timeout", [408, "APIError", invalid], [408, "RequestTimeoutError", "timeout_error"], "DEADLINE_EXCEEDED"],
  ["too_many_requests", [429, "RateLimitError", "rate_limit_error"], [429, "RateLimitError", "rate_limit_error"], "RESOURCE_EXHAUSTED"],
  ["rate_limited", [429, "RateLimitError", "rate_limit_error"], [429, "RateLimitError", "rate_limit_error"], "RESOURCE_EXHAUSTED"],
  ["upstream_rate_limited", [429, "RateLimitError", "rate_limit_error"], [429, "RateLimitError", "rate_limit_error"], "RESOURCE_EXHAUSTED"],
  ["client_gone", [499, "APIError", invalid], [499, "ClientClosedRequestError", invalid], "CANCELLED"],
  ["pricing_unavailable", [503, "InternalServerError", server], [503, "ServiceUnavailableError", "overloaded_error"], "UNAVAILABLE"],
  ["ledger_unavailable", [503, "InternalServerError", server], [503, "ServiceUnavailableError", "overloaded_error"], "UNAVAILABLE"],
  ["read_model_behind", [503, "InternalServerError", server], [503, "ServiceUnavailableError", "overloaded_error"], "UNAVAILABLE"],
  ["shutting_down", [503, "InternalServerError", server], [503, "ServiceUnavailableError", "overloaded_error"], "UNAVAILABLE"],
  ["no_provider_available", [503, "InternalServerError", server], [503, "ServiceUnavailableError", "overloaded_error"], "UNAVAILABLE"],
  ["upstream_quota_exceeded", [503, "InternalServerError", upstream], [503, "ServiceUnavailableError", "overloaded_error"], "UNAVAILABLE"],
  ["upstream_overloaded", [503, "InternalServerError", upstream], [529, "OverloadedError", "overloaded_error"], "UNAVAILABLE"],
  ["read_timeout", [504, "InternalServerError", server], [504, "GatewayTimeoutError", "timeout_error"], "DEADLINE_EXCEEDED"],
  ["upstream_first_byte_timeout", [504, "InternalServerError", upstream], [504, "GatewayTimeoutError", "timeout_error"], "DEADLINE_EXCEEDED"],
  ["upstream_idle_timeout", [504, "InternalServerError", upstream], [504, "GatewayTimeoutError", "timeout_error"], "DEADLINE_EXCEEDED"],
  ["upstream_total_timeout", [504, "InternalServerError", upstream], [504, "GatewayTimeoutError", "timeout_error"], "DEADLINE_EXCEEDED"],
  ["internal_error", [500, "InternalServerError", server], [500, "InternalServerError", "api_error"], "INTERNAL"],
  ["attempt_superseded", [500, "InternalServerError", server], [500, "InternalServerError", "api_error"], "INTERNAL"],
  ["upstream_bad_request", [400, "BadRequestError", invalid], [400, "BadRequestError", invalid], "INVALID_ARGUMENT"],
  ["upstream_authentication", [502, "InternalServerError", upstream], [502, "InternalServerError", "api_error"], "UNAVAILABLE"],
  ["upstream_not_found", [502, "InternalServerError", upstream], [502, "InternalServerError", "api_error"], "UNAVAILABLE"],
  ["upstream_error", [502, "InternalServerError", upstream], [502, "InternalServerError", "api_error"], "UNAVAILABLE"],
  ["upstream_unreachable", [502, "InternalServerError", upstream], [502, "InternalServerError", "api_error"], "UNAVAILABLE"],
  ["upstream_invalid_response", [502, "InternalServerError", upstream], [502, "InternalServerError", "api_error"], "UNAVAILABLE"],
  ["upstream_stream_cut", [502, "InternalServerError", upstream], [502, "InternalServerError", "api_error"], "UNAVAILABLE"],
  ["upstream_response_too_large", [502, "InternalServerError", upstream], [502, "InternalServerError", "api_error"], "UNAVAILABLE"],
];

const FORMS = {
  openai: dialectOf("openai.chat.completions").errors,
  anthropic: dialectOf("anthropic.messages").errors,
  google: dialectOf("google.generateContent").errors,
};

const answerTo = (code: ErrorCode, form: keyof typeof FORMS) =>
  errorResponse(failure(code, "Why."), { "x-request-id": "req-1" }, FORMS[form]);

describe("every failure", () => {
  it("has a row", () => {
    expect(ROWS.map(([code]) => code).sort()).toEqual(Object.keys(ERROR_CLASSES).sort());
  });

  it.each(ROWS)("%s is what OpenAI's client knows it as", async (code, expected) => {
    const answer = answerTo(code, "openai");
    const body = await answer.json();
    const thrown = OpenAI.APIError.generate(answer.status, body, undefined, answer.headers);
    expect([thrown.status, thrown.constructor.name, thrown.type]).toEqual(expected);
    expect(thrown).toMatchObject({ code, requestID: "req-1" });
  });

  it.each(ROWS)("%s is what Anthropic's client knows it as", async (code, _openai, expected) => {
    const answer = answerTo(code, "anthropic");
    const body = await answer.json();
    const thrown = Anthropic.APIError.generate(answer.status, body, undefined, answer.headers);
    expect([thrown.status, thrown.constructor.name, thrown.type]).toEqual(expected);
    expect(body).toMatchObject({ type: "error", error: { message: "Why." }, request_id: "req-1" });
  });

  it.each(ROWS)("%s is what Google calls it", async (code, _openai, _anthropic, status) => {
    const answer = answerTo(code, "google");
    expect(await answer.json()).toMatchObject({
      error: { code: answer.status, status, details: [{ reason: code.toUpperCase() }] },
    });
  });

  it.each(ROWS)("%s says the same inside of a stream", (code, [, , type], [, , other], status) => {
    const said = (form: keyof typeof FORMS) => {
      const text = new TextDecoder().decode(FORMS[form].event(failure(code, "Why.")));
      return JSON.parse(text.split("data: ")[1]!);
    };
    expect(said("openai")).toMatchObject({ error: { type, code } });
    expect(said("anthropic")).toMatchObject({ type: "error", error: { type: other } });
    expect(said("google")).toMatchObject({ error: { status } });
  });
});
