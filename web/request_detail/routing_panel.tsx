/** Why a call went where it went. @module */
import type { RequestRow } from "../../shared/read_api/mod.ts";
import type { Translate } from "../i18n/mod.ts";
import { Facts, Panel } from "../ui/mod.ts";

/** Router, strategy and reasons; nothing when the model's name left no choice. */
export function RoutingPanel(
  { request: { call }, t }: { readonly request: RequestRow; readonly t: Translate },
) {
  const routing = call?.routing;
  if (routing === undefined) return null;
  const version = routing.routerVersion === null
    ? ""
    : ` · ${t("version")} ${routing.routerVersion}`;
  return (
    <Panel id="routing" title={t("routing")} intro={t("routing_intro")}>
      <Facts
        rows={[
          { name: t("asked_model"), value: <span class="break">{routing.asked}</span> },
          {
            name: t("router"),
            value: routing.router === null ? t("none") : `${routing.router}${version}`,
          },
          { name: t("strategy"), value: <code>{routing.strategy}</code> },
        ]}
      />
      {routing.reasons.length > 0 && (
        <>
          <h3 class="text-sm font-semibold mt-3 mb-1">{t("routing_reasons")}</h3>
          <ol class="list-decimal pl-6 text-sm">
            {routing.reasons.map((reason, index) => <li key={index} class="break">{reason}</li>)}
          </ol>
        </>
      )}
    </Panel>
  );
}
