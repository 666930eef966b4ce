/** A session's holds: each covers one part of it, and each is settled or released by itself. @module */
import type { CallFacts } from "../../shared/events/mod.ts";
import type { Failure } from "../../shared/errors.ts";
import { uuidv7 } from "../../shared/ids/mod.ts";
import type { EvidenceGrade, Usage } from "../../shared/usage/mod.ts";
import type { Caller } from "../authenticate/mod.ts";
import { type HoldRequest, placeHold } from "../hold/mod.ts";
import type { ProxyDeps } from "../app.ts";

/** What every hold of a session asks for. */
export type SliceTerms = Pick<
  HoldRequest,
  | "model"
  | "inputTokensBound"
  | "outputTokensRequested"
  | "minimumOutputTokens"
  | "unitsBound"
  | "billing"
>;

/** One held part of a session. */
export interface Slice {
  readonly requestId: string;
  /** What is known of it so far; null while nothing happened. */
  observed: Usage | null;
  /** Charges it; the first ending counts. */
  settle(usage: Usage, evidence: EvidenceGrade, facts: Partial<CallFacts>): void;
  /** Gives it back whole: nothing of it was used. */
  release(): void;
}

/** See {@link createSlices}. */
export interface Slices {
  /** Holds one more part. */
  open(requestId?: string): Promise<Slice | { readonly failure: Failure }>;
}

/** Prepares the slices of a session; `abort` ends the session when this process must stop. */
export function createSlices(deps: ProxyDeps, session: {
  readonly caller: Caller;
  readonly shard: number;
  readonly endpoint: string;
  readonly terms: SliceTerms;
  readonly facts: () => CallFacts;
  /** Whether the session runs with the customer's own key. */
  readonly ownKey: () => boolean;
  readonly abort: () => void;
}): Slices {
  const { accountId, keyId } = session.caller;
  const served = () => session.ownKey() ? { ownKey: true } : {};
  return {
    async open(requestId = uuidv7(deps.effects)) {
      const startedAtMs = deps.effects.clock.nowMs();
      const ended = (type: "SettleHold" | "ReleaseHold", body: Record<string, unknown>) => {
        const common = { accountId, requestId };
        deps.journal.settle(
          { type, body: { ...common, ...body } } as Parameters<
            typeof deps.journal.settle
          >[0],
        );
      };
      const hold = await placeHold(deps, {
        ...session.terms,
        accountId,
        requestId,
        keyId,
        edgeId: deps.edgeId,
        endpoint: session.endpoint,
        holdTtlMs: deps.holdTtlMs,
      }, session.shard);
      if (hold.status !== "granted") {
        if (hold.status === "refused" && hold.uncertain) {
          const call = { ...session.facts(), outcome: "ledger_unavailable" };
          ended("ReleaseHold", { reason: "upstream_not_called", call });
        }
        return { failure: hold.failure };
      }
      let open = true;
      const slice: Slice = {
        requestId,
        observed: null,
        settle(usage, evidence, facts) {
          if (!open) return;
          open = false;
          const totalMs = Math.max(0, deps.effects.clock.nowMs() - startedAtMs);
          ended("SettleHold", {
            usage,
            evidence,
            ...served(),
            call: { ...session.facts(), totalMs, ...facts },
          });
          unfollow();
        },
        release() {
          if (!open) return;
          open = false;
          const totalMs = Math.max(0, deps.effects.clock.nowMs() - startedAtMs);
          const call = { ...session.facts(), totalMs, outcome: "not_used" };
          ended("ReleaseHold", { reason: "upstream_not_called", call });
          unfollow();
        },
      };
      const unfollow = deps.progress.follow({
        accountId,
        requestId,
        shard: session.shard,
        startedAtMs,
        holdTtlMs: deps.holdTtlMs,
        reading: () =>
          slice.observed === null
            ? null
            : { usage: slice.observed, evidence: "observed", ...served() },
        abort: session.abort,
      });
      return slice;
    },
  };
}
