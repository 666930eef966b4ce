/**
 * Stories for tests: a shard, its clock, and commands with defaults. One input token costs 1,000
 * microkyat and one output token 4,000, without markup, so that amounts can be checked in the head.
 *
 * @module
 */
import { type Command, type CommandBody, type CommandType } from "../../shared/commands/mod.ts";
import { type DomainEvent, UNKNOWN_CALL } from "../../shared/events/mod.ts";
import { NO_LIMITS } from "../../shared/limits/mod.ts";
import type { Decision, PlacedEvent } from "../domain.ts";
import { ledgerDomain } from "./domain.ts";
import { balanceView } from "./queries.ts";
import type { ShardState } from "./state.ts";

/** When stories begin: noon in Yangon on 15 October 2025. */
export const STORY_START_MS = 1_760_506_200_000;

/** The n-th request id. */
export function requestId(n: number): string {
  return `01999999-0000-7000-8000-${n.toString(16).padStart(12, "0")}`;
}

/** A key's hash that differs for each n. */
export function keyHash(n: number): string {
  return n.toString(16).padStart(64, "0");
}

const defaults: { readonly [T in CommandType]: CommandBody<T> } = {
  OpenAccount: { accountId: "acc-1", name: "First" },
  GrantCredit: {
    accountId: "acc-1",
    amountMicroKyat: 1_000_000n,
    source: "manual_payment",
    reference: "transfer 1",
  },
  PostAdjustment: { accountId: "acc-1", amountMicroKyat: -1_000n, reason: "correction" },
  IssueCreditNote: {
    accountId: "acc-1",
    reference: "rerate-1",
    amountMicroKyat: 500n,
    fromDay: "2026-11-01",
    toDay: "2026-11-30",
    reason: "price was too high",
  },
  IssueKey: {
    accountId: "acc-1",
    keyId: "key-1",
    keyHash: keyHash(1),
    prefix: "sk-sgl-abcd",
    label: "First key",
    expiresAtMs: null,
  },
  RevokeKey: { accountId: "acc-1", keyId: "key-1", reason: "leaked" },
  SetBudget: { accountId: "acc-1", keyId: null, period: "day", limitMicroKyat: 100_000n },
  PublishPrice: {
    model: "model-1",
    displayName: "Model",
    ownedBy: "maker",
    ratesPicoUsdPerUnit: { input: 1_000_000n, output: 4_000_000n },
    contextWindowTokens: 1_000,
    maxOutputTokens: 100,
    source: "test",
  },
  WithdrawPrice: { model: "model-1", reason: "its maker retired it" },
  SetOwnKeyFee: { picoUsdPerRequest: 2_000_000n },
  SetMarkup: { markupPartsPerMillion: 0 },
  SetFxRate: { kyatPerUsd: "1000", source: "test" },
  SetSigningKey: {
    keyName: "log/shard-0",
    publicKey: `${"A".repeat(43)}=`,
    endorsement: null,
  },
  PublishPlan: {
    planId: "plan-1",
    name: "Plan",
    family: "test",
    monthlyPriceNanoUsd: null,
    limits: { ...NO_LIMITS, requestsPerMinute: 2 },
  },
  AssignPlan: { accountId: "acc-1", keyId: null, planId: "plan-1" },
  ConfigureKey: {
    accountId: "acc-1",
    keyId: "key-1",
    label: "First key",
    expiresAtMs: null,
    allowedModels: null,
    ipRanges: null,
    routerId: null,
    tags: [],
  },
  SetAlertRule: {
    ruleId: "rule-1",
    rule: {
      name: "Low",
      severity: "warning",
      enabled: true,
      clearAfterSeconds: 0,
      condition: { kind: "balance_low", accountId: null, belowMicroKyat: 1_000n },
    },
  },
  RemoveAlertRule: { ruleId: "rule-1", reason: "not needed" },
  ConfigureProvider: {
    provider: "groq",
    profile: "groq",
    baseUrl: null,
    enabled: true,
    models: null,
    priority: 100,
  },
  StoreProviderKey: {
    provider: "groq",
    keyId: "pk-1",
    level: "system",
    ownerId: null,
    envelope: {
      algorithm: "A256GCM",
      masterKeyId: "mk-1",
      wrapNonce: "A".repeat(16),
      wrappedKey: "A".repeat(64),
      nonce: "A".repeat(16),
      ciphertext: "A".repeat(32),
    },
    fingerprint: { last4: "abcd", sha256Prefix: "01234567" },
  },
  RewrapProviderKey: {
    provider: "groq",
    keyId: "pk-1",
    keyVersion: 1,
    envelope: {
      algorithm: "A256GCM",
      masterKeyId: "mk-2",
      wrapNonce: "B".repeat(16),
      wrappedKey: "B".repeat(64),
      nonce: "A".repeat(16),
      ciphertext: "A".repeat(32),
    },
  },
  RemoveProviderKey: { provider: "groq", keyId: "pk-1", reason: "leaked" },
  ConfigureRouter: {
    routerId: "router-1",
    definition: {
      name: "First",
      enabled: true,
      rules: [],
      fallback: [{ provider: "groq", model: null }],
    },
  },
  RemoveRouter: { routerId: "router-1", reason: "not needed" },
  SetModelAlias: { alias: "fast", models: ["model-1"] },
  AcknowledgeAlert: { alertId: "01990000-0000-7000-8000-000000000001", note: null },
  PlaceHold: {
    accountId: "acc-1",
    requestId: requestId(1),
    keyId: "key-1",
    edgeId: "edge-1",
    model: "model-1",
    endpoint: "chat.completions",
    inputTokensBound: 10,
    outputTokensRequested: 10,
    minimumOutputTokens: 5,
    holdTtlMs: 60_000,
  },
  ExtendHold: { accountId: "acc-1", requestId: requestId(1), sequence: 1, holdTtlMs: 120_000 },
  ReportUsage: {
    accountId: "acc-1",
    requestId: requestId(1),
    sequence: 1,
    usage: { input: 10, output: 2 },
    evidence: "observed",
  },
  SettleHold: {
    accountId: "acc-1",
    requestId: requestId(1),
    usage: { input: 10, output: 5 },
    evidence: "reported",
    call: UNKNOWN_CALL,
  },
  ReleaseHold: {
    accountId: "acc-1",
    requestId: requestId(1),
    reason: "upstream_failed",
    call: UNKNOWN_CALL,
  },
  ExpireHold: { accountId: "acc-1", requestId: requestId(1) },
};

/** A command with defaults for all that is not given. */
export function command<T extends CommandType>(
  type: T,
  body: Partial<CommandBody<T>> = {},
): Command {
  return { type, body: { ...defaults[type], ...body } } as Command;
}

/** What every story about a call needs: prices, an account with 1 kyat, and a key. */
export const READY_TO_CALL: readonly Command[] = [
  command("PublishPrice"),
  command("SetMarkup"),
  command("SetFxRate"),
  command("OpenAccount"),
  command("GrantCredit"),
  command("IssueKey"),
];

/** A shard in memory, with its clock and its log. */
export class Scenario {
  /** The state after all events so far. */
  state: ShardState = ledgerDomain.initial();
  /** The log. */
  readonly log: PlacedEvent[] = [];
  /** The ledger's clock. */
  nowMs = STORY_START_MS;

  /** Decides a command and applies what it led to. */
  attempt(command: Command): Decision {
    const decision = ledgerDomain.decide(this.state, command, { nowMs: this.nowMs });
    if (decision.status === "accepted") decision.events.forEach((event) => this.append(event));
    return decision;
  }

  /** Carries out commands that must be accepted; returns the events of the last. Throws otherwise. */
  given(...commands: readonly Command[]): readonly DomainEvent[] {
    let events: readonly DomainEvent[] = [];
    for (const command of commands) {
      const decision = this.attempt(command);
      if (decision.status === "rejected") {
        throw new Error(`${command.type} was rejected: ${decision.rejection.message}`);
      }
      events = decision.events;
    }
    return events;
  }

  /** Appends an event as the writer does. */
  append(event: DomainEvent): void {
    const placed = { event, recordedAtMs: this.nowMs, position: this.state.position + 1n };
    this.log.push(placed);
    this.state = ledgerDomain.evolve(this.state, placed);
  }

  /** Lets time pass. */
  wait(ms: number): this {
    this.nowMs += ms;
    return this;
  }

  /** What has fallen due by now, at most `limit`. */
  due(limit: number): readonly Command[] {
    return ledgerDomain.due(this.state, this.nowMs, limit);
  }

  /** The balance of `acc-1`. Throws when it does not exist. */
  balance(): { readonly available: bigint; readonly held: bigint; readonly settled: bigint } {
    const view = balanceView(this.state, "acc-1");
    if (view === null) throw new Error("acc-1 does not exist");
    return {
      available: view.availableMicroKyat,
      held: view.heldMicroKyat,
      settled: view.settledMicroKyat,
    };
  }
}
