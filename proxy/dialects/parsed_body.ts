/** The common part of understanding a JSON request. @module */
import { z } from "zod";
import { identifierSchema } from "../../shared/ids/mod.ts";
import type { Failure } from "../../shared/errors.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { Arrived, CallRequest, DialectName, MediaCount, ParsedCall } from "./dialect.ts";
import { describeIssue, notForSale } from "./refusals.ts";

/** Nothing but text. */
export const ONLY_TEXT: MediaCount = { images: 0, dataBytes: 0, unbounded: false };

/** A limit on output tokens; absent and null are the model's own. */
export const outputLimitSchema = z.number().int().min(0).max(100_000_000).nullish();

/**
 * Checks a JSON body. `priced` names the members whose other values cost what nobody priced: those
 * are refused as `unsupported_parameter`, everything else that is wrong as `invalid_request`.
 */
export function parseBody<Schema extends z.ZodType>(
  arrived: Arrived,
  schema: Schema,
  priced: readonly string[] = [],
): { readonly data: z.output<Schema> } | { readonly failure: Failure } {
  if (arrived.body.kind !== "json") {
    return { failure: describeIssue({ path: [], message: "expected JSON" }) };
  }
  const parsed = schema.safeParse(arrived.body.json);
  if (parsed.success) return { data: parsed.data };
  const [issue] = parsed.error.issues;
  const member = priced.find((each) => issue?.path.includes(each));
  return { failure: member === undefined ? describeIssue(issue) : notForSale(member) };
}

/**
 * The model that a call is for: the path's where the API names it there, else the body's. Null when
 * neither names one that can exist.
 */
export function modelNamed(arrived: Arrived, inBody?: unknown): string | null {
  const named = arrived.params.model ?? inBody;
  const parsed = identifierSchema.safeParse(
    typeof named === "string" ? named.replace(/^(?:publishers\/[a-z0-9-]+\/)?models\//, "") : named,
  );
  return parsed.success ? parsed.data : null;
}

/** What a dialect understood, completed with what most calls are. */
export function understood(
  known:
    & Pick<CallRequest, "arrived" | "endpoint">
    & { readonly dialect: DialectName; readonly model: string | null }
    & Partial<Omit<CallRequest, "model">>,
): ParsedCall {
  const { model } = known;
  if (model === null) {
    return { failure: describeIssue({ path: ["model"], message: "expected a model's name" }) };
  }
  return {
    request: {
      modality: "text",
      streaming: false,
      usageAsked: false,
      choices: 1,
      outputLimit: null,
      messages: 1,
      media: ONLY_TEXT,
      unitsBound: {},
      classes: null,
      ...known,
      model,
    },
  };
}

/** The client's JSON body; empty when it is a form. */
export function jsonOf({ arrived: { body } }: CallRequest): JsonObject {
  return body.kind === "json" ? body.json : {};
}

/** An object, or an empty one in place of anything else. */
export function objectOrEmpty(value: unknown): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as JsonObject
    : {};
}
