/** What the provider said of usage and cost: evidence for reconciliation, never the charge. @module */
import { formatDecimal } from "../../shared/money/mod.ts";
import type { RequestRow } from "../../shared/read_api/mod.ts";
import type { Translate } from "../i18n/mod.ts";
import { Facts, Panel } from "../ui/mod.ts";

/** The provider's own cost beside ours, and its usage object; nothing when it said neither. */
export function UpstreamEvidence(
  { request, t }: { readonly request: RequestRow; readonly t: Translate },
) {
  const { call, costNanoUsd } = request;
  const said = call?.upstreamCostNanoUsd;
  const raw = call?.rawUsage;
  if (said === undefined && raw === undefined) return null;
  return (
    <Panel id="upstream-evidence" title={t("upstream_evidence")} intro={t("upstream_intro")}>
      {said !== undefined && (
        <Facts
          rows={[
            { name: t("upstream_cost"), value: dollars(BigInt(said)) },
            {
              name: t("provider_cost"),
              value: costNanoUsd === null ? "–" : dollars(BigInt(costNanoUsd)),
            },
            ...(costNanoUsd === null ? [] : [{
              name: t("cost_difference"),
              value: dollars(BigInt(said) - BigInt(costNanoUsd)),
            }]),
          ]}
        />
      )}
      {raw !== undefined && (
        <>
          <h3 class="text-sm font-semibold mt-3 mb-1">{t("raw_usage")}</h3>
          <pre class="payload" tabIndex={0} aria-label={t("raw_usage")}>{indented(raw)}</pre>
        </>
      )}
    </Panel>
  );
}

function dollars(nanoUsd: bigint): string {
  return `${formatDecimal(nanoUsd, 9, 2).replace("-", "−")} USD`;
}

/** The object with a member a line; as it came when it was cut. */
function indented(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}
