/** The shape of a chat completions request. @module */
import { z } from "zod";
import { type Failure, failure } from "../../shared/errors.ts";
import { identifierSchema } from "../../shared/ids/mod.ts";
import type { JsonObject } from "../../shared/json.ts";
import { unknownMember } from "./members.ts";

/** A checked request. `body` is the client's own object. */
export interface ChatRequest {
  readonly body: JsonObject;
  readonly model: string;
  readonly streaming: boolean;
  /** Whether the client asked for the usage chunk of a stream. */
  readonly usageAsked: boolean;
  /** Answers wanted, 1 to 8. */
  readonly choices: number;
  /** The client's output limit for one answer, or null for the model's own. */
  readonly outputLimit: number | null;
  /** Image parts among the messages. */
  readonly images: number;
  /** Characters inside images' `data:` URLs, which are not text to the model. */
  readonly imageDataLength: number;
}

const MAX_MESSAGES = 10_000;
const MAX_MEMBER_LENGTH = 100;
const MAX_PARTS = 10_000;
const MAX_TOOLS = 10_000;

/** Answers that one call may ask for. */
export const MAX_CHOICES = 8;

const part = z.discriminatedUnion("type", [
  z.looseObject({ type: z.literal("text"), text: z.string() }),
  z.looseObject({ type: z.literal("refusal"), refusal: z.string() }),
  z.looseObject({
    type: z.literal("image_url"),
    image_url: z.looseObject({ url: z.string() }),
  }),
], { error: "only text, refusal and image_url parts are supported" });

const content = z.union([z.string(), z.null(), z.array(part).max(MAX_PARTS)], {
  error: "supported are a string, null, and an array of text, refusal and image_url parts",
});

const limit = z.number().int().min(1).max(100_000_000).nullish();
const onlyText = z.array(z.literal("text")).nullish();

const chatRequestSchema = z.looseObject({
  model: identifierSchema,
  messages: z.array(z.looseObject({
    role: z.string(),
    content: content.optional(),
    // Refers to an earlier answer's sound, of a length that nobody here knows.
    audio: z.null({ error: "supported is null only" }).optional(),
  })).min(1).max(MAX_MESSAGES),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  n: z.number().int().min(1).max(MAX_CHOICES).nullish(),
  max_tokens: limit,
  max_completion_tokens: limit,
  // Other tools are run by the provider, and billed by the run.
  tools: z.array(z.looseObject({ type: z.enum(["function", "custom"]) })).max(MAX_TOOLS).nullish(),
  // What follows would be billed in units that no bound is known for.
  modalities: onlyText,
  audio: z.null().optional(),
  web_search_options: z.null().optional(),
  service_tier: z.enum(["auto", "default"]).nullish(),
});

const UNSUPPORTED = new Set([
  "modalities",
  "audio",
  "web_search_options",
  "service_tier",
  "tools",
]);

/**
 * Checks a parsed body. Fails with `invalid_request` or `unsupported_parameter`, naming the member
 * at fault in `param`.
 */
export function parseChatRequest(
  body: unknown,
): { readonly request: ChatRequest } | { readonly failure: Failure } {
  const parsed = chatRequestSchema.safeParse(body);
  if (!parsed.success) return { failure: describe(parsed.error.issues[0]) };
  const { data } = parsed;
  const unknown = unknownMember(body as JsonObject);
  if (unknown !== null) return { failure: notForSale(unknown) };
  const images = imagesOf(data.messages);
  return {
    request: {
      body: body as JsonObject,
      model: data.model,
      streaming: data.stream === true,
      usageAsked: data.stream_options?.include_usage === true,
      choices: data.n ?? 1,
      // A client that sends both may be obeyed in either, so the higher one bounds the call.
      outputLimit: data.max_tokens == null && data.max_completion_tokens == null
        ? null
        : Math.max(data.max_tokens ?? 0, data.max_completion_tokens ?? 0),
      ...images,
    },
  };
}

function notForSale(member: string): Failure {
  const param = member.slice(0, MAX_MEMBER_LENGTH);
  return failure(
    "unsupported_parameter",
    `The parameter ${JSON.stringify(param)} is not supported: nobody here knows what it costs. ` +
      "Leave it out.",
    { param },
  );
}

function describe(issue: z.core.$ZodIssue | undefined): Failure {
  const path = issue?.path ?? [];
  const param = path.reduce<string>(
    (text, step) =>
      typeof step === "number"
        ? `${text}[${step}]`
        : text === ""
        ? String(step)
        : `${text}.${String(step)}`,
    "",
  );
  const unsupported = UNSUPPORTED.has(String(path[0])) ||
    (path[0] === "messages" && issue?.message.includes("supported"));
  const where = param === "" ? "The request body" : `The parameter ${param}`;
  return failure(
    unsupported ? "unsupported_parameter" : "invalid_request",
    `${where} ${unsupported ? "is not supported with this value" : "is not valid"}: ${
      issue?.message ?? "unknown reason"
    }.`,
    param === "" ? {} : { param },
  );
}

function imagesOf(
  messages: readonly { content?: string | null | readonly z.output<typeof part>[] }[],
): { images: number; imageDataLength: number } {
  let images = 0;
  let imageDataLength = 0;
  for (const message of messages) {
    if (!Array.isArray(message.content)) continue;
    for (const each of message.content) {
      if (each.type !== "image_url") continue;
      images += 1;
      if (each.image_url.url.startsWith("data:")) imageDataLength += each.image_url.url.length;
    }
  }
  return { images, imageDataLength };
}
