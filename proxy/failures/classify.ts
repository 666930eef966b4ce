/** From what a provider said to the class of its failure. @module */
import { type UpstreamErrorClass, type UpstreamFailure, upstreamFailure } from "./error_class.ts";

/** What an error body said, in whichever members a provider puts it. */
export interface Said {
  readonly message: string | null;
  readonly type: string | null;
  readonly code: string | null;
  readonly param: string | null;
}

/** An error without any words. */
export const NOTHING_SAID: Said = { message: null, type: null, code: null, param: null };

/** Words of codes and types, looked for before the status decides; the first that fits counts. */
const CODE_WORDS: readonly (readonly [RegExp, UpstreamErrorClass])[] = [
  [/insufficient_quota|billing|credit|quota_exceeded|payment/i, "quota_exceeded"],
  [
    /context_length|context_window|string_above_max|too_many_(prompt_|input_)?tokens|too_long/i,
    "context_length",
  ],
  [/content_filter|content_policy|moderation|safety|responsible_?ai/i, "content_filter"],
  [
    /model_not_found|model_not_available|unknown_model|modelnotfound|model_not_supported/i,
    "model_not_found",
  ],
  [/rate.?limit|throttl|too_many_requests|resource_exhausted|^429$/i, "rate_limit"],
  [/overloaded|unavailable|capacity|^503$|^529$/i, "overloaded"],
  [/authentication|invalid_api_key|unauthorized|permission|access.?denied|^401$|^403$/i, "auth"],
  [/timeout|deadline_exceeded|^504$|^408$/i, "timeout"],
];

/** Words of messages that tell more than a general status; looked for in refusals of a request only. */
const MESSAGE_WORDS: readonly (readonly [RegExp, UpstreamErrorClass])[] = [
  [
    /context (length|window|size)|maximum context|too many (input )?tokens|prompt is too long|input is too long|exceeds? the (model|maximum).{0,40}tokens|token count .{0,40}exceeds|reduce the length/i,
    "context_length",
  ],
  [
    /insufficient (quota|balance|credits?|funds)|exceeded your current quota|credit balance is too low|out of credits|billing/i,
    "quota_exceeded",
  ],
  [
    /content (management )?(policy|filter)|violates .{0,20}(guidelines|policy|policies)|flagged|safety (system|settings|filter)|moderation/i,
    "content_filter",
  ],
  [
    /model.{0,80}(not found|does not exist|not exist|is not (available|supported|valid)|no longer)|model identifier is invalid|invocation of model id|access to the model|no such model|supported (api )?model names are|not allowed to .{0,60} from this model|unknown model|invalid model|unsupported model/i,
    "model_not_found",
  ],
  [
    /(incorrect|invalid|missing|expired|not valid).{0,20}(api.?key|(access|auth|authentication|bearer|security|session)[ _-]token|credential)|api.?key.{0,30}(invalid|expired|not valid|incorrect)|unauthori[sz]ed/i,
    "auth",
  ],
  [/rate.?limit|too many requests/i, "rate_limit"],
];

/** What a status of 403 may be about, besides the credentials. */
const NOT_OF_THE_KEY: ReadonlySet<UpstreamErrorClass> = new Set([
  "content_filter",
  "quota_exceeded",
  "model_not_found",
]);

/** Whether what was not found or not given is something that the request named beside its model. */
function isAboutWhatWasNamed({ message }: Said): boolean {
  return message !== null && !/model|deployment|engine/i.test(message) &&
    /\b(response|conversation|file|item|container|vector.?store|thread|voice|cached.?contents?|prompt|batch|skill|assistant|dictionary|document|corpus|image|url|connector)\b/i
      .test(message);
}

/** What only credentials can be about. */
const OF_THE_KEY = /api.?key|credential|token|billing|project|organi[sz]ation|account/i;

function isOfTheKey({ message }: Said): boolean {
  return message !== null && OF_THE_KEY.test(message) && !/<html/i.test(message);
}

/**
 * The class of an answer that is an error. A code or type of a known meaning decides, then the
 * status, and for refusals of the request (400, 404, 413, 422 and their like) the message's words.
 */
export function errorClassOf(status: number | null, said: Said): UpstreamErrorClass {
  return recognised(status, said).errorClass;
}

interface Recognised {
  readonly errorClass: UpstreamErrorClass;
  /** See UpstreamFailure. */
  readonly words?: string;
}

function recognised(status: number | null, said: Said): Recognised {
  let by: { readonly matched: string; readonly means: UpstreamErrorClass } | null = null;
  const errorClass = classOf(status, said, (matched, means) => by = { matched, means });
  // Who limits a rate has not come to reading the request.
  if (status === 429) return { errorClass };
  const { matched, means } = by ?? NO_WORDS;
  return means === errorClass ? { errorClass, words: matched } : { errorClass };
}

const NO_WORDS = { matched: "", means: null };

function classOf(
  status: number | null,
  said: Said,
  byWords: (matched: string, means: UpstreamErrorClass) => void,
): UpstreamErrorClass {
  const words = `${said.code ?? ""} ${said.type ?? ""}`;
  const coded =
    CODE_WORDS.find(([pattern]) =>
      [said.code, said.type].some((each) => each !== null && pattern.test(each))
    )?.[1] ?? null;
  const byMessage = () => {
    for (const [pattern, errorClass] of said.message === null ? [] : MESSAGE_WORDS) {
      const matched = pattern.exec(said.message ?? "");
      if (matched === null) continue;
      // Of a model the words beside its name tell what is wrong with it.
      const telling = errorClass === "model_not_found" ? matched[1] ?? matched[0] : matched[0];
      byWords(telling, errorClass);
      return errorClass;
    }
    return null;
  };
  if (status === null) return coded ?? byMessage() ?? "server_error";
  if (status === 429) {
    return coded === "quota_exceeded" || byMessage() === "quota_exceeded"
      ? "quota_exceeded"
      : "rate_limit";
  }
  if (status === 401) return "auth";
  if (status === 402) return "quota_exceeded";
  if (status === 408 || status === 504 || status === 524) return "timeout";
  if (status === 503 || status === 529) return "overloaded";
  if (status === 403) {
    // Credentials that are good for most calls are not to be given up for what one of them said.
    const told = [coded, byMessage()].find((each) => each !== null && NOT_OF_THE_KEY.has(each));
    if (told != null) return told;
    const named = isAboutWhatWasNamed(said) && !isOfTheKey(said);
    return named ? "invalid_request" : "auth";
  }
  if (status === 404) return isAboutWhatWasNamed(said) ? "invalid_request" : "model_not_found";
  if (status === 413) return "context_length";
  if (status >= 400 && status < 500) {
    if (coded !== null && coded !== "rate_limit" && coded !== "timeout") return coded;
    return byMessage() ?? (/overload/i.test(words) ? "overloaded" : "invalid_request");
  }
  if (status >= 500) {
    return coded === "overloaded" || coded === "rate_limit" ? coded : "server_error";
  }
  return coded ?? "malformed";
}

/**
 * The failure that an answer stands for: its class, with the provider's own words only where they are
 * about the caller's request. Of an `auth` failure nothing is quoted: it may show a part of a key.
 */
export function classify(status: number, headers: Headers, said: Said): UpstreamFailure {
  const { errorClass, words } = recognised(status, said);
  const retryAfterMs = retryAfter(headers);
  const retry = {
    ...(retryAfterMs === null ? {} : { retryAfterMs }),
    ...(words === undefined ? {} : { words }),
    // What stands before a provider refuses some prompts so: it knows no key.
    ...(status === 403 && said.code === null && said.type === null && !isOfTheKey(said)
      ? { doubtful: true }
      : {}),
  };
  switch (errorClass) {
    case "auth":
      return upstreamFailure(
        errorClass,
        "The provider refused the gateway's own credentials.",
        retry,
      );
    case "model_not_found":
      return upstreamFailure(errorClass, "The provider does not have this model.", retry);
    case "rate_limit":
      return upstreamFailure(
        errorClass,
        "The provider limits the gateway's rate. Try again later.",
        retry,
      );
    case "quota_exceeded":
      return upstreamFailure(
        errorClass,
        "The gateway's account at the provider is used up.",
        retry,
      );
    case "overloaded":
      return upstreamFailure(errorClass, `The provider is overloaded (status ${status}).`, retry);
    case "timeout":
      return upstreamFailure(errorClass, `The provider took too long (status ${status}).`, retry);
    case "server_error":
    case "network":
      return upstreamFailure(errorClass, `The provider failed with status ${status}.`, retry);
    case "malformed":
      return upstreamFailure(errorClass, "The provider's answer could not be understood.", retry);
    case "invalid_request":
    case "content_filter":
    case "context_length":
      return upstreamFailure(errorClass, quotable(said.message), {
        ...retry,
        ...(said.param === null ? {} : { param: said.param }),
        ...(said.code === null ? {} : { upstreamCode: said.code }),
        upstreamType: said.type ?? "invalid_request_error",
      });
    default:
      throw errorClass satisfies never;
  }
}

const NAMES_A_KEY = /api.?key|\bkey id\b|bearer|\bteam: [0-9a-f-]{8}|\bsk-\w{4}/i;

/** What a provider said of the request; nothing that names whose key it was called with. */
function quotable(message: string | null): string {
  return message === null || NAMES_A_KEY.test(message)
    ? "The provider refused the request."
    : message;
}

/** The failure of an error inside of a stream, or of an answer with status 200. */
export function classifyInside(said: Said): UpstreamFailure {
  const message = said.message === null || NAMES_A_KEY.test(said.message)
    ? "The provider failed while it answered."
    : `The provider failed while it answered: ${said.message}`;
  const { errorClass, words } = recognised(null, said);
  const found = words === undefined ? {} : { words };
  // Whatever it was about, it came after the provider had taken the request.
  return errorClass === "auth"
    ? upstreamFailure(errorClass, "The provider refused the gateway's own credentials.", found)
    : upstreamFailure(errorClass, message, { ...found, tryNext: true });
}

/** The longer one of `retry-after` in seconds and `retry-after-ms`; a date is ignored. At most an hour. */
function retryAfter(headers: Headers): number | null {
  const exact = /^\d{1,7}$/.exec(headers.get("retry-after-ms") ?? "");
  const seconds = /^\d{1,4}(\.\d+)?$/.exec(headers.get("retry-after") ?? "");
  if (exact === null && seconds === null) return null;
  const longest = Math.max(Number(exact?.[0] ?? 0), Math.ceil(Number(seconds?.[0] ?? 0) * 1_000));
  return Math.min(longest, 3_600_000);
}
