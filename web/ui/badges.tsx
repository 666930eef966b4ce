/** States in words and colour. @module */
import type { KeyRow, RequestRow } from "../../shared/read_api/mod.ts";
import type { EvidenceGrade } from "../../shared/usage/mod.ts";
import type { Translate } from "../i18n/mod.ts";

const TONES = {
  held: "wait",
  settled: "good",
  released: "plain",
  expired: "bad",
  late_settled: "info",
} as const satisfies Record<RequestRow["state"], string>;

/** The state of a request. */
export function StateBadge(
  { state, t }: { readonly state: RequestRow["state"]; readonly t: Translate },
) {
  return <span class={`badge tone-${TONES[state]}`}>{t(`state_${state}`)}</span>;
}

/** The state of a key at a time; an expired one may still be called active by the ledger. */
export function KeyBadge(
  { keyRow, nowMs, t }: {
    readonly keyRow: KeyRow;
    readonly nowMs: number;
    readonly t: Translate;
  },
) {
  if (keyRow.state === "revoked") return <span class="badge tone-plain">{t("key_revoked")}</span>;
  const expired = keyRow.expiresAtMs !== null && keyRow.expiresAtMs <= nowMs;
  return expired
    ? <span class="badge tone-wait">{t("key_expired")}</span>
    : <span class="badge tone-good">{t("key_active")}</span>;
}

/** How usage is known; a dash while it is not. */
export function EvidenceText(
  { evidence, t }: { readonly evidence: EvidenceGrade | null; readonly t: Translate },
) {
  return evidence === null
    ? <span class="quiet">–</span>
    : <span title={evidence}>{t(`evidence_${evidence}`)}</span>;
}
