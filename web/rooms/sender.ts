/** Sends a command to the ledger and tells what became of it. @module */
import { z } from "zod";
import type { JsonObject } from "../../shared/json.ts";
import type { Principal } from "../../shared/permissions.ts";
import { type CallContext, callRoom, errorBodySchema, refusal, RoomError } from "./call.ts";

/** What became of a command: accepted at a log position, or refused for a reason to show. */
export type CommandOutcome<Result = unknown> =
  | { readonly ok: true; readonly position: string; readonly result: Result }
  | { readonly ok: false; readonly message: string; readonly param: string | null };

/** One command; `operationId` makes it idempotent. */
export interface SentCommand {
  readonly method: "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly operationId: string;
  readonly body?: JsonObject;
  readonly query?: Record<string, string>;
}

/** Sends a command whose result has a shape. Throws RoomError when the ledger can't answer. */
export type Sender = <T extends z.ZodType>(
  result: T,
  command: SentCommand,
) => Promise<CommandOutcome<z.output<T>>>;

/** Builds a sender on behalf of one person. */
export function createSender(context: CallContext, principal: Principal): Sender {
  return async <T extends z.ZodType>(result: T, command: SentCommand) => {
    const answer = await callRoom(context, { ...command, room: "ledger", principal });
    if (answer.status >= 200 && answer.status < 300) {
      const parsed = z.object({ position: z.string(), result }).safeParse(answer.body);
      if (parsed.success) return { ok: true, ...parsed.data } as CommandOutcome<z.output<T>>;
      throw new RoomError("ledger", answer.status, "the ledger answered in a strange shape", {
        cause: parsed.error,
      });
    }
    const refused = errorBodySchema.safeParse(answer.body);
    // What the person can mend is a value; what the person can't is an error page.
    if (!refused.success || answer.status >= 500 || answer.status === 401) {
      throw refusal("ledger", answer);
    }
    const { message, param } = refused.data.error;
    return { ok: false, message, param: param ?? null };
  };
}
