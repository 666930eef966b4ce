/** Understanding a request for pictures as far as money depends on it. @module */
import { z } from "zod";
import type { UsageClass } from "../../../shared/usage/mod.ts";
import type { Arrived, MediaCount, ParsedCall } from "../dialect.ts";
import { filesOf, formMembers } from "../form_members.ts";
import { modelNamed, understood } from "../parsed_body.ts";
import { describeIssue } from "../refusals.ts";
import { memberAt } from "../counts.ts";

/** What OpenAI takes where no model is named. */
const STANDARD_MODEL = "dall-e-2";

const MAX_IMAGES = 10;
const MAX_PARTIAL_IMAGES = 3;

/** More than any picture in use is made of, its text included, by the quality that was asked for. */
const TOKENS_BY_QUALITY: ReadonlyMap<string, number> = new Map([["low", 1_500], ["medium", 5_000]]);
const MOST_TOKENS = 16_000;
const TOKENS_PER_PARTIAL_IMAGE = 200;

/** More than any picture in use is read as, at high fidelity. */
const TOKENS_PER_INPUT_IMAGE = 10_000;

// Fields of a form are texts, whatever they stand for.
const whole = (most: number) => z.coerce.number().int().min(0).max(most).nullish();
const flag = z.union([z.boolean(), z.enum(["true", "false"]).transform((text) => text === "true")]);

const imagesRequestSchema = z.looseObject({
  model: z.string().nullish(),
  // The same in the words of some servers.
  model_name: z.string().nullish(),
  n: whole(MAX_IMAGES),
  quality: z.string().nullish(),
  partial_images: whole(MAX_PARTIAL_IMAGES),
  stream: flag.nullish(),
});

/** Checks a request for new pictures. */
export function parseGenerations(arrived: Arrived): ParsedCall {
  return parseImages(arrived, "openai.images.generations", "images/generations");
}

/** Checks a request to edit pictures, in a form or in JSON. */
export function parseEdits(arrived: Arrived): ParsedCall {
  return parseImages(arrived, "openai.images.edits", "images/edits");
}

function parseImages(
  arrived: Arrived,
  dialect: "openai.images.generations" | "openai.images.edits",
  endpoint: string,
): ParsedCall {
  const { body } = arrived;
  const members = body.kind === "json" ? body.json : formMembers(body.form);
  const parsed = imagesRequestSchema.safeParse(members);
  if (!parsed.success) return { failure: describeIssue(parsed.error.issues[0]) };
  const { data } = parsed;
  const images = Math.max(1, data.n ?? 1);
  const tokens = TOKENS_BY_QUALITY.get(data.quality ?? "auto") ?? MOST_TOKENS;
  return understood({
    dialect,
    endpoint,
    arrived,
    model: modelNamed(arrived, data.model ?? data.model_name ?? STANDARD_MODEL),
    modality: "image",
    streaming: data.stream === true,
    choices: images,
    outputLimit: tokens + (data.partial_images ?? 0) * TOKENS_PER_PARTIAL_IMAGE,
    outputFixed: true,
    media: mediaOf(arrived),
    unitsBound: { images },
    classes: CLASSES,
  });
}

function mediaOf({ body }: Arrived): MediaCount {
  if (body.kind === "form") {
    const files = filesOf(body.form);
    const dataBytes = files.reduce((sum, { size }) => sum + size, 0);
    return {
      images: files.length,
      dataBytes,
      tokensPerImage: TOKENS_PER_INPUT_IMAGE,
      unbounded: false,
    };
  }
  const given = [body.json.images, body.json.image, body.json.mask].flat()
    .filter((each) => each !== undefined && each !== null);
  const addresses = given.map((each) => memberAt(each, "image_url") ?? each);
  const dataBytes = addresses.reduce<number>(
    (sum, each) => typeof each === "string" && each.startsWith("data:") ? sum + each.length : sum,
    0,
  );
  return {
    images: given.length,
    dataBytes,
    tokensPerImage: TOKENS_PER_INPUT_IMAGE,
    unbounded: false,
  };
}

const CLASSES: readonly UsageClass[] = [
  "input",
  "cached_input",
  "image_input",
  "output",
  "reasoning",
  "image_output",
  "images",
  "requests",
];
