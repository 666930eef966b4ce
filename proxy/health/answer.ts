/** How the proxy is, for `GET /health`. @module */
import type { JsonObject } from "../../shared/json.ts";
import type { SubjectHealth } from "./store.ts";

/** What the answer is made from; the proxy's own parts fit it. */
export interface HealthSources {
  readonly bus: { connected(): boolean };
  readonly config: { fresh(): boolean; ageMs(): number | null };
  readonly edgeId: string;
  readonly progress: { open(): number };
  readonly journal: { open(): number };
  readonly targets: readonly { readonly name: string; readonly simulated: boolean }[];
  /** Absent where no health of providers is kept. */
  readonly health?: { readonly store: { snapshot(): readonly SubjectHealth[] } };
  closing(): boolean;
}

const MOST_SUBJECTS = 100;

/**
 * What `GET /health` says; `ready` when calls can be served. Names no secret, no address and no key;
 * of providers and models only those that are not closed, at most 100.
 */
export function healthOf(
  sources: HealthSources,
): { readonly ready: boolean; readonly body: JsonObject } {
  const bus = sources.bus.connected();
  const ledger = sources.config.fresh();
  const ready = bus && ledger && !sources.closing();
  const ageMs = sources.config.ageMs();
  return {
    ready,
    body: {
      status: sources.closing() ? "shutting_down" : ready ? "ok" : "unavailable",
      edge: sources.edgeId,
      bus: bus ? "connected" : "disconnected",
      ledger_config: ledger ? "current" : ageMs === null ? "never_read" : "stale",
      ledger_config_age_ms: ageMs,
      open_calls: sources.progress.open(),
      open_settlements: sources.journal.open(),
      upstreams: sources.targets.map(({ name, simulated }) => ({ name, simulated })),
      ...(sources.health === undefined ? {} : { unhealthy: unhealthyOf(sources.health.store) }),
    },
  };
}

function unhealthyOf(store: { snapshot(): readonly SubjectHealth[] }): JsonObject[] {
  return store.snapshot()
    .filter(({ subject, phase }) => phase !== "closed" && !subject.startsWith("key:"))
    .slice(0, MOST_SUBJECTS)
    .map(({ subject, phase, openForMs }) => ({ subject, phase, open_for_ms: openForMs }));
}
