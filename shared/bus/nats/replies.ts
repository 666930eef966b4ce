/** What answers over NATS mean: results, failures of the responder, failures of the way. @module */
import { errors, headers, type Msg } from "@nats-io/nats-core";
import { BusError, type PublishAck } from "../bus.ts";
import { describeError } from "../handling.ts";

const errorHeader = "Sargalay-Error";

/** Answers a request with what its handler threw. */
export function respondFailure(message: Msg, error: unknown): void {
  const failed = headers();
  const tooLarge = error instanceof BusError && error.code === "too_large";
  failed.set(errorHeader, tooLarge ? "too_large" : "failed");
  message.respond(describeError(error).slice(0, 2_000), { headers: failed });
}

/** Throws the BusError of an answer that says that the responder failed. */
export function throwFailure(reply: Msg, subject: string): void {
  const failure = reply.headers?.get(errorHeader);
  if (!failure) return;
  const text = `${subject} failed: ${reply.string()}`;
  throw new BusError(failure === "too_large" ? "too_large" : "failed", text);
}

/** What a stream answered to a publish; throws BusError `failed` when it did not take it. */
export function readPublishAck(reply: Msg, subject: string): PublishAck {
  const { seq, duplicate, error } = reply.json<
    { seq?: number; duplicate?: boolean; error?: { description?: string } }
  >();
  if (error !== undefined || seq === undefined) {
    const reason = error?.description ?? "no stream confirmed it";
    throw new BusError("failed", `publish on ${subject} failed: ${reason}`);
  }
  return { sequence: seq, duplicate: duplicate === true };
}

/** The BusError of what the client threw while `what` was done. */
export function toBusError(error: unknown, what: string): BusError {
  if (error instanceof BusError) return error;
  const cause = error instanceof errors.RequestError ? error.cause : error;
  const message = `${what} failed: ${describeError(cause)}`;
  if (cause instanceof errors.TimeoutError) return new BusError("timeout", message, { cause });
  if (cause instanceof errors.NoRespondersError) {
    return new BusError("no_responders", message, { cause });
  }
  if (
    cause instanceof errors.ClosedConnectionError || cause instanceof errors.DrainingConnectionError
  ) return new BusError("closed", message, { cause });
  return new BusError("failed", message, { cause });
}
