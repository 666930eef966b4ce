/** Understanding a request for a video as far as money depends on it. @module */
import { z } from "zod";
import type { Arrived, ParsedCall } from "../dialect.ts";
import { filesOf, formMembers } from "../form_members.ts";
import { modelNamed, understood } from "../parsed_body.ts";
import { describeIssue, notForSale } from "../refusals.ts";

/** What OpenAI takes where the request names none. */
const STANDARD_MODEL = "sora-2";
const STANDARD_SECONDS = 4;

const MAX_SECONDS = 120;
const MAX_PROMPT_CHARACTERS = 100_000;

/** Prices are for a second of at most this many points; larger pictures cost more, by no usage class. */
const MAX_POINTS = 1_280 * 720;

const videosRequestSchema = z.looseObject({
  model: z.string().nullish(),
  prompt: z.string().min(1).max(MAX_PROMPT_CHARACTERS),
  // A text in a form, and in OpenAI's own clients.
  seconds: z.union([z.string().regex(/^\d{1,3}$/, "expected whole seconds"), z.int()])
    .transform(Number).pipe(z.number().min(1).max(MAX_SECONDS)).nullish(),
  size: z.string().regex(/^\d{1,5}x\d{1,5}$/, "expected a size such as 1280x720").nullish(),
});

/** Members that buy more videos, or a source whose length nobody knows here. */
const UNPRICED = ["n", "quality", "resolution", "remix_video_id", "duration"] as const;

/** Checks a request in JSON or in a form. */
export function parseVideosRequest(arrived: Arrived): ParsedCall {
  const { body } = arrived;
  const members = body.kind === "json" ? body.json : formMembers(body.form);
  const parsed = videosRequestSchema.safeParse(members);
  if (!parsed.success) return { failure: describeIssue(parsed.error.issues[0]) };
  const { data } = parsed;
  const unpriced = UNPRICED.find((each) => data[each] !== undefined && data[each] !== null);
  if (unpriced !== undefined) return { failure: notForSale(unpriced) };
  const [width = 0, height = 0] = (data.size ?? "").split("x").map(Number);
  if (width * height > MAX_POINTS) return { failure: notForSale("size") };
  const files = body.kind === "form" ? filesOf(body.form) : [];
  return understood({
    dialect: "openai.videos",
    endpoint: "videos",
    arrived,
    model: modelNamed(arrived, data.model ?? STANDARD_MODEL),
    modality: "image",
    outputLimit: 0,
    media: {
      images: files.length,
      dataBytes: files.reduce((sum, { size }) => sum + size, 0),
      unbounded: false,
    },
    unitsBound: { seconds: data.seconds ?? STANDARD_SECONDS, requests: 1 },
    classes: ["seconds", "requests"],
  });
}
