/** What lists and sums of calls can be confined to. @module */
import { type RawBuilder, sql } from "kysely";
import { z } from "zod";
import { accountIdSchema, identifierSchema } from "../../shared/ids/mod.ts";
import { requestRowSchema } from "../../shared/read_api/mod.ts";

const timeSchema = z.string().regex(/^\d{1,14}$/, "expected a time in epoch milliseconds")
  .transform((text) => parseInt(text, 10));

/** The query parameters. */
export const requestFilters = {
  account: accountIdSchema.optional(),
  key: identifierSchema.optional(),
  model: identifierSchema.optional(),
  state: requestRowSchema.shape.state.optional(),
  provider: identifierSchema.optional(),
  outcome: identifierSchema.optional(),
  from: timeSchema.optional(),
  to: timeSchema.optional(),
};

/** Parsed parameters. */
export type RequestFilters = z.output<z.ZodObject<typeof requestFilters>>;

/** The conditions on `projections.requests t`; `accountId` null: of every account. */
export function requestConditions(
  accountId: string | null,
  { key, model, state, provider, outcome, from, to }: Omit<RequestFilters, "account">,
): readonly RawBuilder<unknown>[] {
  return [
    accountId === null ? null : sql`t.account_id = ${accountId}`,
    key === undefined ? null : sql`t.key_id = ${key}`,
    model === undefined ? null : sql`t.model = ${model}`,
    state === undefined ? null : sql`t.state = ${state}`,
    provider === undefined ? null : sql`t.provider = ${provider}`,
    outcome === undefined ? null : sql`t.call ->> 'outcome' = ${outcome}`,
    from === undefined ? null : sql`t.placed_at_ms >= ${from}::bigint`,
    to === undefined ? null : sql`t.placed_at_ms < ${to}::bigint`,
  ].filter((condition) => condition !== null);
}
