/** Brings the rebuilt rows so near to the end of the log that the swap has little left to do. @module */
import { total } from "./follow.ts";
import { RebuildRefused } from "./refused.ts";

/** What the swap may catch up on while it holds the checkpoint, in events. */
export const SHORT_TAIL = 2_000n;
/** After so many rounds without a shorter tail it gives up. */
const ROUNDS_IN_VAIN = 10;

/** Rows that follow a log which grows. */
export interface Tail {
  /** Where the rows stand, by shard. */
  positions(): readonly bigint[];
  /** Where the log ends now, by shard. */
  heads(): Promise<readonly bigint[]>;
  /** Brings the rows there. */
  catchUp(heads: readonly bigint[]): Promise<void>;
}

/**
 * Catches up in rounds, in at least one when anything is left, until at most {@link SHORT_TAIL} events are left. Throws
 * {@link RebuildRefused} when the log grows so fast that the tail does not get shorter.
 */
export async function shortenTail(tail: Tail): Promise<void> {
  let shortest: bigint | null = null;
  let inVain = 0;
  while (true) {
    const heads = await tail.heads();
    const left = total(heads) - total(tail.positions());
    if (left === 0n || (shortest !== null && left <= SHORT_TAIL)) return;
    if (shortest === null || left < shortest) {
      shortest = left;
      inVain = 0;
    } else if (++inVain >= ROUNDS_IN_VAIN) {
      throw new RebuildRefused(
        `the log grows faster than the rebuild applies it: ${left} events are left after ` +
          `${inVain} rounds that did not bring it nearer; start it again when there is less traffic`,
      );
    }
    await tail.catchUp(heads);
  }
}
