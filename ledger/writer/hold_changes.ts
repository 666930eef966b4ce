/** What events do to the table of open holds. @module */
import type { DomainEvent } from "../../shared/events/mod.ts";
import type { Batch, OpenHold } from "../store/mod.ts";

/** The net change of a batch to the table of open holds. */
export interface HoldChanges {
  /** Takes one event in, in the order of the log. */
  add(event: DomainEvent, position: bigint): void;
  /** The lists that an append takes. */
  lists(): Pick<Batch, "holdsOpened" | "holdsExtended" | "holdsClosed">;
}

/** Starts without changes. A hold that begins and ends in one batch never reaches the table. */
export function createHoldChanges(): HoldChanges {
  const opened = new Map<string, OpenHold>();
  const extended = new Map<string, number>();
  const closed = new Set<string>();

  const extend = (requestId: string, expiresAtMs: number) => {
    const hold = opened.get(requestId);
    if (hold === undefined) extended.set(requestId, expiresAtMs);
    else opened.set(requestId, { ...hold, expiresAtMs });
  };
  const close = (requestId: string) => {
    extended.delete(requestId);
    if (!opened.delete(requestId)) closed.add(requestId);
  };

  return {
    add(event, position) {
      const { type, payload } = event;
      if (type === "HoldPlaced") {
        const { requestId, accountId, amountMicroKyat, expiresAtMs } = payload;
        opened.set(requestId, { requestId, accountId, amountMicroKyat, expiresAtMs, position });
      } else if (type === "HoldExtended") {
        extend(payload.requestId, payload.expiresAtMs);
      } else if (type === "HoldSettled" || type === "HoldReleased" || type === "HoldExpired") {
        close(payload.requestId);
      }
    },
    lists: () => ({
      holdsOpened: [...opened.values()],
      holdsExtended: Array.from(
        extended,
        ([requestId, expiresAtMs]) => ({ requestId, expiresAtMs }),
      ),
      holdsClosed: [...closed],
    }),
  };
}
