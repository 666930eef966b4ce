import { describe, expect, it } from "vitest";
import { command, keyHash, READY_TO_CALL, requestId, Scenario } from "../shard/scenario.ts";
import {
  findCall,
  freeCall,
  type IdempotentCall,
  MAXIMUM_IDEMPOTENT_CALLS,
  newIdempotencyBook,
  rememberCall,
  settleCall,
  sweepCalls,
} from "./idempotency.ts";

const DAY_MS = 86_400_000;
const idempotency = { keyHash: keyHash(7), bodyHash: keyHash(8) };
const hold = (n: number, more = {}) =>
  command("PlaceHold", { requestId: requestId(n), idempotency, ...more });
const of = (n: number) => ({ requestId: requestId(n) });

function story(): Scenario {
  const scenario = new Scenario();
  scenario.given(...READY_TO_CALL);
  return scenario;
}

function answer(scenario: Scenario, n: number, more = {}): unknown {
  const decision = scenario.attempt(hold(n, more));
  return decision.status === "accepted"
    ? "accepted"
    : [decision.rejection.code, decision.rejection.details.requestId];
}

describe("a call that is repeated under its idempotency key", () => {
  it("runs once: a repetition learns of the first request, and later that it was charged", () => {
    const scenario = story();
    expect(answer(scenario, 1)).toBe("accepted");
    expect(answer(scenario, 2)).toEqual(["idempotency_in_progress", requestId(1)]);
    scenario.given(command("SettleHold", of(1)));
    expect(answer(scenario, 2)).toEqual(["idempotency_replay", requestId(1)]);
    expect(scenario.balance()).toMatchObject({ held: 0n, settled: 30_000n });
  });

  it("is another call when the body differs, the account differs, or no key is named", () => {
    const scenario = story();
    scenario.given(hold(1));
    const other = { ...idempotency, bodyHash: keyHash(9) };
    expect(answer(scenario, 2, { idempotency: other }))
      .toEqual(["idempotency_conflict", requestId(1)]);
    expect(answer(scenario, 2, { idempotency: undefined })).toBe("accepted");
    const acc2 = { accountId: "acc-2" };
    scenario.given(command("OpenAccount", acc2), command("GrantCredit", acc2));
    scenario.given(command("IssueKey", { ...acc2, keyHash: keyHash(2) }));
    expect(answer(scenario, 3, acc2)).toBe("accepted");
  });

  it("is made afresh after an end without a charge, whatever its body", () => {
    const scenario = story();
    scenario.given(hold(1), command("ReleaseHold", of(1)));
    expect(answer(scenario, 2, { idempotency: { ...idempotency, bodyHash: keyHash(9) } }))
      .toBe("accepted");
    scenario.wait(60_000).given(command("ExpireHold", of(2)));
    expect(answer(scenario, 3)).toBe("accepted");
  });

  it("is a repetition again once late usage was charged, unless it was made afresh meanwhile", () => {
    const late = story();
    late.given(hold(1));
    late.wait(60_000).given(command("ExpireHold", of(1)), command("SettleHold", of(1)));
    expect(answer(late, 2)).toEqual(["idempotency_replay", requestId(1)]);

    const afresh = story();
    afresh.given(hold(1));
    afresh.wait(60_000).given(command("ExpireHold", of(1)), hold(2));
    afresh.given(command("SettleHold", of(1)));
    expect(answer(afresh, 3)).toEqual(["idempotency_in_progress", requestId(2)]);
  });

  it("is forgotten 24 hours after it began", () => {
    const scenario = story();
    scenario.given(hold(1), command("SettleHold", of(1)));
    scenario.wait(DAY_MS - 1);
    expect(answer(scenario, 2)).toEqual(["idempotency_replay", requestId(1)]);
    scenario.wait(1);
    expect(answer(scenario, 2)).toBe("accepted");
  });
});

describe("the memory of idempotency keys", () => {
  const call = (n: number, placedAtMs: number, accountId = "acc-1"): IdempotentCall => ({
    accountId,
    keyHash: keyHash(n),
    bodyHash: keyHash(n),
    requestId: requestId(n),
    placedAtMs,
    isSettled: false,
  });
  const find = (book: ReturnType<typeof newIdempotencyBook>, n: number, nowMs = 0) =>
    findCall(book, { accountId: "acc-1", keyHash: keyHash(n) }, nowMs)?.requestId ?? null;

  it("keeps the newest of an account, and another's calls do not push them out", () => {
    const book = newIdempotencyBook();
    for (let n = 0; n <= MAXIMUM_IDEMPOTENT_CALLS; n++) rememberCall(book, call(n, n));
    for (let n = 0; n <= MAXIMUM_IDEMPOTENT_CALLS; n++) rememberCall(book, call(n, n, "acc-2"));
    expect(find(book, 0)).toBeNull();
    expect(find(book, 1)).toBe(requestId(1));
    expect(book.accounts.get("acc-1")!.calls.size).toBe(MAXIMUM_IDEMPOTENT_CALLS);
    expect(book.accounts.get("acc-1")!.order.size).toBe(MAXIMUM_IDEMPOTENT_CALLS);
  });

  it("stays within its bound when calls that were pushed out are charged", () => {
    const book = newIdempotencyBook();
    const calls = Array.from({ length: MAXIMUM_IDEMPOTENT_CALLS * 2 }, (_, n) => call(n, 0));
    for (const one of calls) rememberCall(book, one);
    for (const one of calls) settleCall(book, one, 0);
    expect(book.accounts.get("acc-1")!.calls.size).toBeLessThanOrEqual(MAXIMUM_IDEMPOTENT_CALLS);
    expect(book.accounts.get("acc-1")!.order.size).toBe(MAXIMUM_IDEMPOTENT_CALLS);
  });

  it("is given up for accounts that make no more calls", () => {
    const book = newIdempotencyBook();
    rememberCall(book, call(1, 0));
    rememberCall(book, call(2, DAY_MS / 2));
    sweepCalls(book, DAY_MS);
    expect(book.accounts.get("acc-1")!.calls.size).toBe(1);
    sweepCalls(book, 2 * DAY_MS);
    expect(book.accounts.size).toBe(0);
    expect(book.sweep.size).toBe(0);
    // What ends now is not missed.
    freeCall(book, call(1, 0));
    settleCall(book, call(2, DAY_MS / 2), 2 * DAY_MS);
    expect(book.accounts.size).toBe(0);
  });

  it("frees a key only for the call that has it", () => {
    const book = newIdempotencyBook();
    const [first, second] = [call(1, 0), { ...call(1, 1), requestId: requestId(9) }];
    rememberCall(book, first);
    rememberCall(book, second);
    freeCall(book, first);
    expect(find(book, 1)).toBe(requestId(9));
    freeCall(book, second);
    expect(find(book, 1)).toBeNull();
  });
});
