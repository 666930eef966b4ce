/** What calls and attempts say, by the minute. @module */
export { alertSignals, callMinutesTable, minuteOf, providerMinutesTable } from "./projection.ts";
