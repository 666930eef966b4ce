/** Why a call leads nowhere, in words for whoever made it. @module */
import { failure, FailureError } from "../shared/errors.ts";
import { AUTO_MODEL } from "../shared/routing/mod.ts";
import type { SkippedTarget } from "./route/mod.ts";

/** What is known of a name for which no candidate was found. */
export interface Nowhere {
  /** As the client named it. */
  readonly name: string;
  readonly keyId: string;
  /** Whether it means any model for sale, any that the key may call, any that a provider here has. */
  readonly isKnown: boolean;
  readonly isAllowed: boolean;
  readonly isServed: boolean;
  /** Places that would have served, and why they do not now. */
  readonly skipped: readonly SkippedTarget[];
}

const RETRY_AFTER_MS = 5_000;
const MOST_REASONS = 3;

/** `no_provider_available` where a later try may succeed; else `model_not_allowed` or `model_not_found`. */
export function noCandidate(nowhere: Nowhere): FailureError {
  const { name, keyId, skipped } = nowhere;
  const quoted = JSON.stringify(name);
  if (skipped.length > 0) {
    const why = skipped.slice(0, MOST_REASONS).map(({ provider, reason }) =>
      `${provider}: ${reason}`
    );
    const message = `No provider can take ${quoted} now (${why.join("; ")}). Try again shortly.`;
    return new FailureError(
      failure("no_provider_available", message, { retryAfterMs: RETRY_AFTER_MS }),
    );
  }
  if (nowhere.isKnown && !nowhere.isAllowed) {
    const message = `The API key ${keyId} may not call ${quoted}.`;
    return new FailureError(failure("model_not_allowed", message, { param: "model" }));
  }
  return new FailureError(failure("model_not_found", notFound(nowhere, quoted), {
    param: "model",
  }));
}

/** `model_not_found` for a name that means nothing that somebody here has. */
export function notForSale(name: string): FailureError {
  const message = `The model ${JSON.stringify(name)} is not for sale.`;
  return new FailureError(failure("model_not_found", message, { param: "model" }));
}

function notFound({ name, isKnown, isServed }: Nowhere, quoted: string): string {
  if (name === AUTO_MODEL) return "Nothing that is for sale here fits this call.";
  if (!isKnown) return `The model ${quoted} is not for sale.`;
  return isServed
    ? `The model ${quoted} is for sale, but no provider here takes this kind of call for it.`
    : `The model ${quoted} has a price, but no provider here serves it.`;
}
