/** Google's own form of schemas, a part of OpenAPI's, as JSON Schema. @module */
import type { JsonObject, JsonValue } from "../../../shared/json.ts";
import { objectOf } from "../json.ts";

/** Types in lower case, `nullable` as a type, counts as numbers; everything else as it is. */
export function jsonSchemaOf(schema: JsonObject): JsonObject {
  const members: Record<string, JsonValue> = {};
  for (const [name, value] of Object.entries(schema)) {
    if (value === undefined || value === null || name === "nullable") continue;
    members[name] = memberOf(name, value);
  }
  const { type } = members;
  return schema.nullable === true && typeof type === "string"
    ? { ...members, type: [type, "null"] }
    : members;
}

const COUNTS = /^(?:min|max)(?:Items|Length|Properties)$/;

function memberOf(name: string, value: JsonValue): JsonValue {
  if (name === "type" && typeof value === "string") return value.toLowerCase();
  if (COUNTS.test(name) && typeof value === "string") return Number(value);
  const object = objectOf(value);
  if (name === "properties" && object !== null) {
    return Object.fromEntries(
      Object.entries(object).map(([each, inner]) => [each, schemaOr(inner ?? null)]),
    );
  }
  if (name === "items") return schemaOr(value);
  return name === "anyOf" && Array.isArray(value) ? value.map(schemaOr) : value;
}

function schemaOr(value: JsonValue): JsonValue {
  const object = objectOf(value);
  return object === null ? value : jsonSchemaOf(object);
}
