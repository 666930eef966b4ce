/** One HTTP call to another room. @module */
import { HttpError } from "fresh";
import { z } from "zod";
import type { Effects } from "../../shared/effects.ts";
import { signServiceToken } from "../../shared/identity/mod.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { Principal } from "../../shared/permissions.ts";

/** A room that this one calls. */
export type RoomName = "ledger" | "projections" | "proxy";

/** What every call needs. */
export interface CallContext {
  readonly fetch: typeof fetch;
  readonly effects: Effects;
  readonly urls: Readonly<Record<RoomName, string>>;
  readonly serviceSecret: string;
  readonly timeoutMs: number;
}

/** One call. */
export interface RoomCall {
  readonly room: RoomName;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** The path with its parts encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | null | undefined>>;
  readonly body?: JsonObject;
  /** Names the operation, so that repeating the call does nothing twice. */
  readonly operationId?: string;
  /** On whose behalf; null for what needs nobody. */
  readonly principal: Principal | null;
}

/** An answer that was understood. */
export interface RoomAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Another room could not be reached, was too slow, or refused: a 503 to whoever asked us. */
export class RoomError extends HttpError {
  constructor(
    readonly room: RoomName,
    /** The HTTP status of its answer; null when none came. */
    readonly roomStatus: number | null,
    message: string,
    options?: ErrorOptions,
  ) {
    super(503, message, options);
    this.name = "RoomError";
  }
}

const TOKEN_TTL_MS = 60_000;
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

/** What the rooms answer when they refuse. */
export const errorBodySchema = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    param: z.string().nullable().optional(),
  }),
});

/** Opens a call and returns the raw response; the caller reads or cancels its body. */
export async function openCall(
  context: CallContext,
  call: RoomCall,
  signal: AbortSignal,
): Promise<Response> {
  const url = new URL(context.urls[call.room] + call.path);
  for (const [name, value] of Object.entries(call.query ?? {})) {
    if (value !== null && value !== undefined && value !== "") url.searchParams.set(name, value);
  }
  const headers = new Headers({ accept: "application/json" });
  if (call.principal !== null) {
    const token = await signServiceToken(call.principal, {
      secret: context.serviceSecret,
      clock: context.effects.clock,
      ttlMs: TOKEN_TTL_MS,
    });
    headers.set("authorization", `Bearer ${token}`);
  }
  if (call.operationId !== undefined) headers.set("idempotency-key", call.operationId);
  if (call.body !== undefined) headers.set("content-type", "application/json");
  signal.throwIfAborted();
  return await context.fetch(url, {
    method: call.method,
    headers,
    body: call.body === undefined ? null : JSON.stringify(call.body),
    signal,
    redirect: "manual",
  });
}

/**
 * Makes a call and reads its JSON answer of at most 8 MiB. Throws {@link RoomError} when the room
 * can't be reached within the deadline, or answers with something other than JSON.
 */
export async function callRoom(context: CallContext, call: RoomCall): Promise<RoomAnswer> {
  const controller = new AbortController();
  const timer = context.effects.timers.after(context.timeoutMs, () => controller.abort());
  try {
    const response = await openCall(context, call, controller.signal);
    return { status: response.status, body: await readJson(response, call.room) };
  } catch (error) {
    if (error instanceof RoomError) throw error;
    const why = controller.signal.aborted
      ? `did not answer within ${context.timeoutMs} ms`
      : "can't be reached";
    throw new RoomError(call.room, null, `the ${call.room} ${why}`, { cause: error });
  } finally {
    timer.cancel();
  }
}

async function readJson(response: Response, room: RoomName): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.byteLength;
    if (length > MAX_ANSWER_BYTES) {
      throw new RoomError(room, response.status, `the ${room} answered with too much`);
    }
    chunks.push(chunk);
  }
  try {
    return JSON.parse(await new Blob(chunks as BlobPart[]).text());
  } catch (error) {
    throw new RoomError(
      room,
      response.status,
      `the ${room} answered ${response.status} with something other than JSON`,
      { cause: error },
    );
  }
}

/** The error of an answer outside 2xx, in the room's own words. */
export function refusal(room: RoomName, answer: RoomAnswer): RoomError {
  const body = errorBodySchema.safeParse(answer.body);
  const message = body.success ? body.data.error.message : `the ${room} answered ${answer.status}`;
  return new RoomError(room, answer.status, message);
}
