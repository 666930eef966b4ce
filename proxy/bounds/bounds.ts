/** The bounds and the estimate of a call, for every dialect. @module */
import type { Usage, UsageClass } from "../../shared/usage/mod.ts";
import type { CallRequest } from "../dialects/mod.ts";

/**
 * The most input tokens that one image costs at any provider in the catalogue: gpt-4o-mini in high
 * detail, 2,833 + 8 tiles × 5,667, rounded up.
 */
export const TOKENS_PER_IMAGE = 50_000;

/** What a provider's chat format adds around each message, with room to spare. */
const TOKENS_PER_MESSAGE = 16;

/** What a provider adds once: the reply's priming, a tool preamble, a response format. */
const TOKENS_PER_CALL = 512;

/** Fewer output tokens than this for each answer are not worth a call. */
const MINIMUM_OUTPUT_TOKENS = 16;

/** More than the 300,000 tokens that a call for embeddings may have. */
const MOST_WINDOWS = 100;

const MOST_TOKENS = 1_000_000_000;
const MOST_MINIMUM_TOKENS = 1_000_000;

/** More than most thoughts are long: what must be carried where no limit that is sent holds them. */
const UNLIMITED_REASONING_TOKENS = 16_384;

/** The bounds that a hold is placed for. */
export interface CallBounds {
  /** Never below the true input of a call that succeeds. */
  readonly inputTokensBound: number;
  /** How often the context may be read within the call; absent for once. */
  readonly contextReadings?: number;
  /** The client's output limit over all its answers, or null for the model's own. */
  readonly outputTokensRequested: number | null;
  /** Below this many output tokens over all answers the call is not worth making. */
  readonly minimumOutputTokens: number;
  /** The most of what is not tokens. */
  readonly unitsBound: Usage;
}

/** What a provider does to a call on its own; see ProviderProfile. */
export interface ProviderHabits {
  readonly inputOverheadTokens?: number;
  readonly outputSlackTokens?: number;
  readonly limitsReasoning?: boolean;
}

/**
 * Bounds a call that any of `providers` may serve. A byte-level tokeniser makes at most one token of a
 * byte, so the body's length is a bound for text in any script; images are counted apart. And no call
 * succeeds whose input exceeds the model's context window, so the window is a bound as well, and the
 * lower one holds, for each time that the context may be read.
 */
export function boundCall(
  request: CallRequest,
  model: {
    readonly contextWindowTokens: number;
    readonly maxOutputTokens: number;
    readonly capabilities?: readonly string[] | undefined;
  },
  providers: readonly ProviderHabits[] = [],
): CallBounds {
  const { arrived, media, choices } = request;
  const overheadTokens = Math.max(
    media.addedTokens ?? TOKENS_PER_CALL,
    ...providers.map((each) => each.inputOverheadTokens ?? 0),
  );
  const bySize = media.unbounded ? Infinity : arrived.bodyBytes.length - media.dataBytes +
    media.images * (media.tokensPerImage ?? TOKENS_PER_IMAGE) +
    request.messages * TOKENS_PER_MESSAGE + overheadTokens;
  // What fits into fewer windows needs no more of them.
  const windows = Math.min(
    media.windows ?? 1,
    Math.max(1, Math.ceil(bySize / model.contextWindowTokens)),
    MOST_WINDOWS,
  );
  const readings = (media.readings ?? 1) * windows;
  const outputLimit = limitOf(request, model, providers);
  const perAnswer = outputLimit ?? (choices > 1 ? model.maxOutputTokens : null);
  return {
    inputTokensBound: Math.min(bySize, model.contextWindowTokens * windows) *
      (media.readings ?? 1),
    ...(readings === 1 ? {} : { contextReadings: readings }),
    outputTokensRequested: perAnswer === null ? null : Math.min(perAnswer * choices, MOST_TOKENS),
    minimumOutputTokens: Math.min(
      choices *
        leastOf(request, perAnswer ?? model.maxOutputTokens, reasonsFreely(model, providers)),
      MOST_MINIMUM_TOKENS,
    ),
    unitsBound: request.unitsBound,
  };
}

/**
 * Bounds a call that may be sent in several `ways`, each in a protocol of its own: the input and the
 * units are the most of any of them, the output is what the client's own request says.
 */
export function boundWays(
  request: CallRequest,
  ways: readonly CallRequest[],
  model: Parameters<typeof boundCall>[1],
  providers: readonly ProviderHabits[],
): CallBounds {
  const own = boundCall(request, model, providers);
  if (ways.length === 1 && ways[0] === request) return own;
  const all = ways.map((way) => boundCall(way, model, providers));
  const readings = Math.max(1, ...all.map(({ contextReadings }) => contextReadings ?? 1));
  const { contextReadings: _own, ...rest } = own;
  const units: Partial<Record<UsageClass, number>> = {};
  for (const { unitsBound } of all) {
    for (const [unit, most] of Object.entries(unitsBound) as [UsageClass, number][]) {
      units[unit] = Math.max(units[unit] ?? 0, most);
    }
  }
  return {
    ...rest,
    ...(readings === 1 ? {} : { contextReadings: readings }),
    inputTokensBound: Math.max(...all.map(({ inputTokensBound }) => inputTokensBound)),
    unitsBound: units,
  };
}

/** The least of an answer that must be carried: all of it where nothing that is sent limits it. */
function leastOf({ outputFixed }: CallRequest, most: number, freely: boolean): number {
  if (outputFixed === true) return most;
  return Math.min(freely ? UNLIMITED_REASONING_TOKENS : MINIMUM_OUTPUT_TOKENS, most);
}

interface Reasoner {
  readonly maxOutputTokens: number;
  readonly capabilities?: readonly string[] | undefined;
}

/** Whether thoughts may be longer than the limit that is sent. */
function reasonsFreely({ capabilities }: Reasoner, providers: readonly ProviderHabits[]): boolean {
  const reasons = capabilities === undefined || capabilities.includes("reasoning");
  return reasons && providers.some(({ limitsReasoning }) => limitsReasoning === false);
}

/** The most that an answer has under the client's own limit; null for the model's. */
function limitOf(
  { outputLimit, outputFixed }: CallRequest,
  model: Reasoner,
  providers: readonly ProviderHabits[],
): number | null {
  if (outputLimit === null || outputLimit === 0 || outputFixed === true) return outputLimit;
  if (reasonsFreely(model, providers)) return Math.max(outputLimit, model.maxOutputTokens);
  return outputLimit + Math.max(0, ...providers.map((each) => each.outputSlackTokens ?? 0));
}

/**
 * The documented estimate of a text's tokens, used when a provider reports none: four ASCII
 * characters a token, and one token for each other UTF-16 unit; rounded up.
 */
export function estimatedTokens(count: { readonly ascii: number; readonly other: number }): number {
  return Math.ceil(count.ascii / 4) + count.other;
}

/** What an image is taken to cost when no report says so. */
const ESTIMATED_TOKENS_PER_IMAGE = 1_000;

/** The documented estimate of a call's input, never above its bound. */
export function inputEstimate(
  request: CallRequest,
  bounds: Pick<CallBounds, "inputTokensBound">,
): number {
  const { arrived: { bodyBytes }, media } = request;
  let other = 0;
  let continued = 0;
  for (const byte of bodyBytes) {
    // UTF-8 writes a character beyond ASCII as one leading byte and its continuations.
    if (byte >= 0xc0) other += 1;
    else if (byte >= 0x80) continued += 1;
  }
  const ascii = Math.max(0, bodyBytes.length - other - continued - media.dataBytes);
  return Math.min(
    bounds.inputTokensBound,
    estimatedTokens({ ascii, other: Math.min(other, bodyBytes.length) }) +
      media.images * ESTIMATED_TOKENS_PER_IMAGE,
  );
}
