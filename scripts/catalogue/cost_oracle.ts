/**
 * What usage costs by the sources themselves: fractions over the prices as they are written there.
 * It shares nothing with how the catalogue is made or how the ledger charges.
 *
 * @module
 */
import { calcPrice } from "@pydantic/genai-prices";

/** A number of dollars, exactly: `n / d`. */
export interface Fraction {
  readonly n: bigint;
  readonly d: bigint;
}

/** What one source asks for one unit, by usage class, at a number of input tokens. */
export type Asked = (usageClass: string, inputTokens: number) => Fraction | null;

/** Units by usage class. */
export type Units = Readonly<Record<string, number>>;

const MILLION = 1_000_000;
const NOTHING: Fraction = { n: 0n, d: 1n };
const INPUT_SIDE = [
  "input",
  "cached_input",
  "cache_write_5m",
  "cache_write_1h",
  "audio_input",
  "image_input",
];
/** The class that lends its price to one that has none. */
const LENDER: Readonly<Record<string, string>> = {
  cached_input: "input",
  cache_write_5m: "input",
  cache_write_1h: "cache_write_5m",
  audio_input: "input",
  image_input: "input",
  reasoning: "output",
  audio_output: "output",
  image_output: "output",
};

/** The decimal text of a number as an exact fraction, divided by `per`. */
export function fraction(text: string, per = 1): Fraction {
  const [, digits = "", after = "", exponent = "0"] =
    /^(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/i.exec(text) ?? [];
  if (digits === "") throw new Error(`${text} is no decimal number`);
  const power = Number(exponent) - after.length;
  const n = BigInt(digits + after) * 10n ** BigInt(Math.max(0, power));
  return { n, d: BigInt(per) * 10n ** BigInt(Math.max(0, -power)) };
}

/** The dollars for `units`, each class at what `asked` says, or at its lender's price, or nothing. */
export function dollars(units: Units, asked: Asked): Fraction {
  const inputTokens = INPUT_SIDE.reduce((sum, one) => sum + (units[one] ?? 0), 0);
  return Object.entries(units).reduce((sum, [usageClass, count]) => {
    let price: Fraction | null = null;
    for (let at: string | undefined = usageClass; at !== undefined && price === null;) {
      price = asked(at, inputTokens);
      at = LENDER[at];
    }
    const { n, d } = price ?? NOTHING;
    return { n: sum.n * d + n * BigInt(count) * sum.d, d: sum.d * d };
  }, NOTHING);
}

/** A fraction as a whole number, rounded half up. */
export function rounded({ n, d }: Fraction): bigint {
  return (2n * n + d) / (2n * d);
}

const GENAI: Readonly<Record<string, readonly (readonly [string, number])[]>> = {
  input: [["input_mtok", MILLION]],
  cached_input: [["cache_read_mtok", MILLION]],
  cache_write_5m: [["cache_write_5m_mtok", MILLION], ["cache_write_mtok", MILLION]],
  cache_write_1h: [["cache_write_1h_mtok", MILLION]],
  output: [["output_mtok", MILLION]],
  reasoning: [["output_reasoning_mtok", MILLION]],
  audio_input: [["input_audio_mtok", MILLION]],
  audio_output: [["output_audio_mtok", MILLION]],
  image_input: [["input_image_mtok", MILLION]],
  image_output: [["output_image_mtok", MILLION]],
  characters: [["input_mchars", MILLION]],
  seconds: [["audio_hours", 3_600], ["input_audio_hours", 3_600]],
  requests: [["requests_kcount", 1_000]],
  searches: [["web_searches_kcount", 1_000]],
};

type GenaiPrices = Record<
  string,
  number | { base: number; tiers: { start: number; price: number }[] } | undefined
>;

/**
 * What genai-prices asks on a day, by its own search for the model; at the dearest of the day's
 * hours where they differ. Throws Error when it does not find the model.
 */
export function askedByGenaiPrices(providerId: string, id: string, day: string): Asked {
  let prices: GenaiPrices | null = null;
  const inputOf = (of: GenaiPrices) =>
    typeof of.input_mtok === "object" ? of.input_mtok.base : of.input_mtok ?? 0;
  for (let hour = 0; hour < 24; hour++) {
    const timestamp = new Date(`${day}T${String(hour).padStart(2, "0")}:00:00Z`);
    const found = calcPrice({}, id, { providerId, timestamp })?.model_price as GenaiPrices;
    if (found === undefined) throw new Error(`genai-prices does not know ${providerId} ${id}`);
    if (prices === null || inputOf(found) > inputOf(prices)) prices = found;
  }
  return (usageClass, inputTokens) => {
    for (const [name, per] of GENAI[usageClass] ?? []) {
      const price = prices![name];
      if (price === undefined) continue;
      if (typeof price === "number") return fraction(String(price), per);
      const reached = price.tiers.filter(({ start }) => inputTokens > start);
      const highest = reached.sort((a, b) => b.start - a.start)[0];
      return fraction(String(highest === undefined ? price.base : highest.price), per);
    }
    return null;
  };
}

const LITELLM: Readonly<Record<string, readonly string[]>> = {
  input: ["input_cost_per_token"],
  cached_input: ["cache_read_input_token_cost"],
  cache_write_5m: ["cache_creation_input_token_cost"],
  cache_write_1h: ["cache_creation_input_token_cost_above_1hr"],
  output: ["output_cost_per_token"],
  reasoning: ["output_cost_per_reasoning_token"],
  audio_input: ["input_cost_per_audio_token"],
  audio_output: ["output_cost_per_audio_token"],
  image_input: ["input_cost_per_image_token"],
  image_output: ["output_cost_per_image_token"],
};
const LITELLM_UNITS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  audio_speech: { characters: ["input_cost_per_character"] },
  audio_transcription: { seconds: ["input_cost_per_second"] },
  video_generation: { seconds: ["output_cost_per_second", "output_cost_per_video_per_second"] },
  image_generation: { images: ["output_cost_per_image", "input_cost_per_image"] },
  image_edit: { images: ["output_cost_per_image", "input_cost_per_image"] },
  rerank: { searches: ["input_cost_per_query"] },
};

type Entry = Readonly<Record<string, unknown>>;

/** What an entry of litellm asks. */
export function askedByLitellm(entry: Entry): Asked {
  const ranges = (entry.tiered_pricing ?? []) as (Entry & { readonly range: string[] })[];
  return (usageClass, inputTokens) => {
    const units = LITELLM_UNITS[String(entry.mode)]?.[usageClass];
    if (units !== undefined && !isTokenPriced(entry)) return first(entry, units);
    if (usageClass === "searches") return dearestSearch(entry);
    const names = LITELLM[usageClass] ?? [];
    const range = ranges.findLast((one) => inputTokens > Number(one.range[0]));
    if (ranges.length > 0) return first(range ?? ranges[0]!, names);
    const above = names.flatMap((name) =>
      Object.keys(entry).flatMap((key) => {
        const [, thousands] = new RegExp(`^${name}_above_(\\d+)k_tokens$`).exec(key) ?? [];
        return thousands !== undefined && inputTokens > Number(thousands) * 1_000
          ? [{ key, start: Number(thousands) }]
          : [];
      })
    ).sort((a, b) => b.start - a.start)[0];
    return first(entry, above === undefined ? names : [above.key]);
  };
}

function isTokenPriced(entry: Entry): boolean {
  const names = ["input", "output", "audio_output", "image_output"].flatMap((one) => LITELLM[one]!);
  return names.some((name) => /[1-9]/.test(String(entry[name] ?? "")));
}

function dearestSearch(entry: Entry): Fraction | null {
  const costs = Object.values(
    (entry.search_context_cost_per_query ?? {}) as Record<string, string>,
  );
  const dearest = costs.sort((a, b) => Number(b) - Number(a))[0];
  return dearest === undefined ? null : fraction(dearest);
}

function first(entry: Entry, names: readonly string[]): Fraction | null {
  const name = names.find((one) => typeof entry[one] === "string");
  return name === undefined ? null : fraction(entry[name] as string);
}

const MODELS_DEV: Readonly<Record<string, string>> = {
  input: "input",
  cached_input: "cache_read",
  cache_write_5m: "cache_write",
  output: "output",
  reasoning: "reasoning",
  audio_input: "input_audio",
  audio_output: "output_audio",
};

/** What an entry of models.dev asks. */
export function askedByModelsDev(
  entry: { readonly cost?: Readonly<Record<string, unknown>> },
): Asked {
  const cost = entry.cost ?? {};
  const tiers = (cost.tiers ?? []) as (Entry & { readonly tier: { readonly size: string } })[];
  return (usageClass, inputTokens) => {
    const name = MODELS_DEV[usageClass];
    if (name === undefined) return null;
    const reached = tiers.filter(({ tier }) => inputTokens > Number(tier.size))
      .sort((a, b) => Number(b.tier.size) - Number(a.tier.size));
    const price = reached[0]?.[name] ?? cost[name];
    return price === undefined ? null : fraction(String(price), MILLION);
  };
}
