/** What a job object says of its video. @module */
import type { JsonObject } from "../../../shared/json.ts";
import type { Usage } from "../../../shared/usage/mod.ts";

/** How far a video is. */
export interface VideoState {
  readonly status: "running" | "completed" | "failed";
  /** The seconds that it has, rounded up; null when the object does not say. */
  readonly units: Usage | null;
}

const MOST_SECONDS = 86_400;

const FAILED: ReadonlySet<unknown> = new Set(["failed", "cancelled", "canceled", "expired"]);

/** Reads a job object; a status that nobody knows is one of a job that runs. */
export function readVideo({ status, seconds }: JsonObject): VideoState {
  return {
    status: status === "completed" ? "completed" : FAILED.has(status) ? "failed" : "running",
    units: unitsOf(seconds),
  };
}

/** OpenAI writes seconds as a text; others as a number. */
function unitsOf(seconds: unknown): Usage | null {
  const text = typeof seconds === "number" ? `${seconds}` : seconds;
  if (typeof text !== "string" || !/^\d{1,5}(\.\d{1,9})?$/.test(text)) return null;
  const whole = Math.ceil(Number(text));
  return whole <= MOST_SECONDS ? { seconds: whole } : null;
}
