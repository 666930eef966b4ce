/** What auditors read: the log, its past, and what people did. @module */
import {
  type AdminAction,
  adminActionSchema,
  type BalanceAsOf,
  balanceAsOfSchema,
  type EventDetail,
  eventDetailSchema,
  type EventRow,
  eventRowSchema,
  type Explanation,
  explanationSchema,
  type JournalRow,
  journalRowSchema,
} from "../../shared/read_api/mod.ts";
import type { Page, Query, Reader, TurnablePage } from "./reader.ts";

/** A moment of the past: a time (ISO 8601 or epoch milliseconds), a position, or neither: now. */
export interface Moment {
  readonly at?: string | null;
  readonly position?: string | null;
}

/** Reads for audits, on behalf of one person. */
export interface AuditReads {
  /** Filters: account, type, request, actor, from, to; `cursor` turns the page. */
  events(query: Query): Promise<TurnablePage<EventRow>>;
  event(shard: string, position: string): Promise<EventDetail | null>;
  /** Filters: account, type, actor, from, to; `cursor` turns the page. */
  adminActions(query: Query): Promise<TurnablePage<AdminAction>>;
  /** Null when the account did not exist then. */
  balanceAsOf(accountId: string, moment: Moment): Promise<BalanceAsOf | null>;
  journal(accountId: string, moment: Moment, cursor: string | null): Promise<Page<JournalRow>>;
  explanation(requestId: string): Promise<Explanation | null>;
}

/** Builds the reads. Each throws RoomError when the projections can't answer. */
export function createAuditReads({ list, one, turn }: Reader): AuditReads {
  const of = (accountId: string) => `/v1/accounts/${encodeURIComponent(accountId)}`;
  return {
    events: (query) => turn(eventRowSchema, "/v1/events", query),
    event: (shard, position) =>
      one(
        eventDetailSchema,
        `/v1/events/${encodeURIComponent(shard)}/${encodeURIComponent(position)}`,
      ),
    adminActions: (query) => turn(adminActionSchema, "/v1/admin-actions", query),
    balanceAsOf: (accountId, moment) =>
      one(balanceAsOfSchema, `${of(accountId)}/balance`, { ...moment }),
    journal: (accountId, moment, cursor) =>
      list(journalRowSchema, `${of(accountId)}/journal`, { ...moment, cursor }),
    explanation: (requestId) =>
      one(explanationSchema, `/v1/requests/${encodeURIComponent(requestId)}/explanation`),
  };
}
