/** How large an amount may become. @module */

/** The largest amount that an event carries and a balance reaches: 2^63 − 1. */
export const MAXIMUM_AMOUNT = 2n ** 63n - 1n;
