/**
 * Arguments of a call that come in pieces, each with the place that it belongs to, as Google streams
 * them where it was asked to: `{"jsonPath":"$.city","stringValue":"Yan","willContinue":true}`.
 *
 * @module
 */
import type { JsonObject, JsonValue } from "../../../shared/json.ts";
import { objectsOf } from "../json.ts";

/** The arguments with the pieces of one event added. A text goes on with what it has so far. */
export function withPartialArgs(args: JsonObject, pieces: unknown): JsonObject {
  return objectsOf(pieces).reduce<JsonObject>((all, piece) => {
    const steps = stepsOf(piece.jsonPath);
    return steps.length === 0 ? all : changed(all, steps, piece) as JsonObject;
  }, args);
}

const STEP = /\.([^.[\]]+)|\[(\d{1,6})\]|\['([^']*)'\]/g;

/** The members and positions on the way from `$`. */
function stepsOf(path: unknown): (string | number)[] {
  if (typeof path !== "string" || !path.startsWith("$")) return [];
  return [...path.matchAll(STEP)].map(([, member, index, quoted]) =>
    index === undefined ? member ?? quoted ?? "" : Number(index)
  );
}

function changed(
  value: JsonValue | undefined,
  [step, ...rest]: readonly (string | number)[],
  piece: JsonObject,
): JsonValue {
  if (step === undefined) return grown(value, piece);
  if (typeof step === "number") {
    const list: JsonValue[] = Array.isArray(value) ? [...value] : [];
    // What was skipped is nothing, and no longer than what came.
    if (step > list.length) return list;
    list[step] = changed(list[step], rest, piece);
    return list;
  }
  const object = typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as JsonObject
    : {};
  return { ...object, [step]: changed(object[step], rest, piece) };
}

function grown(value: JsonValue | undefined, piece: JsonObject): JsonValue {
  if (typeof piece.stringValue === "string") {
    return (typeof value === "string" ? value : "") + piece.stringValue;
  }
  if (piece.numberValue !== undefined) return piece.numberValue;
  return piece.boolValue ?? null;
}
