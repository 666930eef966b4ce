/** What a free allowance lets a call do. @module */
import { type NeuronBudget, type NeuronReservation, neuronsOf } from "./neurons.ts";

/** The key of a call, as far as allowances go. */
export interface AllowedKey {
  /** Only keys of the level `free` draw on an allowance. */
  readonly level: string;
}

/**
 * Why a call of this estimated cost, at the provider's own rates, can't be made on the free
 * allowance; null when it can, or when the key draws on none.
 */
export function overAllowance(
  neurons: Pick<NeuronBudget, "left">,
  key: AllowedKey | null,
  costPicoUsd: bigint | null,
): string | null {
  if (key?.level !== "free") return null;
  if (costPicoUsd === null) return "its cost in neurons is not known";
  const [needed, left] = [neuronsOf(costPicoUsd), Math.floor(neurons.left())];
  return needed <= left ? null : `needs ${needed} neurons, ${left} are left today`;
}

const NOTHING_RESERVED: NeuronReservation = { settle: () => {}, release: () => {} };

/**
 * Sets aside what a call may cost, before it is tried; null when the allowance does not carry it. A
 * key that draws on no allowance needs nothing. Exactly one end of the reservation counts: `settle`
 * with `neuronsOf` the true cost, or `release` when the provider was not reached.
 */
export function reserveAllowance(
  neurons: Pick<NeuronBudget, "reserve">,
  key: AllowedKey | null,
  costPicoUsd: bigint | null,
): NeuronReservation | null {
  if (key?.level !== "free") return NOTHING_RESERVED;
  return costPicoUsd === null ? null : neurons.reserve(neuronsOf(costPicoUsd));
}
