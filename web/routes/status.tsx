/** How the gateway is doing: health of providers, fallbacks, calls over time, who served. */
import { page } from "fresh";
import type { GatewayStatus } from "../../shared/read_api/mod.ts";
import {
  BreakerTable,
  FallbackFacts,
  FallbackPaths,
  FinalProviders,
  HealthNotice,
  LatencyChart,
  ProviderTable,
  RequestChart,
} from "../gateway_status/mod.ts";
import LiveRegion from "../islands/live_region.tsx";
import { define, roomsFor } from "../state.ts";
import { PageHead, Panel } from "../ui/mod.ts";

const WINDOWS_MINUTES = [10, 60, 360, 1_440] as const;
const STANDARD_MINUTES = 60;
const WATCH_MS = 3_000;

export const handler = define.handlers<GatewayStatus>({
  async GET(ctx) {
    const { operations } = roomsFor(ctx.state, "provider:read", null);
    return page(await operations.status(minutesOf(ctx.url)));
  },
});

function minutesOf(url: URL): number {
  const given = url.searchParams.get("minutes");
  return WINDOWS_MINUTES.find((minutes) => String(minutes) === given) ?? STANDARD_MINUTES;
}

export default define.page<typeof handler>(({ data: status, state, url }) => {
  const { t } = state;
  const shown = minutesOf(url);
  state.title = t("gateway_status");
  return (
    <>
      <PageHead title={t("gateway_status")} intro={t("gateway_status_intro")}>
        <LiveRegion
          target="status"
          source={null}
          everyMs={WATCH_MS}
          texts={{ live: t("live"), lost: t("live_lost") }}
        />
        <a class="button button-quiet" href="/api/docs">API</a>
      </PageHead>
      <nav class="subnav" aria-label={t("time")}>
        {WINDOWS_MINUTES.map((minutes) => (
          <a
            key={minutes}
            href={`/status?minutes=${minutes}`}
            aria-current={minutes === shown ? "page" : undefined}
          >
            {minutes <= 60
              ? t("status_minutes", { minutes: String(minutes) })
              : t("status_hours", { hours: String(minutes / 60) })}
          </a>
        ))}
      </nav>
      <div id="status" class="stack mt-3">
        <HealthNotice status={status} t={t} />
        <Panel id="health" title={t("health")} flush>
          <ProviderTable status={status} t={t} />
        </Panel>
        <Panel id="breakers" title={t("breakers")} flush>
          <BreakerTable status={status} t={t} />
        </Panel>
        <Panel id="requests-over-time" title={t("requests_over_time")}>
          <RequestChart status={status} t={t} />
        </Panel>
        <Panel id="latency-over-time" title={t("latency_over_time")}>
          <LatencyChart status={status} t={t} />
        </Panel>
        <Panel id="fallbacks" title={t("fallbacks")}>
          <FallbackFacts status={status} t={t} />
          <FallbackPaths status={status} t={t} />
        </Panel>
        <Panel id="final-providers" title={t("final_providers")} flush>
          <FinalProviders status={status} t={t} />
        </Panel>
      </div>
    </>
  );
});
