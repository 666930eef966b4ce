/** Rejections that several account decisions share. @module */
import { MAXIMUM_AMOUNT } from "./amounts.ts";
import { formatKyat } from "../../shared/money/mod.ts";
import { type Rejected, rejected } from "../decision.ts";

/** The account was never opened in this shard. */
export function noAccount(accountId: string): Rejected {
  return rejected("account_not_found", `Account ${accountId} does not exist`, { accountId });
}

/** The account has no such key. */
export function noKey(accountId: string, keyId: string): Rejected {
  return rejected("key_not_found", `Account ${accountId} has no key ${keyId}`, { keyId });
}

/** The key was revoked. */
export function keyRevoked(keyId: string): Rejected {
  return rejected("key_revoked", `Key ${keyId} was revoked`, { keyId });
}

/** An amount of zero moves nothing. */
export function amountIsZero(what: string): Rejected {
  return rejected("amount_is_zero", `${what} refused: the amount is 0`);
}

/** A sum would not fit the ledger's 63 bits. */
export function amountOverflow(what: string, amountMicroKyat: bigint): Rejected {
  return rejected(
    "amount_overflow",
    `${what} refused: ${amountMicroKyat} is above the ledger's limit of ${MAXIMUM_AMOUNT}`,
    { amount: amountMicroKyat.toString(), maximum: MAXIMUM_AMOUNT.toString() },
  );
}

/** The wallet cannot carry what is needed. Topping up helps, trying again alone does not. */
export function insufficientCredit(
  what: string,
  figures: { readonly availableMicroKyat: bigint; readonly neededMicroKyat: bigint },
): Rejected {
  const { availableMicroKyat, neededMicroKyat } = figures;
  return rejected(
    "insufficient_credit",
    `${what} refused: it needs ${formatKyat(neededMicroKyat)} kyat, available are ${
      formatKyat(availableMicroKyat)
    }`,
    {
      availableMicroKyat: availableMicroKyat.toString(),
      neededMicroKyat: neededMicroKyat.toString(),
    },
  );
}

/** A credit note gives back what was paid, and what was given back before counts against it. */
export function creditNoteTooHigh(mostMicroKyat: bigint, amountMicroKyat: bigint): Rejected {
  return rejected(
    "credit_note_too_high",
    `Credit note refused: it gives back ${formatKyat(amountMicroKyat)} kyat, the account has paid ${
      formatKyat(mostMicroKyat)
    } that were not given back yet`,
    {
      amountMicroKyat: amountMicroKyat.toString(),
      maximumMicroKyat: mostMicroKyat.toString(),
    },
  );
}
