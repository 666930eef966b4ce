/** Whether metered usage is what a recording says, class by class. @module */
import type { JsonObject, JsonValue } from "../../shared/json.ts";
import { type Usage, USAGE_CLASSES, type UsageClass } from "../../shared/usage/mod.ts";
import type { ExpectedUsage, Recording } from "./recording.ts";

/** Classes on the input's side of a call. */
export const INPUT_CLASSES = [
  "input",
  "cached_input",
  "cache_write_5m",
  "cache_write_1h",
  "audio_input",
  "image_input",
] as const satisfies readonly UsageClass[];

/** Classes on the output's side of a call. */
export const OUTPUT_CLASSES = ["output", "reasoning", "audio_output", "image_output"] as const;

/** One difference. A side is unreported, which is null, or has units between two bounds. */
export interface Mismatch {
  /** A class, a side as a whole, or what the provider says it charges, in nanodollars. */
  readonly what: UsageClass | "input_total" | "output_total" | "cost";
  /** The least and the most that the recording allows; null where it reports nothing. */
  readonly expected: readonly [number, number] | null;
  readonly metered: number | null;
}

/** How strict a comparison is. */
export interface ComparisonOptions {
  /** Whether a class of no units may be missing, as it is once usage was settled. */
  readonly zeroMayBeMissing?: boolean;
}

/**
 * The differences between metered usage and a recording's. A recording whose numbers do not add up
 * is no oracle: only broken numbers are found there. What a recording leaves open (cached tokens of
 * sound, parts that exceed their whole) is a range; a call that only counts tokens may report none.
 */
export function compareUsage(
  metered: Usage | null,
  recording: Recording,
  options: ComparisonOptions = {},
): Mismatch[] {
  const broken = brokenUnits(metered);
  const expected = recording.expected_usage;
  if (broken.length > 0 || (expected?.ambiguous.length ?? 0) > 0) return broken;
  if (isCountOfTokens(recording) && !reported(metered, [...INPUT_CLASSES, ...OUTPUT_CLASSES])) {
    return [];
  }
  return [
    ...compareSide(metered, options, {
      what: "input_total",
      classes: INPUT_CLASSES,
      total: expected?.inclusive.input_total ?? null,
      parts: expected === null ? {} : inputParts(expected),
    }),
    ...compareSide(metered, options, {
      what: "output_total",
      classes: OUTPUT_CLASSES,
      total: expected?.inclusive.output_total ?? null,
      parts: expected === null ? {} : outputParts(expected),
    }),
    ...compareUnits(metered, recording),
  ];
}

/** Nanodollars that the recording's provider says it charged, null when it doesn't. */
export function expectedCostNanoUsd(recording: Recording): number | null {
  const usd = recording.expected_usage?.provider_cost_usd ?? null;
  return usd === null ? null : Math.round(usd * 1e9);
}

/** The difference between a cost that was kept and the recorded one; null when there is none. */
export function compareCost(costNanoUsd: number | null, recording: Recording): Mismatch | null {
  const expected = expectedCostNanoUsd(recording);
  // Providers write fractions of a nanodollar, which may be rounded either way.
  if (expected === null || Math.abs((costNanoUsd ?? -2) - expected) <= 1) return null;
  return {
    what: "cost",
    expected: [Math.max(0, expected - 1), expected + 1],
    metered: costNanoUsd,
  };
}

interface Side {
  readonly what: "input_total" | "output_total";
  readonly classes: readonly UsageClass[];
  readonly total: number | null;
  readonly parts: Partial<Record<UsageClass, readonly [number, number]>>;
}

function compareSide(metered: Usage | null, options: ComparisonOptions, side: Side): Mismatch[] {
  const { what, classes, total, parts } = side;
  const sum = reported(metered, classes) ? sumOf(metered, classes) : null;
  if (total === null) {
    if (sum === null || (sum === 0 && options.zeroMayBeMissing)) return [];
    return [{ what, expected: null, metered: sum }];
  }
  const mismatches: Mismatch[] = [];
  const missing = sum === null && !(total === 0 && options.zeroMayBeMissing === true);
  if (missing || (sum ?? 0) !== total) {
    mismatches.push({ what, expected: [total, total], metered: sum });
  }
  const whole = classes[0];
  for (const each of classes) {
    if (each === whole) continue;
    const bounds = parts[each] ?? [0, 0];
    const units = metered?.[each] ?? 0;
    if (units < bounds[0] || units > bounds[1]) {
      mismatches.push({ what: each, expected: bounds, metered: metered?.[each] ?? null });
    }
  }
  return mismatches;
}

type Parts = Side["parts"];

function inputParts(expected: ExpectedUsage): Parts {
  const total = expected.inclusive.input_total ?? 0;
  const cached = expected.cached_input_tokens ?? 0;
  const longWrites = expected.cache_write_1h_tokens ?? 0;
  const writes = expected.cache_write_tokens ?? (expected.cache_write_5m_tokens ?? 0) + longWrites;
  const parts = bounded(total, {
    cached_input: cached,
    cache_write_5m: Math.max(0, writes - longWrites),
    cache_write_1h: longWrites,
    audio_input: expected.input_audio_tokens ?? 0,
    image_input: expected.input_image_tokens ?? 0,
  });
  // Which of the cached tokens are sound or pictures is often not said; cached ones are no others.
  return {
    ...parts,
    audio_input: lessCached(parts.audio_input, cached, expected.cached_audio_tokens),
    image_input: lessCached(parts.image_input, cached, null),
  };
}

function outputParts(expected: ExpectedUsage): Parts {
  return bounded(expected.inclusive.output_total ?? 0, {
    reasoning: expected.reasoning_tokens ?? 0,
    audio_output: expected.output_audio_tokens ?? 0,
    image_output: expected.output_image_tokens ?? 0,
  });
}

/** Parts as they are, where they fit into their whole; else what each can have of it. */
function bounded(total: number, parts: Usage): Parts {
  const all = Object.values(parts).reduce((sum, units) => sum + units, 0);
  return Object.fromEntries(
    Object.entries(parts).map(([each, units]) => {
      const most = Math.min(units, total);
      return [each, all <= total ? [units, units] : [Math.max(0, most - (all - units)), most]];
    }),
  );
}

function lessCached(
  part: readonly [number, number] | undefined,
  cached: number,
  known: number | null,
): readonly [number, number] {
  const [least, most] = part ?? [0, 0];
  if (known !== null) return [Math.max(0, least - known), Math.max(0, most - known)];
  return [Math.max(0, least - cached), most];
}

/** What is not tokens, where the recording says it; a unit that it doesn't name is not compared. */
function compareUnits(metered: Usage | null, recording: Recording): Mismatch[] {
  const units = expectedUnits(recording);
  return Object.entries(units).flatMap(([each, expected]) => {
    const what = each as UsageClass;
    const units = metered?.[what] ?? 0;
    return units === expected
      ? []
      : [{ what, expected: [expected, expected] as const, metered: metered?.[what] ?? null }];
  });
}

/** The units that aren't tokens, as far as a recording says them. */
export function expectedUnits(recording: Recording): Usage {
  const { expected_usage: expected, response } = recording;
  if (response.status < 200 || response.status > 299) return {};
  const searches = sumOrNull(expected?.search_units, expected?.web_search_requests);
  const seconds = expected?.audio_seconds ?? null;
  const characters = recording.api === "openai.audio.speech" ? spokenCharacters(recording) : null;
  const images = expected === null ? imagesMade(recording) : null;
  return {
    ...(searches === null ? {} : { searches }),
    ...(seconds === null ? {} : { seconds: Math.ceil(seconds) }),
    ...(characters === null ? {} : { characters }),
    ...(images === null ? {} : { images }),
  };
}

/** Characters as Unicode counts them. */
function spokenCharacters({ request }: Recording): number | null {
  if (typeof request.body !== "object" || request.body === null || request.body_elided) return null;
  const { input } = request.body;
  return typeof input === "string" ? [...input].length : null;
}

function imagesMade({ api, response, streaming }: Recording): number | null {
  if (!api.startsWith("openai.images.") || streaming) return null;
  let answer: JsonValue;
  try {
    answer = JSON.parse(response.body);
  } catch {
    return null;
  }
  const data = (answer as JsonObject | null)?.data;
  return Array.isArray(data) ? data.length : null;
}

function isCountOfTokens({ api }: Recording): boolean {
  return api === "anthropic.count_tokens" || api === "google.countTokens";
}

function brokenUnits(metered: Usage | null): Mismatch[] {
  return USAGE_CLASSES.flatMap((what) => {
    const units = metered?.[what];
    return units === undefined || (Number.isSafeInteger(units) && units >= 0)
      ? []
      : [{ what, expected: [0, Number.MAX_SAFE_INTEGER] as const, metered: units }];
  });
}

const reported = (usage: Usage | null, classes: readonly UsageClass[]) =>
  usage !== null && classes.some((each) => usage[each] !== undefined);

const sumOf = (usage: Usage | null, classes: readonly UsageClass[]) =>
  classes.reduce((sum, each) => sum + (usage?.[each] ?? 0), 0);

function sumOrNull(a: number | null | undefined, b: number | null | undefined): number | null {
  return (a ?? null) === null && (b ?? null) === null ? null : (a ?? 0) + (b ?? 0);
}
