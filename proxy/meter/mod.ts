/** What a call consumed, and how good the evidence is. @module */
export { type Evidence, measure, type MeterReading } from "./evidence.ts";
export { createProgress, type OpenCall, type Progress, type ServedReading } from "./progress.ts";
