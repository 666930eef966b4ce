/** Reading requests of any API as far as the simulator obeys them. @module */
import type { SimulatedRequest } from "../completion.ts";

/** A limit, or none. */
export function limitIn(value: unknown): number {
  return typeof value === "number" ? value : Infinity;
}

/** Stop sequences, given as one or as a list. */
export function stopsIn(value: unknown): readonly string[] {
  return typeof value === "string" ? [value] : Array.isArray(value) ? value.map(String) : [];
}

/** The member of what may be an object. */
export function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

/** A request with what most APIs leave open. */
export function requestWith(
  known: Pick<SimulatedRequest, "model" | "messages" | "stream"> & Partial<SimulatedRequest>,
): SimulatedRequest {
  return { includeUsage: true, choices: 1, limit: Infinity, stops: [], ...known };
}
