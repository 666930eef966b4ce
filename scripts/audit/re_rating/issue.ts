/** Orders the credit notes that follow from a re-rating. @module */
import type { ReRatePeriod } from "../../../projections/rerate/mod.ts";
import type { ReportRow } from "../re_rate.ts";

/** What became of one account's credit note. */
export interface Issued {
  readonly accountId: string;
  readonly refused: boolean;
  readonly text: string;
}

/** Where and why. */
export interface IssueOptions {
  readonly ledgerUrl: string;
  readonly token: string;
  readonly period: ReRatePeriod;
  readonly reason: string;
  fetch(url: string, init: RequestInit): Promise<Response>;
}

/**
 * Asks the ledger for one credit note for each account that is due one and has had none, one after
 * the other. The re-rating's id is both the note's reference and part of the idempotency key, so
 * that an interrupted run may be repeated.
 */
export async function issueCreditNotes(
  rows: readonly ReportRow[],
  options: IssueOptions,
): Promise<Issued[]> {
  const issued: Issued[] = [];
  for (const row of rows) {
    if (row.creditMicroKyat > 0n && row.creditedMicroKyat === null) {
      issued.push(await issueOne(row, options));
    }
  }
  return issued;
}

async function issueOne(row: ReportRow, options: IssueOptions): Promise<Issued> {
  const { accountId, reRateId, creditMicroKyat } = row;
  const { ledgerUrl, token, period, reason } = options;
  const response = await options.fetch(`${ledgerUrl}/v1/accounts/${accountId}/credit-notes`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      "idempotency-key": `${reRateId}:${accountId}`,
    },
    body: JSON.stringify({
      reference: reRateId,
      amountMicroKyat: creditMicroKyat.toString(),
      fromDay: period.from,
      toDay: period.to,
      reason,
    }),
  });
  const answer = await response.json();
  return response.ok
    ? {
      accountId,
      refused: false,
      text: `credit note over ${creditMicroKyat} microkyat at position ${answer.position}`,
    }
    : { accountId, refused: true, text: `refused: ${answer.error?.message ?? response.status}` };
}
