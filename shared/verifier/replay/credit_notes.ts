/** Credit notes: each reference once, and no more given back than was charged before. @module */
import type { JsonMembers } from "../canonical.ts";
import { amountOf, textOf } from "../payload.ts";
import type { Place } from "./place.ts";

/** What one account was charged, and what of it was given back. */
interface Given {
  readonly references: Set<string>;
  charged: bigint;
  noted: bigint;
}

/** The credit notes of a shard. */
export class CreditNotes {
  readonly #accounts = new Map<string, Given>();

  /** Takes a HoldSettled or LateUsageSettled event: what its wallet paid. */
  charge(payload: JsonMembers): void {
    this.#of(payload).charged += amountOf(payload, "chargedMicroKyat");
  }

  /** Takes a CreditNoteIssued event. What was charged before the export is not known. */
  give(payload: JsonMembers, place: Place): void {
    const given = this.#of(payload);
    const [accountId, reference] = [textOf(payload, "accountId"), textOf(payload, "reference")];
    given.noted += amountOf(payload, "amountMicroKyat");
    const known = given.references.has(reference);
    given.references.add(reference);
    const problem = known
      ? `the credit note ${reference} of ${accountId} is issued twice`
      : place.complete && given.noted > given.charged
      ? `the credit notes of ${accountId} sum to ${given.noted}, it was charged ${given.charged}`
      : null;
    place.check("request", problem);
    if (!place.complete) place.missing("request", "sums of credit notes", "");
  }

  #of(payload: JsonMembers): Given {
    const accountId = textOf(payload, "accountId");
    let given = this.#accounts.get(accountId);
    if (given === undefined) {
      this.#accounts.set(accountId, given = { references: new Set(), charged: 0n, noted: 0n });
    }
    return given;
  }
}
