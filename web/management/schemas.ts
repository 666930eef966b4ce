/** Shapes that many answers have. @module */
import { z } from "zod";

/** A page: `position` is the log's position that it reflects, null for what the ledger has in force. */
export const listSchema = <Row extends z.ZodType>(row: Row) =>
  z.object({
    position: z.string().nullable(),
    items: z.array(row),
    nextCursor: z.string().nullable(),
  });

/** What every refusal looks like. */
export const problemSchema = z.object({
  error: z.object({
    message: z.string(),
    type: z.string(),
    param: z.string().nullable(),
    code: z.string(),
  }),
});
