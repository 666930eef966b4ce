/** A real ledger schema with histories in it, for tests of what reads the log. @module */
export { appendEvents, openLog, type TestLog } from "./log.ts";
export { historyOf } from "./history.ts";
export { allRows, PROJECTION_TABLES } from "./rows.ts";
export { writeBooks } from "./books.ts";
export { openReadApi, type Reader, type TestReadApi } from "./read_api.ts";
export { chargeMicroKyat, costNanoUsd, DecidedLog, ownKeyFeeMicroKyat } from "./decided.ts";
export { failingCalls } from "./failing_calls.ts";
