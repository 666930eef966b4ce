/** The limits that every call has, each with its own error. @module */
export { type CoarseTimers, createCoarseTimers } from "./coarse_timers.ts";
export { type CallLimits, DEFAULT_LIMITS } from "./limits.ts";
export { headersFailure, readBody } from "./request.ts";
export { createWatch, type Watch } from "./watch.ts";
