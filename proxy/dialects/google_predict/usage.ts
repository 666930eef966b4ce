/** What a prediction consumed, by the kind of its model. @module */
import type { JsonObject } from "../../../shared/json.ts";
import type { Usage } from "../../../shared/usage/mod.ts";
import { countAt, memberAt, usageOrNull } from "../counts.ts";

/**
 * Embeddings report their tokens with each prediction, text models once for all; pictures are counted,
 * and those that a filter withheld are none. Null when nothing is reported.
 */
export function usageOf(answer: JsonObject): Usage | null {
  const predictions = Array.isArray(answer.predictions) ? answer.predictions : [];
  const images = predictions.filter((each) => {
    const data = memberAt(each, "bytesBase64Encoded") ?? memberAt(each, "gcsUri");
    return typeof data === "string" && data !== "";
  }).length;
  if (images > 0) return { images };
  const embedded = predictions.flatMap((each) =>
    countAt(each, "embeddings", "statistics", "token_count") ?? []
  );
  if (embedded.length > 0) return { input: embedded.reduce((sum, each) => sum + each, 0) };
  const tokens = (side: string) =>
    countAt(answer, "metadata", "tokenMetadata", side, "totalTokens");
  const input = tokens("inputTokenCount");
  const output = tokens("outputTokenCount");
  return usageOrNull({
    ...(input === null ? {} : { input }),
    ...(output === null ? {} : { output }),
  });
}
