/** The usage in the many bodies of Bedrock's models. @module */
import type { JsonValue } from "../../../shared/json.ts";
import { INPUT_SIDE, OUTPUT_SIDE, type Usage } from "../../../shared/usage/mod.ts";
import { usageOf as anthropicUsage } from "../anthropic_messages/mod.ts";
import { usageOf as converseUsage } from "../bedrock_converse/mod.ts";
import { besides, countAt, memberAt, usageOrNull } from "../counts.ts";
import { openaiUsage } from "../openai_usage.ts";

/** A report and the object that it stands in. */
export interface BodyReport {
  readonly usage: Usage;
  readonly raw: JsonValue;
}

/**
 * What a body or an event itself reports, by its form: Anthropic's, Nova's, OpenAI's, Llama's or
 * Titan's. Null when it reports nothing.
 */
export function bodyReport(body: unknown): BodyReport | null {
  const report = memberAt(body, "usage") ?? memberAt(body, "metadata", "usage");
  const usage = countAt(report, "input_tokens") !== null
    ? anthropicUsage(report)
    : converseUsage(report) ?? openaiUsage(report) ?? countsOf(body) ?? imagesOf(body);
  if (usage === null) return null;
  return { usage, raw: report === undefined ? { ...usage } : report as JsonValue };
}

/** Llama's counts, cumulative in a stream, and Titan's, whose results are several. */
function countsOf(body: unknown): Usage | null {
  const input = countAt(body, "prompt_token_count") ?? countAt(body, "inputTextTokenCount");
  const results = memberAt(body, "results");
  const output = countAt(body, "generation_token_count") ??
    countAt(body, "totalOutputTextTokenCount") ??
    (Array.isArray(results)
      ? results.reduce((sum: number, each) => sum + (countAt(each, "tokenCount") ?? 0), 0)
      : null);
  return usageOrNull({
    ...(input === null ? {} : { input }),
    ...(output === null ? {} : { output }),
  });
}

function imagesOf(body: unknown): Usage | null {
  const images = memberAt(body, "images") ?? memberAt(body, "artifacts");
  return Array.isArray(images) && images.length > 0 ? { images: images.length } : null;
}

/** What stands in a stream's last event, whichever model wrote it. */
export function metricsOf(event: unknown): Usage | null {
  const metrics = memberAt(event, "amazon-bedrock-invocationMetrics");
  return countsNamed((name) => countAt(metrics, `${name}TokenCount`), {
    read: "cacheReadInput",
    write: "cacheWriteInput",
  });
}

/** What the headers of an answer say. */
export function headersUsage(headers: Headers): Usage | null {
  return countsNamed((name) => {
    const text = headers.get(`x-amzn-bedrock-${name}-token-count`) ?? "";
    return /^\d{1,12}$/.test(text) ? Number(text) : null;
  }, { read: "cache-read-input", write: "cache-write-input" });
}

function countsNamed(
  count: (name: string) => number | null,
  names: { readonly read: string; readonly write: string },
): Usage | null {
  const input = count("input");
  const output = count("output");
  return usageOrNull({
    ...(input === null ? {} : {
      input,
      ...besides([
        ["cached_input", count(names.read)],
        ["cache_write_5m", count(names.write)],
      ]),
    }),
    ...(output === null ? {} : { output }),
  });
}

/** The better report, with the sides that only the other one knows. */
export function completed(better: Usage | null, other: Usage | null): Usage | null {
  if (better === null || other === null) return better ?? other;
  const sides = [INPUT_SIDE, OUTPUT_SIDE].flatMap((side) =>
    side.some((each) => better[each] !== undefined)
      ? []
      : side.flatMap((each) => other[each] === undefined ? [] : [[each, other[each]]])
  );
  return { ...better, ...Object.fromEntries(sides) };
}
