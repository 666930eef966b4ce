/** Asks the projections, and understands their answers. @module */
import type { z } from "zod";
import type { Principal } from "../../shared/permissions.ts";
import { itemSchema, pageSchema, turnablePageSchema } from "../../shared/read_api/mod.ts";
import { type CallContext, callRoom, refusal, RoomError } from "./call.ts";

/** A page of rows; `nextCursor` null means that it is the last. */
export interface Page<Row> {
  readonly position: string;
  readonly items: readonly Row[];
  readonly nextCursor: string | null;
}

/** A page that can be left in both directions. */
export interface TurnablePage<Row> extends Page<Row> {
  readonly previousCursor: string | null;
}

/** What a read asks for; null and absent members are left out. */
export type Query = Readonly<Record<string, string | null | undefined>>;

/** Reads on behalf of one person. Each throws RoomError when the projections can't answer. */
export interface Reader {
  /** The whole answer; null when there is no such thing, or it is not for this person. */
  get<T extends z.ZodType>(schema: T, path: string, query?: Query): Promise<z.output<T> | null>;
  /** At most 50 rows unless `limit` says otherwise. */
  list<T extends z.ZodType>(row: T, path: string, query?: Query): Promise<Page<z.output<T>>>;
  /** At most 50 rows of a list that can be turned both ways. */
  turn<T extends z.ZodType>(
    row: T,
    path: string,
    query?: Query,
  ): Promise<TurnablePage<z.output<T>>>;
  /** One row; null when there is none, or it is not for this person. */
  one<Row>(row: z.ZodType<Row>, path: string, query?: Query): Promise<Row | null>;
}

const LIST_LIMIT = "50";

/** Builds the reader. */
export function createReader(context: CallContext, principal: Principal): Reader {
  async function get<T extends z.ZodType>(
    schema: T,
    path: string,
    query: Query = {},
  ): Promise<z.output<T> | null> {
    const answer = await callRoom(context, {
      room: "projections",
      method: "GET",
      path,
      query,
      principal,
    });
    if (answer.status === 404) return null;
    if (answer.status !== 200) throw refusal("projections", answer);
    const parsed = schema.safeParse(answer.body);
    if (parsed.success) return parsed.data;
    throw new RoomError("projections", 200, `the projections answered ${path} in a strange shape`, {
      cause: parsed.error,
    });
  }
  const nothing = { position: "0", items: [], nextCursor: null, previousCursor: null };
  return {
    get,
    list: async (row, path, query) =>
      await get(pageSchema(row), path, { limit: LIST_LIMIT, ...query }) ?? nothing,
    turn: async (row, path, query) =>
      await get(turnablePageSchema(row), path, { limit: LIST_LIMIT, ...query }) ?? nothing,
    async one<Row>(row: z.ZodType<Row>, path: string, query?: Query): Promise<Row | null> {
      const schema: z.ZodType<{ item: Row }> = itemSchema(row);
      return (await get(schema, path, query))?.item ?? null;
    },
  };
}
