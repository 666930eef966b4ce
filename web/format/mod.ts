/** Amounts and times as people read them. @module */
export { kyatParts, kyatText, percentOfParts, perMillionUsd, wholeNumber } from "./amounts.ts";
export { dayInYangon, lastDays, momentInYangon, timeInYangon } from "./times.ts";
