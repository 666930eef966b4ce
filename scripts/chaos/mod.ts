/**
 * Chaos: the production shape under paid traffic while parts of it are killed, stopped, cut off and
 * starved, and then the question whether every call was charged once and rightly.
 *
 * @module
 */
export { type ChaosOptions, readChaosOptions } from "./options.ts";
export { type ChaosReport, MUST_BE_EMPTY, renderReport } from "./report.ts";
export { runChaos } from "./run.ts";
