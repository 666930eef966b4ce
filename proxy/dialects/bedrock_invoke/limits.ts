/** Where the bodies of Bedrock's models say how much they may write. @module */
import type { JsonObject, JsonValue } from "../../../shared/json.ts";
import { memberAt } from "../counts.ts";
import { objectOrEmpty } from "../parsed_body.ts";

/** Paths of the limits that the families of models know. */
const LIMITS: readonly (readonly string[])[] = [
  ["max_tokens"],
  ["max_completion_tokens"],
  ["max_tokens_to_sample"],
  ["max_gen_len"],
  ["maxTokens"],
  ["max_new_tokens"],
  ["textGenerationConfig", "maxTokenCount"],
  ["inferenceConfig", "maxTokens"],
  ["inferenceConfig", "max_new_tokens"],
];

/** The highest limit that a body names, or null when it names none. */
export function limitOf(body: unknown): number | null {
  const limits = LIMITS.flatMap((path) => {
    const limit = memberAt(body, ...path);
    return typeof limit === "number" && Number.isSafeInteger(limit) && limit >= 0 ? [limit] : [];
  });
  return limits.length === 0 ? null : Math.max(...limits);
}

/** The body with every limit lowered, or with the one that its family knows. */
export function withLimit(body: JsonObject, limit: number): JsonObject {
  const known = LIMITS.filter((path) => typeof memberAt(body, ...path) === "number");
  return (known.length === 0 ? [ownLimit(body)] : known).reduce((sent, path) => {
    const asked = memberAt(sent, ...path);
    return withMember(sent, path, typeof asked === "number" ? Math.min(asked, limit) : limit);
  }, body);
}

function ownLimit(body: JsonObject): readonly string[] {
  if (body.inputText !== undefined) return ["textGenerationConfig", "maxTokenCount"];
  if (body.schemaVersion !== undefined || body.inferenceConfig !== undefined) {
    return ["inferenceConfig", "maxTokens"];
  }
  const prompt = body.prompt;
  if (typeof prompt === "string" && /\n\nHuman:/.test(prompt)) return ["max_tokens_to_sample"];
  if (typeof prompt === "string" && /<\|(?:begin_of_text|start_header_id)\|>/.test(prompt)) {
    return ["max_gen_len"];
  }
  return ["max_tokens"];
}

function withMember(body: JsonObject, path: readonly string[], value: JsonValue): JsonObject {
  const [name = "", ...rest] = path;
  return rest.length === 0
    ? { ...body, [name]: value }
    : { ...body, [name]: withMember(objectOrEmpty(body[name]), rest, value) };
}
