/** Mistakes in what is decided, and in what is made of it. @module */
import { lateSettlementOf, priceOf, settlementOf } from "../../../ledger/account/settlement.ts";
import { servedTerms } from "../../../ledger/account/served.ts";
import type { LapsedHold, OpenHold } from "../../../ledger/account/request.ts";
import type { Account } from "../../../ledger/account/state.ts";
import type { Decision, Domain, PlacedEvent } from "../../../ledger/domain.ts";
import { chargeMicroKyat } from "../../../ledger/pricing/mod.ts";
import type { ShardState } from "../../../ledger/shard/mod.ts";
import type { Command } from "../../../shared/commands/mod.ts";
import type { DomainEvent, EventOf } from "../../../shared/events/mod.ts";
import type { Usage } from "../../../shared/usage/mod.ts";
import type { Mutant } from "../mutant.ts";

const EARLY_MS = 1_000;
const PLENTY = 1_000_000_000_000n;

/** See the module. */
export const domainMutants: readonly Mutant[] = [
  {
    name: "holds expire a second before their time",
    domain: (domain) => ({
      ...domain,
      due: (state, nowMs, limit) => domain.due(state, nowMs + EARLY_MS, limit),
      decide: (state, command, { nowMs }) =>
        domain.decide(state, command, {
          nowMs: command.type === "ExpireHold" ? nowMs + EARLY_MS : nowMs,
        }),
    }),
  },
  {
    name: "holds never expire",
    domain: (domain) => ({ ...domain, due: () => [] }),
  },
  {
    name: "a settlement is booked twice",
    domain: (domain) => ({
      ...rewriting(domain, (event) => event.type === "HoldSettled" ? [event, event] : [event]),
      evolve: bookedTwice(domain),
    }),
  },
  {
    name: "each class of usage is rounded by itself",
    domain: (domain) =>
      rewriting(domain, (event, state) => {
        if (event.type !== "HoldSettled") return [event];
        const { payload } = event;
        const { hold } = openHold(state, payload);
        const charge = Object.entries(payload.usage).reduce(
          (sum, [usageClass, units]) =>
            sum + chargeMicroKyat({ [usageClass]: units } as Usage, hold.terms.pricing),
          0n,
        );
        return [resettledAt(state, event, charge)];
      }),
  },
  {
    name: "the markup of today is charged, not the one of the hold",
    domain: (domain) =>
      rewriting(domain, (event, state) => {
        if (event.type !== "HoldSettled") return [event];
        const { hold } = openHold(state, event.payload);
        const markupPartsPerMillion = state.prices.markup?.markupPartsPerMillion ?? 0;
        const pricing = { ...hold.terms.pricing, markupPartsPerMillion };
        return [resettledAt(state, event, chargeMicroKyat(event.payload.usage, pricing))];
      }),
  },
  {
    name: "a charge beyond its hold is forgiven",
    domain: (domain) =>
      rewriting(domain, (event) => {
        if (event.type !== "HoldSettled") return [event];
        const { overageMicroKyat: over, ...payload } = event.payload;
        const chargedMicroKyat = payload.chargedMicroKyat - over;
        const unbilledMicroKyat = payload.unbilledMicroKyat + over;
        return [{
          type: "HoldSettled",
          payload: { ...payload, chargedMicroKyat, overageMicroKyat: 0n, unbilledMicroKyat },
        }];
      }),
  },
  {
    name: "late usage is charged to the wallet, whatever it has",
    domain: (domain) =>
      rewriting(domain, (event) => {
        if (event.type !== "LateUsageSettled") return [event];
        const { chargedMicroKyat, unbilledMicroKyat, ...payload } = event.payload;
        const all = chargedMicroKyat + unbilledMicroKyat;
        return [{
          type: "LateUsageSettled",
          payload: { ...payload, chargedMicroKyat: all, unbilledMicroKyat: 0n },
        }];
      }),
  },
  {
    name: "what was charged at the expiry is charged again when the usage comes",
    domain: (domain) =>
      rewriting(domain, (event, state) => {
        if (event.type !== "LateUsageSettled") return [event];
        const lapsed = state.book.requests.byId.get(event.payload.requestId) as LapsedHold;
        const account = state.book.accounts.get(event.payload.accountId) as Account;
        const forgotten = { ...lapsed, chargeMicroKyat: 0n, costNanoUsd: 0n };
        const terms = servedTerms(lapsed, event.payload);
        if (terms.status === "rejected") return [event];
        const priced = priceOf(event.payload.usage, terms);
        const amounts = lateSettlementOf(forgotten, priced, availableOf(account));
        return [{ type: "LateUsageSettled", payload: { ...event.payload, ...amounts } }];
      }),
  },
  {
    name: "an expired hold is credited on top of being given back",
    domain: (domain) => ({
      ...domain,
      evolve(state, placed) {
        const next = domain.evolve(state, placed);
        const { event } = placed;
        if (event.type === "HoldExpired") {
          const account = next.book.accounts.get(event.payload.accountId);
          if (account !== undefined) account.creditedMicroKyat += event.payload.amountMicroKyat;
        }
        return next;
      },
    }),
  },
  {
    name: "a hold is placed without a look at the wallet",
    domain: (domain) => ({
      ...domain,
      decide(state, command, time) {
        const account = command.type === "PlaceHold"
          ? state.book.accounts.get(command.body.accountId)
          : undefined;
        if (account === undefined) return domain.decide(state, command, time);
        account.creditedMicroKyat += PLENTY;
        const decision = domain.decide(state, command, time);
        account.creditedMicroKyat -= PLENTY;
        return decision;
      },
    }),
  },
  {
    name: "an extension makes a hold shorter",
    domain: (domain) => ({
      ...domain,
      evolve(state, placed) {
        const next = domain.evolve(state, placed);
        const { event } = placed;
        const hold = event.type === "HoldExtended"
          ? next.book.requests.byId.get(event.payload.requestId)
          : undefined;
        if (hold?.state === "held") {
          hold.expiresAtMs -= EARLY_MS;
          next.book.requests.byExpiry.update(hold);
        }
        return next;
      },
    }),
  },
];

/** A domain whose accepted events are replaced before anybody sees them. */
export function rewriting(
  domain: Domain<ShardState>,
  rewrite: (event: DomainEvent, state: ShardState) => readonly DomainEvent[],
): Domain<ShardState> {
  return {
    ...domain,
    decide(state: ShardState, command: Command, time): Decision {
      const decision = domain.decide(state, command, time);
      if (decision.status === "rejected") return decision;
      return { ...decision, events: decision.events.flatMap((event) => rewrite(event, state)) };
    },
  };
}

function openHold(
  state: ShardState,
  { requestId, accountId }: { readonly requestId: string; readonly accountId: string },
): { hold: OpenHold; account: Account } {
  const hold = state.book.requests.byId.get(requestId) as OpenHold;
  return { hold, account: state.book.accounts.get(accountId) as Account };
}

function availableOf({ creditedMicroKyat, settledMicroKyat, spending }: Account): bigint {
  return creditedMicroKyat - settledMicroKyat - spending.heldMicroKyat;
}

/** The same settlement for another charge, in microkyat. */
export function resettledAt(
  state: ShardState,
  event: EventOf<"HoldSettled">,
  charge: bigint,
): DomainEvent {
  const { hold, account } = openHold(state, event.payload);
  const priced = { chargeMicroKyat: charge, costNanoUsd: event.payload.costNanoUsd };
  const amounts = settlementOf(hold, priced, availableOf(account));
  return { type: "HoldSettled", payload: { ...event.payload, ...amounts } };
}

/** Takes a second settlement of a request for another charge. */
function bookedTwice(domain: Domain<ShardState>) {
  return (state: ShardState, placed: PlacedEvent): ShardState => {
    const { event, position } = placed;
    const again = event.type === "HoldSettled" &&
      state.book.requests.byId.get(event.payload.requestId)?.state !== "held";
    if (!again) return domain.evolve(state, placed);
    const account = state.book.accounts.get(event.payload.accountId);
    if (account !== undefined) account.settledMicroKyat += event.payload.chargedMicroKyat;
    state.position = position;
    return state;
  };
}
