/** How the proxy is. @module */
import type { JsonObject } from "../shared/json.ts";
import type { ProxyDeps } from "./app.ts";

/** What `GET /health` says; `ready` when calls can be served. Names no secret and no address. */
export function healthOf(deps: ProxyDeps): { readonly ready: boolean; readonly body: JsonObject } {
  const bus = deps.bus.connected();
  const ledger = deps.config.fresh();
  const ready = bus && ledger && !deps.closing();
  return {
    ready,
    body: {
      status: deps.closing() ? "shutting_down" : ready ? "ok" : "unavailable",
      edge: deps.edgeId,
      bus: bus ? "connected" : "disconnected",
      ledger_config: ledger ? "current" : deps.config.ageMs() === null ? "never_read" : "stale",
      ledger_config_age_ms: deps.config.ageMs(),
      open_calls: deps.progress.open(),
      open_settlements: deps.journal.open(),
      upstreams: deps.targets.map(({ name, simulated }) => ({ name, simulated })),
    },
  };
}
