/** Asks the other rooms on behalf of a caller, and understands their answers. @module */
import { z } from "zod";
import { ERROR_CLASSES, type ErrorCode, failure, FailureError } from "../../shared/errors.ts";
import { type JsonObject, type JsonValue, toJsonValue } from "../../shared/json.ts";
import type { Principal } from "../../shared/permissions.ts";
import { itemSchema, pageSchema } from "../../shared/read_api/mod.ts";
import {
  type CallContext,
  callRoom,
  errorBodySchema,
  type RoomCall,
  RoomError,
} from "../rooms/mod.ts";

/** What a read asks for; null and absent members are left out. */
export type Asked = Readonly<Record<string, string | null | undefined>>;

/** A write; the caller's idempotency key goes with it. */
export type Write = Pick<RoomCall, "path" | "query" | "body"> & {
  readonly method: "POST" | "PUT" | "DELETE";
};

/**
 * The rooms on behalf of one caller. They throw FailureError with what a room refused, and RoomError
 * when it does not answer or in a strange shape.
 */
export interface RoomAsker {
  /** A list of the projections, as they page it. */
  list(row: z.ZodType, path: string, query: Asked): Promise<JsonObject>;
  /** One row of the projections with its position. */
  item(row: z.ZodType, path: string, query?: Asked): Promise<JsonObject>;
  /** What the ledger has in force. */
  ledger<T extends z.ZodType>(answer: T, path: string): Promise<z.output<T>>;
  /** The providers that an edge calls now, configured or of its own settings; null: it does not say. */
  edgeProviders(): Promise<readonly EdgeUpstream[] | null>;
  /** Sends a command to the ledger: `{position, result}`. */
  write(write: Write, result?: z.ZodType): Promise<JsonObject>;
}

const edgeHealthSchema = z.object({
  upstreams: z.array(z.object({ name: z.string(), simulated: z.boolean() })),
});

/** A provider as an edge names it. */
export type EdgeUpstream = z.output<typeof edgeHealthSchema>["upstreams"][number];

const EDGE_TIMEOUT_MS = 1_000;
const acceptedSchema = z.record(z.string(), z.unknown());

/** Builds the asker for one call. */
export function createRoomAsker(
  context: CallContext,
  { principal, operationId }: { readonly principal: Principal; readonly operationId: string },
): RoomAsker {
  async function ask<T extends z.ZodType>(
    schema: T,
    call: Omit<RoomCall, "principal">,
  ): Promise<z.output<T>> {
    const answer = await callRoom(context, { ...call, principal });
    if (answer.status < 200 || answer.status > 299) throw refused(call.room, answer);
    const parsed = schema.safeParse(answer.body);
    if (parsed.success) return parsed.data;
    const message = `the ${call.room} answered ${call.path} in a strange shape`;
    throw new RoomError(call.room, answer.status, message, { cause: parsed.error });
  }
  const read = async (schema: z.ZodType, path: string, query: Asked): Promise<JsonObject> => {
    const call = { room: "projections", method: "GET", path, query } as const;
    return toJsonValue(await ask(schema, call)) as JsonObject;
  };
  return {
    list: (row, path, query) => read(pageSchema(row), path, query),
    item: (row, path, query = {}) => read(itemSchema(row), path, query),
    ledger: (answer, path) => ask(answer, { room: "ledger", method: "GET", path }),
    async edgeProviders() {
      const timeoutMs = Math.min(EDGE_TIMEOUT_MS, context.timeoutMs);
      const call = { room: "proxy", method: "GET", path: "/health", principal: null } as const;
      try {
        // An edge that cannot serve says so with 503, and still names its providers.
        const answer = await callRoom({ ...context, timeoutMs }, call);
        return edgeHealthSchema.parse(answer.body).upstreams;
      } catch (error) {
        if (error instanceof RoomError || error instanceof z.ZodError) return null;
        throw error;
      }
    },
    async write(write, result = acceptedSchema) {
      const schema = z.object({ position: z.string(), result });
      const answer: JsonValue = toJsonValue(
        await ask(schema, { ...write, room: "ledger", operationId }),
      );
      return answer as JsonObject;
    },
  };
}

function refused(
  room: RoomCall["room"],
  answer: { readonly status: number; readonly body: unknown },
): Error {
  const body = errorBodySchema.safeParse(answer.body);
  // Our own token was refused: that is no fault of the caller's.
  if (!body.success || answer.status === 401) {
    return new RoomError(room, answer.status, `the ${room} answered ${answer.status}`);
  }
  const { code, message, param } = body.data.error;
  const known: ErrorCode = isErrorCode(code) ? code : "internal_error";
  return new FailureError(failure(known, message, {
    ...(param === null || param === undefined ? {} : { param }),
    ...(answer.status === 503 ? { retryAfterMs: 1_000 } : {}),
  }));
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_CLASSES, code);
}
