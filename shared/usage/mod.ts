/** What a call consumed, in disjoint classes, and how good the evidence for it is. @module */
import { z } from "zod";

export { RATE_FALLBACKS } from "./rate_fallbacks.ts";

/**
 * The billable classes. They are disjoint: a cached input token is not counted in `input` again, and
 * a reasoning token is not counted in `output` again. Tokens, except for the units named at the end.
 */
export const USAGE_CLASSES = [
  "input",
  "cached_input",
  "cache_write_5m",
  "cache_write_1h",
  "output",
  "reasoning",
  "audio_input",
  "audio_output",
  "image_input",
  "image_output",
  "characters",
  "seconds",
  "images",
  "requests",
  "searches",
] as const;

/** One of {@link USAGE_CLASSES}. */
export type UsageClass = (typeof USAGE_CLASSES)[number];

/** The classes that are not tokens: nothing bounds them but what the request itself asks for. */
export const UNIT_CLASSES = [
  "characters",
  "seconds",
  "images",
  "requests",
  "searches",
] as const satisfies readonly UsageClass[];

/** The tokens of a call's input side: a bound on input covers them, and a tier is chosen by them. */
export const INPUT_SIDE = [
  "input",
  "cached_input",
  "cache_write_5m",
  "cache_write_1h",
  "audio_input",
  "image_input",
] as const satisfies readonly UsageClass[];

/** The tokens of a call's output side: a limit on output covers them. */
export const OUTPUT_SIDE = [
  "output",
  "reasoning",
  "audio_output",
  "image_output",
] as const satisfies readonly UsageClass[];

/** Units by class, safe integers of at least 0; a class that is absent was not used. */
export type Usage = Readonly<Partial<Record<UsageClass, number>>>;

/**
 * How usage is known, best first: `reported` by the provider, `observed` by counting what was
 * streamed, `bounded` by a limit that it cannot exceed, or `unknown`.
 */
export const EVIDENCE_GRADES = ["reported", "observed", "bounded", "unknown"] as const;

/** One of {@link EVIDENCE_GRADES}. */
export type EvidenceGrade = (typeof EVIDENCE_GRADES)[number];

/**
 * What a call was about: `vision` reads images, `image` makes them, `audio` hears or speaks.
 */
export const MODALITIES = ["text", "vision", "image", "audio", "embedding"] as const;

/** One of {@link MODALITIES}. */
export type Modality = (typeof MODALITIES)[number];

/** Validates {@link Usage}; unknown classes, negative or fractional units are refused. */
export const usageSchema: z.ZodType<Usage> = z.partialRecord(
  z.enum(USAGE_CLASSES),
  z.number().int().min(0).max(1_000_000_000_000),
);

/** Validates a bound on units: {@link Usage} of {@link UNIT_CLASSES} only. */
export const unitsBoundSchema: z.ZodType<Usage> = z.partialRecord(
  z.enum(UNIT_CLASSES),
  z.number().int().min(0).max(1_000_000_000_000),
);

/** Validates an {@link EvidenceGrade}. */
export const evidenceGradeSchema = z.enum(EVIDENCE_GRADES);

/** Total units of all classes. */
export function totalUnits(usage: Usage): number {
  return USAGE_CLASSES.reduce((sum, usageClass) => sum + (usage[usageClass] ?? 0), 0);
}
