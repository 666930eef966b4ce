/** Parts of the page that shows how the gateway is doing. @module */
export { BreakerTable, HealthNotice, ProviderTable } from "./provider_health.tsx";
export {
  FallbackFacts,
  FallbackPaths,
  FinalProviders,
  LatencyChart,
  RequestChart,
} from "./traffic.tsx";
