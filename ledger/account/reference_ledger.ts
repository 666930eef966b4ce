/**
 * What the ledger should do, told again as plainly as possible, for tests: wallets are computed by
 * adding up all requests, output limits are found by trying, nothing is cached or forgotten.
 *
 * @module
 */
import type { Command, CommandOf, RejectionCode } from "../../shared/commands/mod.ts";
import type { HoldBilling, PinnedPricing } from "../../shared/events/mod.ts";
import { type Usage, USAGE_CLASSES, type UsageClass } from "../../shared/usage/mod.ts";

interface ReferenceRequest {
  state: "held" | "lapsed" | "settled" | "released";
  /** The models that may serve and their terms; the first is the one that was named. */
  readonly models: ReadonlyMap<string, PinnedPricing>;
  readonly billing: HoldBilling;
  /** The charge of a call with the customer's own key. */
  readonly fee: bigint;
  readonly hold: bigint;
  expiresAtMs: number;
  lapsedAtMs: number;
  /** The price that was put on its usage so far, and how much of it the wallet has paid. */
  priced: bigint;
  paid: bigint;
  extension: number;
  report: number;
  usage: Usage | null;
  served: Served;
}

/** Who served, as a command says it. */
type Served = Pick<CommandOf<"SettleHold">["body"], "model" | "ownKey">;

const sum = (amounts: readonly bigint[]) => amounts.reduce((a, b) => a + b, 0n);

const larger = (one: bigint, other: bigint) => one > other ? one : other;

/** Why a hold does not stand for whoever served, or null. */
function refusalOf(
  { models, billing }: ReferenceRequest,
  { model, ownKey }: Served,
): RejectionCode | null {
  if (model !== undefined && !models.has(model)) return "model_not_held";
  if (ownKey === undefined || billing === "either") return null;
  return ownKey === (billing === "own_key") ? null : "billing_not_held";
}

const sideOf = (usageClass: UsageClass): string =>
  /input|cache/.test(usageClass)
    ? "input"
    : /output|reasoning/.test(usageClass)
    ? "output"
    : usageClass;

const sumOf = (usage: Usage, side: string): number =>
  USAGE_CLASSES.filter((one) => sideOf(one) === side)
    .reduce((units, one) => units + (usage[one] ?? 0), 0);

/** Of each side of a call the report that has more of it; of equals the later one. */
const largerOf = (early: Usage, late: Usage): Usage =>
  Object.fromEntries(USAGE_CLASSES.flatMap((one) => {
    const side = sideOf(one);
    const units = (sumOf(early, side) > sumOf(late, side) ? early : late)[one];
    return units === undefined ? [] : [[one, units]];
  }));

type EndingCommand = "SettleHold" | "ReleaseHold" | "ExpireHold";

/** A second opinion on what calls cost, in microkyat. */
interface Oracle {
  charge(usage: Usage, pricing: PinnedPricing): bigint;
  fee(picoUsd: bigint, pricing: PinnedPricing): bigint;
}

/** One account with one key; the models for sale have the same limits. */
export class ReferenceLedger {
  /** Terms of new holds by model; empty while nothing can be sold. */
  readonly terms = new Map<string, PinnedPricing>();
  /** The fee for calls with the customer's own key in picodollars; null: none was set. */
  feePicoUsd: bigint | null = null;
  /** Limit of the account's spending altogether; null: none. */
  totalBudget: bigint | null = null;
  /** Σ grants, adjustments and credit notes. */
  credited = 0n;
  /** Amounts of credit notes by reference. */
  readonly creditNotes = new Map<string, bigint>();
  /** Whether the account's only key was revoked. */
  revoked = false;
  /** Every request ever. */
  readonly requests = new Map<string, ReferenceRequest>();

  /** Limits in tokens of each model, and a second opinion on prices. */
  constructor(
    readonly model: { readonly contextWindow: number; readonly maxOutput: number },
    readonly oracle: Oracle,
  ) {}

  /** Σ open holds. */
  get held(): bigint {
    return sum([...this.requests.values()].map((one) => one.state === "held" ? one.hold : 0n));
  }

  /** Σ paid by the wallet. */
  get settled(): bigint {
    return sum([...this.requests.values()].map((one) => one.paid));
  }

  /** What the wallet can carry. */
  get available(): bigint {
    return this.credited - this.settled - this.held;
  }

  /** Carries a command out; returns why it was refused, or null. */
  carryOut(command: Command, nowMs: number): RejectionCode | null {
    switch (command.type) {
      case "GrantCredit":
      case "PostAdjustment": {
        const amount = command.body.amountMicroKyat;
        if (amount === 0n) return "amount_is_zero";
        if (this.available + amount < 0n) return "insufficient_credit";
        this.credited += amount;
        return null;
      }
      case "IssueCreditNote": {
        const { reference, amountMicroKyat } = command.body;
        if (this.creditNotes.has(reference)) return "credit_note_exists";
        if (amountMicroKyat === 0n) return "amount_is_zero";
        const notes = sum([...this.creditNotes.values()]);
        if (notes + amountMicroKyat > this.settled) return "credit_note_too_high";
        this.creditNotes.set(reference, amountMicroKyat);
        this.credited += amountMicroKyat;
        return null;
      }
      case "PlaceHold":
        return this.#place(command.body, nowMs);
      case "ExtendHold":
      case "ReportUsage":
      case "SettleHold":
      case "ReleaseHold":
      case "ExpireHold": {
        const request = this.requests.get(command.body.requestId);
        if (request === undefined) return "hold_not_found";
        if (request.state === "settled") return "hold_settled";
        if (request.state === "released") return "hold_released";
        return this.#onRequest(request, command, nowMs);
      }
      default:
        throw new Error(`the reference does not know ${command.type}`);
    }
  }

  #place(body: CommandOf<"PlaceHold">["body"], nowMs: number): RejectionCode | null {
    if (this.revoked) return "key_revoked";
    if (this.requests.has(body.requestId)) return "request_exists";
    const models = new Map<string, PinnedPricing>();
    for (const model of [body.model, ...body.alternatives ?? []]) {
      const terms = this.terms.get(model);
      if (terms === undefined) return "model_not_priced";
      models.set(model, terms);
    }
    const { billing = "tokens" } = body;
    const byOwnKey = billing === "own_key" || billing === "either";
    if (byOwnKey && this.feePicoUsd === null) return "own_key_fee_not_set";
    const fee = byOwnKey ? this.oracle.fee(this.feePicoUsd!, models.get(body.model)!) : 0n;
    const input = Math.min(body.inputTokensBound, this.model.contextWindow);
    const most = Math.min(body.outputTokensRequested ?? this.model.maxOutput, this.model.maxOutput);
    const least = Math.min(body.minimumOutputTokens, most);
    const hold = (output: number) =>
      billing === "own_key" || billing === "free"
        ? fee
        : larger(fee, this.#dearest({ input, output }, models));
    if (hold(least) > this.available) return "insufficient_credit";
    const budget = this.totalBudget === null ? null : this.totalBudget - this.settled - this.held;
    const beyondBudget = (amount: bigint) =>
      billing !== "free" && budget !== null && amount > budget;
    if (beyondBudget(hold(least))) return "budget_exceeded";
    let output = most;
    while (hold(output) > this.available || beyondBudget(hold(output))) output--;
    const fresh = { lapsedAtMs: 0, priced: 0n, paid: 0n, extension: 0, report: 0, usage: null };
    const expiresAtMs = nowMs + body.holdTtlMs;
    const placed = { state: "held", models, billing, fee, hold: hold(output), served: {} } as const;
    this.requests.set(body.requestId, { ...fresh, ...placed, expiresAtMs });
    return null;
  }

  /** The dearest call of at most so many tokens, by trying every model and every length. */
  #dearest(
    { input, output }: { readonly input: number; readonly output: number },
    models: ReadonlyMap<string, PinnedPricing>,
  ): bigint {
    let dearest = 0n;
    for (const pricing of models.values()) {
      for (let length = 0; length <= input; length++) {
        dearest = larger(dearest, this.oracle.charge({ input: length, output }, pricing));
      }
    }
    return dearest;
  }

  #onRequest(
    request: ReferenceRequest,
    { type, body }: CommandOf<"ExtendHold" | "ReportUsage" | EndingCommand>,
    nowMs: number,
  ): RejectionCode | null {
    if (request.state === "lapsed") {
      if (type !== "SettleHold") return request.usage === null ? "hold_expired" : "hold_settled";
      if (nowMs - request.lapsedAtMs > 7 * 24 * 3_600_000) return "late_window_passed";
    }
    if (type === "SettleHold" || type === "ReportUsage") {
      const refusal = refusalOf(request, body);
      if (refusal !== null) return refusal;
    }
    switch (type) {
      case "ExtendHold":
        if (body.sequence <= request.extension) return "sequence_passed";
        request.extension = body.sequence;
        request.expiresAtMs = Math.max(request.expiresAtMs, nowMs + body.holdTtlMs);
        return null;
      case "ReportUsage":
        if (body.sequence <= request.report) return "sequence_passed";
        for (const name of USAGE_CLASSES) {
          if ((request.usage?.[name] ?? 0) > (body.usage[name] ?? 0)) return "usage_decreased";
        }
        request.report = body.sequence;
        request.usage = body.usage;
        request.served = body;
        return null;
      case "SettleHold":
        request.served = body;
        this.#charge(
          request,
          body.evidence === "reported" || request.state === "lapsed"
            ? body.usage
            : largerOf(request.usage ?? {}, body.usage),
        );
        return null;
      case "ReleaseHold":
        request.state = "released";
        return null;
      case "ExpireHold":
        if (nowMs < request.expiresAtMs) return "invalid_command";
        if (request.usage !== null) this.#charge(request, request.usage);
        request.state = "lapsed";
        request.lapsedAtMs = nowMs;
        return null;
    }
  }

  #charge(request: ReferenceRequest, usage: Usage): void {
    // Settled: its hold no longer counts, so what is available includes it.
    request.state = "settled";
    const { model, ownKey = request.billing === "own_key" } = request.served;
    const [named] = request.models.keys();
    const price = request.billing === "free"
      ? 0n
      : ownKey
      ? request.fee
      : this.oracle.charge(usage, request.models.get(model ?? named!)!);
    const due = price > request.priced ? price - request.priced : 0n;
    request.paid += due < this.available ? due : this.available;
    request.priced += due;
  }
}
