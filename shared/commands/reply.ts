/** How the ledger answers a command. @module */
import { z } from "zod";
import type { JsonObject } from "../json.ts";
import { REJECTION_CODES } from "./rejections.ts";

/** A rejection: final and remembered under its operation id. */
export const rejectionSchema = z.object({
  code: z.enum(REJECTION_CODES),
  /** What failed, with the value that was wrong. */
  message: z.string(),
  /** Figures that help the caller, such as `availableMicroKyat`; amounts as decimal strings. */
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});

/** See {@link rejectionSchema}. */
export type Rejection = z.output<typeof rejectionSchema>;

/**
 * The answer to a command. `accepted` and `rejected` are final: the same operation id always gets the
 * same one. `unavailable` is not an outcome: nothing was decided, and trying again helps.
 */
export const commandReplySchema = z.discriminatedUnion("status", [
  z.object({
    status: z.literal("accepted"),
    /** Position of the last event, as a decimal string; read models have it from there on. */
    position: z.string(),
    result: z.record(z.string(), z.json()),
  }),
  z.object({ status: z.literal("rejected"), rejection: rejectionSchema }),
  z.object({
    status: z.literal("unavailable"),
    message: z.string(),
    retryAfterMs: z.number().int().min(0),
  }),
]);

/** See {@link commandReplySchema}. */
export type CommandReply =
  | { readonly status: "accepted"; readonly position: string; readonly result: JsonObject }
  | { readonly status: "rejected"; readonly rejection: Rejection }
  | { readonly status: "unavailable"; readonly message: string; readonly retryAfterMs: number };
