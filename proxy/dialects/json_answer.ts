/** A whole answer as JSON. @module */
import type { JsonObject } from "../../shared/json.ts";
import { type UpstreamFailure, upstreamFailure } from "../failures/mod.ts";
import type { Bytes } from "./dialect.ts";

const decoder = new TextDecoder();

/** The object in a body, or a failure of class `malformed` that says what is wrong. */
export function jsonAnswer(body: Bytes): { readonly json: JsonObject } | UpstreamFailure {
  let json: unknown;
  try {
    json = JSON.parse(decoder.decode(body));
  } catch {
    return upstreamFailure("malformed", "The provider's answer is not JSON.");
  }
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    return upstreamFailure("malformed", "The provider's answer is not an object.");
  }
  return { json: json as JsonObject };
}
