/** Computes a projection again from the first event on. @module */
export { rebuild, type RebuildOptions, type RebuildProgress, RebuildRefused } from "./rebuild.ts";
export { progressLine } from "./progress.ts";
