/** Mistakes in how calls are counted against the limits of a plan. @module */
import { newCounters } from "../../../ledger/limits/counters.ts";
import type { Mutant } from "../mutant.ts";

/** See the module. */
export const limitMutants: readonly Mutant[] = [
  {
    name: "a hold is placed without a look at the limits of its plan",
    domain: (domain) => ({
      ...domain,
      decide(state, command, time) {
        const account = command.type === "PlaceHold"
          ? state.book.accounts.get(command.body.accountId)
          : undefined;
        if (account === undefined) return domain.decide(state, command, time);
        const { limiter } = account;
        account.limiter = null;
        const decision = domain.decide(state, command, time);
        account.limiter = limiter;
        return decision;
      },
    }),
  },
  {
    name: "counting begins anew with each plan",
    domain: (domain) => ({
      ...domain,
      evolve(state, placed) {
        const next = domain.evolve(state, placed);
        const { event } = placed;
        if (event.type !== "PlanAssigned") return next;
        const account = next.book.accounts.get(event.payload.accountId);
        if (account?.limiter != null) {
          account.limiter = { plan: account.limiter.plan, counters: newCounters() };
        }
        return next;
      },
    }),
  },
  {
    name: "what a call has used is forgotten when it ends",
    domain: (domain) => ({
      ...domain,
      evolve(state, placed) {
        const { event } = placed;
        const account = event.type === "HoldSettled"
          ? state.book.accounts.get(event.payload.accountId)
          : undefined;
        const before = account?.limiter?.counters.tokensInMonth;
        const next = domain.evolve(state, placed);
        if (before === undefined || account?.limiter == null) return next;
        const { counters } = account.limiter;
        if (counters.tokensInMonth > 0) counters.tokensInMonth = 0;
        return next;
      },
    }),
  },
];
