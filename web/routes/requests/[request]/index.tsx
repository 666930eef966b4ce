/** One request: what it used, what is known, what was held and what it cost. */
import { HttpError, page } from "fresh";
import { formatDecimal } from "../../../../shared/money/mod.ts";
import type { Explanation, RequestRow } from "../../../../shared/read_api/mod.ts";
import { wholeNumber } from "../../../format/mod.ts";
import { define, personOf, roomsFor, type State } from "../../../state.ts";
import { AttemptTable, RoutingPanel, UpstreamEvidence } from "../../../request_detail/mod.ts";
import {
  ChargeDerivation,
  EvidenceText,
  Facts,
  Money,
  PageHead,
  Panel,
  StateBadge,
  Time,
} from "../../../ui/mod.ts";

interface RequestPage {
  readonly request: RequestRow;
  /** Null in the moment between a read model that has the request and a log that is asked for it. */
  readonly explanation: Explanation | null;
}

export const handler = define.handlers<RequestPage>({
  async GET(ctx) {
    const { accountId } = personOf(ctx.state).principal;
    const { reads, audit } = roomsFor(ctx.state, "request:read", accountId);
    const requestId = ctx.params.request ?? "";
    const [request, explanation] = await Promise.all([
      reads.request(requestId),
      audit.explanation(requestId),
    ]);
    if (request === null) throw new HttpError(404, `there is no request ${requestId}`);
    return page({ request, explanation });
  },
});

export default define.page<typeof handler>(({ data: { request, explanation }, state }) => {
  const { t } = state;
  state.title = t("request");
  return (
    <>
      <PageHead
        title={<span class="text-lg font-mono font-medium">{request.requestId}</span>}
        crumb={{ href: "/requests", text: t("requests") }}
      >
        <StateBadge state={request.state} t={t} />
      </PageHead>
      <div class="stack">
        <div class="split split-even">
          <Panel id="call" title={t("request")}>
            <CallFacts request={request} state={state} />
          </Panel>
          <Panel id="money" title={t("charge")}>
            <MoneyFacts request={request} state={state} />
          </Panel>
        </div>
        {explanation !== null && <ChargeDerivation explanation={explanation} t={t} />}
        <RoutingPanel request={request} t={t} />
        <Panel id="attempts" title={t("attempts")} flush>
          <AttemptTable attempts={request.call?.attempts ?? []} t={t} />
        </Panel>
        <UpstreamEvidence request={request} t={t} />
        <Panel id="receipt" title={t("receipt")} intro={t("receipt_intro")}>
          <p class="flex flex-wrap gap-3">
            <a class="button button-quiet" href={`/requests/${request.requestId}/receipt`}>
              {t("receipt_download")}
            </a>
            <a class="button button-quiet" href={`/verify?request=${request.requestId}`}>
              {t("receipt_verify")}
            </a>
          </p>
        </Panel>
      </div>
    </>
  );
});

function CallFacts({ request, state: { t } }: { request: RequestRow; state: State }) {
  const { call } = request;
  const duration = (ms: number | null | undefined) =>
    ms === null || ms === undefined ? "–" : `${wholeNumber(ms)} ms`;
  return (
    <Facts
      rows={[
        { name: t("time"), value: <Time atMs={request.placedAtMs} /> },
        {
          name: t("asked_model"),
          value: <span class="break">{call?.routing?.asked ?? request.askedModel}</span>,
        },
        { name: t("model"), value: <span class="break">{request.model}</span> },
        ...(call?.upstreamModel != null && call.upstreamModel !== request.model
          ? [{
            name: t("upstream_model"),
            value: <span class="break">{call.upstreamModel}</span>,
          }]
          : []),
        {
          name: t("provider"),
          value: (
            <>
              {request.provider ?? "–"}
              {call?.simulated === true && <span class="badge tone-wait ml-2">SIMULATED</span>}
            </>
          ),
        },
        { name: t("outcome"), value: <code>{call?.outcome ?? "–"}</code> },
        { name: t("http_status"), value: call?.clientStatus ?? "–" },
        { name: t("streaming"), value: call === null ? "–" : t(call.streaming ? "yes" : "no") },
        { name: t("first_byte"), value: duration(call?.firstByteMs) },
        { name: t("duration"), value: duration(call?.totalMs) },
        {
          name: t("account"),
          value: <a href={`/accounts/${request.accountId}`}>{request.accountId}</a>,
        },
        { name: t("key_id"), value: <code class="break">{request.keyId}</code> },
        { name: "Edge", value: <code>{request.edgeId}</code> },
        {
          name: t("positions"),
          value: `${request.placedPosition} → ${request.endedPosition ?? "…"}`,
        },
      ]}
    />
  );
}

function MoneyFacts({ request, state: { t } }: { request: RequestRow; state: State }) {
  const kyat = (microKyat: string | null) => <Money microKyat={microKyat} unit={t("kyat")} />;
  const unbilled = request.unbilledMicroKyat ?? "0";
  return (
    <Facts
      rows={[
        { name: t("hold"), value: kyat(request.holdMicroKyat) },
        { name: t("charge_full"), value: kyat(request.chargeMicroKyat) },
        { name: t("charge_taken"), value: <strong>{kyat(request.chargedMicroKyat)}</strong> },
        ...(unbilled === "0" ? [] : [{ name: t("unbilled"), value: kyat(unbilled) }]),
        ...(request.ownKeyFeePicoUsd === null ? [] : [{
          name: t("own_key_fee"),
          value: `${formatDecimal(BigInt(request.ownKeyFeePicoUsd), 12, 2)} USD`,
        }]),
        { name: t("evidence"), value: <EvidenceText evidence={request.evidence} t={t} /> },
        { name: t("input_bound"), value: wholeNumber(request.inputTokensBound) },
        {
          name: t("output_asked"),
          value: request.outputTokensRequested === null
            ? t("none")
            : wholeNumber(request.outputTokensRequested),
        },
        { name: t("output_granted"), value: wholeNumber(request.outputTokensGranted) },
      ]}
    />
  );
}
