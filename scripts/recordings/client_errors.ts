/** What a client is told when a call fails, in the form of whichever API was called. @module */
import type { ClientOutcome } from "./client.ts";

/** The error's code in the form of whichever API was called. */
export function refusalOf(
  { error, status }: ClientOutcome,
): { readonly code: string; readonly param: string | null } {
  const body = objectOf(objectOf(error)?.error) ?? objectOf(error);
  const code = [body?.code, body?.status, body?.type, body?.__type]
    .find((each) => typeof each === "string" && each !== "");
  const param = typeof body?.param === "string" ? body.param : null;
  return { code: typeof code === "string" ? code : `status_${status}`, param };
}

/** What it says to people, at most 300 characters; null when it says nothing. */
export function messageOf(error: unknown): string | null {
  const body = objectOf(objectOf(error)?.error) ?? objectOf(error);
  const message = body?.message ?? objectOf(error)?.error;
  return typeof message === "string" ? message.slice(0, 300) : null;
}

function objectOf(value: unknown): Record<string, unknown> | null {
  return typeof value === "object" && value !== null ? value as Record<string, unknown> : null;
}
