/** A log that the ledger's own domain decided, command by command. @module */
import { ledgerDomain } from "../../ledger/shard/mod.ts";
import { type CommandType, decodeCommand } from "../../shared/commands/mod.ts";
import { type CallFacts, type DomainEvent, UNKNOWN_CALL } from "../../shared/events/mod.ts";
import type { Usage } from "../../shared/usage/mod.ts";

/** The ledger's own arithmetic, to hold others against it. */
export { chargeMicroKyat, costNanoUsd, ownKeyFeeMicroKyat } from "../../ledger/pricing/mod.ts";

/**
 * Begins with a price for `gpt-4o`, a markup, an exchange rate, and the account `acc-1` with its key
 * `k1` and 100,000 kyat.
 */
export class DecidedLog {
  /** What was decided so far. */
  readonly events: DomainEvent[] = [];
  /** The facts of every call. */
  readonly call: CallFacts = { ...UNKNOWN_CALL, provider: "openai", outcome: "completed" };
  #state = ledgerDomain.initial();

  /** `nowMs` is the ledger's clock; move it at will. */
  constructor(public nowMs: number) {
    this.give("PublishPrice", {
      model: "gpt-4o",
      displayName: "GPT-4o",
      ownedBy: "openai",
      ratesPicoUsdPerUnit: { input: "2500000", cached_input: "1250000", output: "10000000" },
      contextWindowTokens: 128_000,
      maxOutputTokens: 16_384,
      source: "test",
    });
    this.give("SetMarkup", { markupPartsPerMillion: 50_000 });
    this.give("SetFxRate", { kyatPerUsd: "4500.25", source: "test" });
    this.open("acc-1", "k1");
  }

  /** Decides a command, its body as JSON. Throws when it is rejected. */
  give(type: CommandType, body: Record<string, unknown>): void {
    const command = decodeCommand({ type, body });
    const decision = ledgerDomain.decide(this.#state, command, { nowMs: this.nowMs });
    if (decision.status === "rejected") throw new Error(decision.rejection.message);
    for (const event of decision.events) {
      this.events.push(event);
      const position = BigInt(this.events.length);
      const placed = { event, recordedAtMs: this.nowMs, position };
      this.#state = ledgerDomain.evolve(this.#state, placed);
    }
  }

  /** Opens an account with 100,000 kyat and a key. */
  open(accountId: string, keyId: string): void {
    this.give("OpenAccount", { accountId, name: accountId });
    const amountMicroKyat = "100000000000";
    this.give("GrantCredit", { accountId, amountMicroKyat, source: "promotion", reference: "x" });
    const keyHash = `${accountId}${keyId}`.replace(/[^0-9a-f]/g, "").padStart(64, "0");
    const key = { keyId, keyHash, prefix: "sk", label: "k", expiresAtMs: null };
    this.give("IssueKey", { accountId, ...key });
  }

  /** Whose request it is. */
  of(requestId: string, accountId = "acc-1"): { accountId: string; requestId: string } {
    return { accountId, requestId };
  }

  /** Places a hold for a minute; `more` as in the command. */
  place(
    requestId: string,
    accountId = "acc-1",
    keyId = "k1",
    more: Record<string, unknown> = {},
  ): void {
    this.give("PlaceHold", {
      ...this.of(requestId, accountId),
      keyId,
      edgeId: "edge-1",
      model: "gpt-4o",
      endpoint: "chat/completions",
      inputTokensBound: 1_000,
      outputTokensRequested: 500,
      minimumOutputTokens: 1,
      holdTtlMs: 60_000,
      ...more,
    });
  }

  /** Settles a hold by what the provider reported; `more` as in the command. */
  settle(
    requestId: string,
    usage: Usage,
    accountId = "acc-1",
    more: Record<string, unknown> = {},
  ): void {
    const { call } = this;
    this.give("SettleHold", {
      ...this.of(requestId, accountId),
      usage,
      evidence: "reported",
      call,
      ...more,
    });
  }
}
