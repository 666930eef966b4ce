/** One call to one target: what is sent there, and how its answer is understood. @module */
import type { Failure } from "../../shared/errors.ts";
import { failure } from "../../shared/errors.ts";
import {
  type AnswerReader,
  type CallRequest,
  type DialectName,
  dialectOf,
  type OutgoingRequest,
} from "../dialects/mod.ts";
import { spokenAs, translate, translationTarget } from "../translate/mod.ts";
import type { ProviderProfile, UpstreamTarget } from "./target.ts";

/** A request, ready to be sent. */
export interface UpstreamRequest {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string | FormData;
}

/** See the module. */
export interface Exchange {
  readonly request: UpstreamRequest;
  readonly reader: AnswerReader;
  /** What a translation left out because it changes neither the answer nor its limits. */
  readonly leftOut: readonly string[];
}

/** How a call goes to a target. */
export interface ExchangeOptions {
  readonly upstreamModel: string;
  /** The limit to send for one answer, or null to send the client's own. */
  readonly outputLimit: number | null;
  /** The limit of the model itself, for protocols that must be told one; absent when unknown. */
  readonly modelOutputLimit?: number;
}

/** Whether a provider serves calls in a dialect, in its own protocol or in translation. */
export function serves(profile: ProviderProfile, dialect: DialectName): boolean {
  return profile.dialects[dialect] !== undefined ||
    translationTarget(dialect, profile.dialects) !== null;
}

/** The dialects in which a provider is asked for one of its models; all of them for an unknown name. */
function dialectsFor(profile: ProviderProfile, upstreamModel: string): ProviderProfile["dialects"] {
  const { dialects, dialectModels = {} } = profile;
  const named = (names: readonly string[]) => names.some((name) => upstreamModel.startsWith(name));
  if (!Object.values(dialectModels).some(named)) return dialects;
  return Object.fromEntries(
    Object.entries(dialects).filter(([dialect]) => {
      const names = dialectModels[dialect as DialectName];
      return names === undefined || named(names);
    }),
  );
}

/** Who may be asked, and for which model. */
export interface Askable {
  readonly target: Pick<UpstreamTarget, "profile">;
  readonly upstreamModel: string;
}

/**
 * The call as each of those that may be asked would be sent it, so that it can be bounded by what
 * their own protocols cost: as it is, and in every protocol that one of them has it translated to. Who
 * cannot be told something of the call is left out, since it will not be asked. Never empty.
 */
export function waysOf(call: CallRequest, askable: readonly Askable[]): readonly CallRequest[] {
  const spoken = askable.map(({ target, upstreamModel }) =>
    dialectsFor(target.profile, upstreamModel)
  );
  const native = spoken.some((dialects) => dialects[call.dialect] !== undefined);
  const targets = new Set(
    spoken.filter((dialects) => dialects[call.dialect] === undefined)
      .map((dialects) => translationTarget(call.dialect, dialects)),
  );
  const translated = [...targets].flatMap((target) => {
    if (target === null) return [];
    const spoken = spokenAs(call, target, {
      upstreamModel: call.model,
      outputLimit: null,
      outputLimitParameter: "max_tokens",
      modelOutputLimit: WIDE_OUTPUT_LIMIT,
    });
    return "failure" in spoken ? [] : [spoken.request];
  });
  return native || translated.length === 0 ? [call, ...translated] : translated;
}

/** Has room for every effort; what is sent is limited by the hold. */
const WIDE_OUTPUT_LIMIT = 100_000;

/**
 * Prepares the exchange. Where the target speaks the client's dialect, bytes pass; else the call is
 * translated to a dialect that it speaks. Fails with `unsupported_parameter` when something in the
 * request cannot be said there, and with `model_not_found` when the target has no such route.
 */
export function exchangeWith(
  target: UpstreamTarget,
  call: CallRequest,
  options: ExchangeOptions,
): Exchange | { readonly failure: Failure } {
  const { profile } = target;
  const dialects = dialectsFor(profile, options.upstreamModel);
  const own = dialects[call.dialect];
  if (own !== undefined) {
    const dialect = dialectOf(call.dialect);
    const sent = dialect.send(call, { ...options, ...profile });
    const reader = dialect.reader(call);
    return { request: addressed(target, own, sent, options), reader, leftOut: [] };
  }
  const other = translationTarget(call.dialect, dialects);
  if (other === null) {
    return {
      failure: failure("model_not_found", `${target.name} does not serve ${call.endpoint}.`, {
        param: "model",
      }),
    };
  }
  const translation = translate(call, other, {
    ...options,
    ...profile,
    modelOutputLimit: options.modelOutputLimit ?? null,
  });
  if ("failure" in translation) return translation;
  const { sent, reader, leftOut } = translation;
  const path = dialects[other] ?? "";
  return { request: addressed(target, path, sent, options), reader, leftOut };
}

function addressed(
  target: UpstreamTarget,
  path: string,
  sent: OutgoingRequest,
  { upstreamModel }: ExchangeOptions,
): UpstreamRequest {
  const url = new URL(
    target.baseUrl +
      path.replaceAll("{model}", encodeURIComponent(upstreamModel))
        .replaceAll("{action}", sent.action ?? ""),
  );
  for (const [name, value] of Object.entries(sent.query)) url.searchParams.set(name, value);
  return {
    url: url.href,
    headers: {
      "accept-encoding": "identity",
      ...(typeof sent.body === "string" ? { "content-type": "application/json" } : {}),
      ...target.profile.headers,
      ...sent.headers,
      ...credentialsOf(target),
    },
    body: sent.body,
  };
}

/** The headers by which a target knows us; empty when it needs none. Never logged. */
export function credentialsOf({ profile, apiKey }: UpstreamTarget): Record<string, string> {
  if (apiKey === null || profile.auth === "none") return {};
  return profile.auth === "bearer"
    ? { authorization: `Bearer ${apiKey}` }
    : { [profile.auth]: apiKey };
}
