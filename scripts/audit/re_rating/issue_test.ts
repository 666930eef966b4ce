import { describe, expect, it } from "vitest";
import type { ReportRow } from "../re_rate.ts";
import { issueCreditNotes } from "./issue.ts";

const row = (accountId: string, creditMicroKyat: bigint, creditedMicroKyat: bigint | null = null) =>
  ({
    reRateId: "rerate-1",
    accountId,
    requests: 1,
    chargeMicroKyat: 9n,
    chargedMicroKyat: 9n,
    unbilledMicroKyat: 0n,
    reRatedMicroKyat: 9n - creditMicroKyat,
    differenceMicroKyat: -creditMicroKyat,
    creditMicroKyat,
    creditedMicroKyat,
    creditedInPeriodMicroKyat: creditedMicroKyat ?? 0n,
    isPeriodOpen: false,
  }) satisfies ReportRow;

const period = { from: "2026-11-01", to: "2026-11-30", model: null };

function options(answer: (url: string) => Response) {
  const asked: { url: string; body: unknown; key: string | null }[] = [];
  return {
    asked,
    ledgerUrl: "http://ledger",
    token: "secret",
    period,
    reason: "too dear",
    fetch(url: string, init: RequestInit) {
      const headers = new Headers(init.headers);
      expect(headers.get("authorization")).toBe("Bearer secret");
      asked.push({
        url,
        body: JSON.parse(String(init.body)),
        key: headers.get("idempotency-key"),
      });
      return Promise.resolve(answer(url));
    },
  };
}

describe("credit notes of a re-rating", () => {
  it("are asked for once for each account that is due one and has had none", async () => {
    const given = options(() => Response.json({ position: "7", result: {} }, { status: 201 }));
    const rows = [row("acc-1", 5n), row("acc-2", 0n), row("acc-3", 4n, 4n)];
    const issued = await issueCreditNotes(rows, given);
    expect(given.asked).toEqual([{
      url: "http://ledger/v1/accounts/acc-1/credit-notes",
      key: "rerate-1:acc-1",
      body: {
        reference: "rerate-1",
        amountMicroKyat: "5",
        fromDay: "2026-11-01",
        toDay: "2026-11-30",
        reason: "too dear",
      },
    }]);
    expect(issued).toMatchObject([{ accountId: "acc-1", refused: false }]);
  });

  it("that the ledger refuses are told, and the others are still asked for", async () => {
    const error = { code: "conflict", message: "Credit note refused: account acc-1 has had one" };
    const given = options((url) =>
      url.includes("acc-1")
        ? Response.json({ error }, { status: 409 })
        : Response.json({ position: "8", result: {} }, { status: 201 })
    );
    const issued = await issueCreditNotes([row("acc-1", 5n), row("acc-2", 6n)], given);
    expect(issued.map(({ refused }) => refused)).toEqual([true, false]);
    expect(issued[0]!.text).toContain("has had one");
  });
});
