/** Calls to providers that do not speak the client's protocol. @module */
import type { Failure } from "../../shared/errors.ts";
import {
  type AnswerReader,
  type CallRequest,
  type DialectName,
  dialectOf,
  type OutgoingRequest,
  type SendOptions,
} from "../dialects/mod.ts";
import { messagesWire } from "./anthropic_messages/mod.ts";
import { generateWire } from "./google_generate_content/mod.ts";
import { chatWire } from "./openai_chat/mod.ts";
import { responsesWire } from "./openai_responses/mod.ts";
import { translatedReader } from "./reader.ts";
import type { ThoughtForm, Wire } from "./wire.ts";

/** What is translated, in the order in which a provider's protocols are tried. */
const WIRES: readonly Wire[] = [chatWire, messagesWire, generateWire, responsesWire];

/** A call in a protocol that the provider speaks. */
export interface Translation {
  readonly dialect: DialectName;
  readonly sent: OutgoingRequest;
  readonly reader: AnswerReader;
  /**
   * Members of the client's request that were left out because they change neither the answer nor
   * its limits, and have no form in the provider's protocol.
   */
  readonly leftOut: readonly string[];
}

/** The output limit where neither the client nor the model's entry names one, in tokens. */
const USUAL_OUTPUT_LIMIT = 4_096;

/** The protocol that a call would be translated to, or null when it cannot be. */
export function translationTarget(
  client: DialectName,
  spoken: Readonly<Partial<Record<DialectName, string>>>,
): DialectName | null {
  if (!WIRES.some(({ dialect }) => dialect === client)) return null;
  return WIRES.find(({ dialect }) => dialect !== client && spoken[dialect] !== undefined)
    ?.dialect ?? null;
}

/** What a call is translated with. */
export interface TranslationOptions extends SendOptions {
  /** The limit that the model itself has, in tokens; null when it isn't known. */
  readonly modelOutputLimit: number | null;
  /** Absent for `reasoning_content`, which most servers take. */
  readonly thoughts?: ThoughtForm;
}

/**
 * Translates a call to another protocol. Fails with `unsupported_parameter`, naming the client's own
 * member, when something in it cannot be said there; nothing that matters is ever dropped.
 */
export function translate(
  call: CallRequest,
  target: DialectName,
  options: TranslationOptions,
): Translation | { readonly failure: Failure } {
  const spoken = spokenAs(call, target, options);
  if ("failure" in spoken) return spoken;
  const { request, leftOut } = spoken;
  const dialect = dialectOf(target);
  return {
    dialect: target,
    sent: dialect.send(request, options),
    reader: translatedReader({
      inner: dialect.reader(request),
      from: wireOf(target),
      to: wireOf(call.dialect),
      call,
      native: dialectOf(call.dialect).reader(call),
    }),
    leftOut,
  };
}

/** The call as a client of the other protocol would have made it. Fails as {@link translate} does. */
export function spokenAs(
  call: CallRequest,
  target: DialectName,
  options: Pick<TranslationOptions, keyof WriteLimits>,
): { readonly request: CallRequest; readonly leftOut: readonly string[] } | {
  readonly failure: Failure;
} {
  const client = wireOf(call.dialect);
  const conversation = client.readRequest(call);
  if ("failure" in conversation) return conversation;
  const written = wireOf(target).writeRequest(conversation, {
    upstreamModel: options.upstreamModel,
    outputLimit: options.outputLimit ?? call.outputLimit ?? options.modelOutputLimit ??
      USUAL_OUTPUT_LIMIT,
    outputLimitParameter: options.outputLimitParameter,
    thoughts: options.thoughts ?? "reasoning_content",
    names: client.names,
  });
  if ("failure" in written) return written;
  const { body, params, action, query, leftOut } = written;
  const parsed = dialectOf(target).parse({
    body: { kind: "json", json: body },
    bodyBytes: new TextEncoder().encode(JSON.stringify(body)),
    params,
    action,
    query: new URLSearchParams(query),
    headers: new Headers(),
  });
  return "failure" in parsed ? parsed : { request: parsed.request, leftOut };
}

type WriteLimits = Pick<
  TranslationOptions,
  "upstreamModel" | "outputLimit" | "outputLimitParameter" | "modelOutputLimit" | "thoughts"
>;

/** Throws RangeError for a protocol that is not translated. */
function wireOf(name: DialectName): Wire {
  const wire = WIRES.find(({ dialect }) => dialect === name);
  if (wire === undefined) throw new RangeError(`${name} is not translated`);
  return wire;
}
