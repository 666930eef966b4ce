/** The whole meaning of the log, replayed event by event from what is written alone. @module */
import type { Json } from "../canonical.ts";
import { ruleOf } from "../event_rules.ts";
import type { EventRule } from "../event_rules.ts";
import type { Findings } from "../findings.ts";
import type { EventLine } from "../lines_of_export.ts";
import { shown, textOf } from "../payload.ts";
import { AccessBook } from "./access.ts";
import { Balances } from "./balances.ts";
import { CreditNotes } from "./credit_notes.ts";
import { Place } from "./place.ts";
import { PlanBook } from "./plans.ts";
import { RequestBook } from "./requests.ts";
import { TermsBook } from "./terms.ts";

/** Replays events in order; everything it says goes to the findings. */
export class Replay {
  /** Where it is. */
  readonly place: Place;
  /** The books so far. */
  readonly balances = new Balances();
  /** Events by type, of those that this verifier has no rules for. */
  readonly withoutRules = new Map<string, number>();
  readonly #access = new AccessBook();
  readonly #requests = new RequestBook();
  readonly #terms = new TermsBook();
  readonly #plans = new PlanBook();
  readonly #streams = new Map<string, { version: number }>();
  readonly #creditNotes = new CreditNotes();

  /** Begins with an empty shard, or, when not `complete`, in the middle of one. */
  constructor(findings: Findings, complete: boolean) {
    this.place = new Place(findings, complete);
  }

  /** Takes the next event. */
  apply(event: EventLine, at: string): void {
    const { place } = this;
    place.position = event.position;
    place.at = at;
    place.recordedAt = event.recordedAt;
    const amounts = event.postings.map(({ amount }) => BigInt(amount));
    place.check("balance", unbalanced(event.postings, amounts));
    const rule = this.#ruleFor(event);
    this.#checkStream(event, rule);
    if (rule !== null) {
      this.#checkPostings(event, amounts, rule);
      this.#evolve(event);
    }
    this.balances.post(event.postings, amounts, place);
  }

  /** Compares what is held with the books; call it after the last event. */
  finish(): void {
    if (!this.place.complete) return;
    const held = this.#requests.held();
    for (const { account, currency, balance } of this.balances.all()) {
      if (currency !== "MMK" || !account.startsWith("2010:")) continue;
      const open = held.get(account.slice(5)) ?? 0n;
      if (-balance === open) continue;
      this.place.fail("wallet", `${account} has ${balance}, the open holds sum to ${open}`);
    }
  }

  /** The rules of an event, or null when there are none or the payload does not fit them. */
  #ruleFor(event: EventLine): EventRule | null {
    const { place } = this;
    const rule = ruleOf(event.type, event.schemaVersion);
    if (rule === null) {
      const name = `${event.type} version ${event.schemaVersion}`;
      this.withoutRules.set(name, (this.withoutRules.get(name) ?? 0) + 1);
      // What moves no money may be of a type that came later; what moves some may not.
      const moves = event.postings.length > 0;
      place.check("payload", moves ? `${name} has postings, and no rule says which` : null);
      return null;
    }
    for (const name in rule.members) {
      if (rule.members[name]!(event.payload[name])) continue;
      const value = event.payload[name];
      place.check("payload", `${name} of ${event.type} is ${shown(value)}, which cannot be`);
      return null;
    }
    const requestId = (event.payload["requestId"] ?? null) as Json;
    place.check(
      "payload",
      requestId === event.requestId
        ? null
        : `its request is ${event.requestId}, its payload's ${shown(requestId)}`,
    );
    return rule;
  }

  #checkStream({ stream, version, payload }: EventLine, rule: EventRule | null): void {
    const known = this.#streams.get(stream);
    const before = known?.version;
    if (known === undefined) this.#streams.set(stream, { version });
    else known.version = version;
    const subject = rule?.stream(payload) ?? stream;
    const problem = stream !== subject
      ? `it is in the stream ${stream}, its subject's is ${subject}`
      : before === undefined && !this.place.complete
      ? null
      : version === (before ?? 0) + 1
      ? null
      : `the stream ${stream} has version ${version} after ${before ?? 0}`;
    this.place.check("streams", problem);
  }

  #checkPostings(event: EventLine, amounts: readonly bigint[], rule: EventRule): void {
    const expected = rule.postings(event.payload);
    const { postings } = event;
    let problem = expected.length === postings.length
      ? null
      : `it has ${postings.length} postings, its payload leads to ${expected.length}`;
    for (let index = 0; problem === null && index < expected.length; index++) {
      const [leg, posting] = [expected[index]!, postings[index]!];
      if (
        leg.account === posting.account && leg.currency === posting.currency &&
        leg.amount === amounts[index]
      ) continue;
      problem = `leg ${index + 1} is ${posting.account} ${posting.currency} ${posting.amount}, ` +
        `its payload leads to ${leg.account} ${leg.currency} ${leg.amount}`;
    }
    this.place.check("postings", problem);
  }

  #evolve({ type, payload }: EventLine): void {
    const { place } = this;
    if (type === "AccountOpened") return this.#access.open(payload, place);
    if (typeof payload["accountId"] === "string") {
      this.#access.mustExist(payload["accountId"], place);
    }
    switch (type) {
      case "KeyIssued":
        return this.#access.issue(payload, place);
      case "KeyConfigured":
        return this.#access.configure(payload, place);
      case "KeyRevoked":
        return this.#access.revoke(payload, place);
      case "PlanPublished":
        return this.#plans.publish(payload, place);
      case "PlanAssigned":
        return this.#plans.assign(payload, place);
      case "PricePublished":
        return this.#terms.publishPrice(payload, place);
      case "PriceWithdrawn":
        return this.#terms.withdrawPrice(payload, place);
      case "OwnKeyFeeSet":
        return this.#terms.setOwnKeyFee(payload, place);
      case "MarkupSet":
        return this.#terms.setMarkup(payload, place);
      case "FxRateSet":
        return this.#terms.setFxRate(payload, place);
      case "HoldPlaced": {
        this.#access.use(payload, place);
        return this.#requests.place(payload, this.#terms.held(payload, place), place);
      }
      case "CreditNoteIssued":
        return this.#creditNotes.give(payload, place);
      case "HoldExtended":
        return this.#requests.extend(payload, place);
      case "UsageReported":
        return this.#requests.report(payload, place);
      case "HoldSettled":
        this.#creditNotes.charge(payload);
        return this.#requests.settle(payload, this.#available(payload), place);
      case "HoldReleased":
        return this.#requests.release(payload, place);
      case "HoldExpired":
        return this.#requests.expire(payload, place);
      case "LateUsageSettled":
        this.#creditNotes.charge(payload);
        return this.#requests.settleLate(payload, this.#available(payload), place);
    }
  }

  #available(payload: EventLine["payload"]): bigint {
    return -this.balances.of(`2000:${textOf(payload, "accountId")}`, "MMK");
  }
}

/** Whether postings do not sum to zero in a currency; null when they do. */
function unbalanced(
  postings: EventLine["postings"],
  amounts: readonly bigint[],
): string | null {
  let left = 0n;
  let currency: string | null = null;
  for (let index = 0; index < postings.length; index++) {
    currency ??= postings[index]!.currency;
    if (postings[index]!.currency === currency) left += amounts[index]!;
  }
  if (left !== 0n) return `its postings in ${currency} sum to ${left}`;
  const others = postings.filter((posting) => posting.currency !== currency);
  if (others.length === 0) return null;
  const rest = amounts.filter((_, index) => postings[index]!.currency !== currency);
  return unbalanced(others, rest);
}
