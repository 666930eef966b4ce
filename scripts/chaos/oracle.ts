/**
 * What a call truly used and must cost, computed apart from the product: the simulator answers the
 * same request always in the same way.
 *
 * @module
 */
import { promptTokens, tokensOf } from "../simulator/tokens.ts";

/** The terms that a hold pinned, as the public APIs show them. */
export interface PinnedTerms {
  readonly ratesPicoUsdPerUnit: Readonly<Record<string, string>>;
  readonly tiers?: readonly {
    readonly aboveInputTokens: number;
    readonly ratesPicoUsdPerUnit: Readonly<Record<string, string>>;
  }[];
  readonly markupPartsPerMillion: number;
  readonly fxMicroKyat: string;
  readonly fxNanoUsd: string;
}

/** Classes without a rate of their own are charged as these. */
const FALLBACKS: Readonly<Record<string, string>> = {
  cached_input: "input",
  cache_write_5m: "input",
  cache_write_1h: "input",
  reasoning: "output",
  audio_input: "input",
  image_input: "input",
  audio_output: "output",
  image_output: "output",
};

/**
 * The exact charge in microkyat as one fraction, rounded half up once:
 * kyat = Σ units × pUSD × (1 + markup) × (µMMK per nUSD) / 1000.
 */
export function expectedCharge(
  usage: Readonly<Record<string, number>>,
  terms: PinnedTerms,
): bigint {
  let input = 0;
  for (const [name, units] of Object.entries(usage)) if (/input|cache/.test(name)) input += units;
  const tier = terms.tiers?.findLast(({ aboveInputTokens }) => input > aboveInputTokens);
  const rates = { ...terms.ratesPicoUsdPerUnit, ...tier?.ratesPicoUsdPerUnit };
  let picoUsd = 0n;
  for (const [usageClass, units] of Object.entries(usage)) {
    const rate = rates[usageClass] ?? rates[FALLBACKS[usageClass] ?? ""] ?? "0";
    picoUsd += BigInt(units) * BigInt(rate);
  }
  const numerator = picoUsd * BigInt(1_000_000 + terms.markupPartsPerMillion) *
    BigInt(terms.fxMicroKyat);
  const denominator = 1_000_000n * 1_000n * BigInt(terms.fxNanoUsd);
  const [whole, rest] = [numerator / denominator, numerator % denominator];
  return 2n * rest >= denominator ? whole + 1n : whole;
}

/** What a well-behaved model answers and reports. */
export interface Truth {
  readonly text: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/**
 * The simulator's whole answer to one message, at most `limit` tokens of it (null: no limit). Every
 * model but `sim-echo` says its own name and repeats what it was told.
 */
export function truthOf(model: string, content: string, limit: number | null): Truth {
  const whole = model === "sim-echo"
    ? content
    : `This answer is simulated: no provider key is set, so no model read your message. ` +
      `It came from Sargalay's upstream simulator in the place of ${model}. ` +
      `You wrote: ${content.slice(0, 400)}`;
  const tokens = tokensOf(whole).slice(0, limit ?? undefined);
  return {
    text: tokens.join(""),
    inputTokens: promptTokens([{ role: "user", content }]),
    outputTokens: tokens.length,
  };
}

/** The documented estimate of a text's tokens, for calls whose provider reported none. */
export function estimateOf(text: string): number {
  let ascii = 0;
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) < 128) ascii += 1;
  return Math.ceil(ascii / 4) + text.length - ascii;
}
