/** Projections, rebuilds, alerts and rules, as the fake rooms have them. @module */
import { DEFAULT_ALERT_RULES } from "../../shared/alerts/mod.ts";
import { toJsonValue } from "../../shared/json.ts";
import { isAllowed, type Principal } from "../../shared/permissions.ts";
import type {
  AlertDetail,
  AlertRow,
  AlertRuleRow,
  ProjectionStatus,
  RebuildJob,
} from "../../shared/read_api/mod.ts";

/** What the fakes answer about operations. */
export interface FakeOperations {
  projections(
    request: Request,
    asked: { readonly name: string; readonly part: string },
    principal: Principal,
  ): Response;
  alerts(state: string): readonly AlertRow[];
  alert(alertId: string): AlertDetail | undefined;
  rules(): readonly AlertRuleRow[];
  /** A command about alerts. */
  take(method: string, path: string, body: Record<string, unknown>): void;
  /** One event of the live stream. */
  alertNotice(): Uint8Array;
  /** Adds an alert that fires. */
  fire(summary: string): void;
  /** Ends the rebuild that runs. */
  finishRebuild(): void;
}

/** The alert that fires from the beginning. */
export const ALERT_ID = "01900000-0000-7000-8000-0000000000a1";

/** Builds the fakes. */
export function fakeOperations(nowMs: number): FakeOperations {
  const alerts: AlertDetail[] = [sampleAlert(ALERT_ID, "demo spends 6.20 USD an hour", nowMs)];
  const rules = new Map(
    Object.entries(DEFAULT_ALERT_RULES).map(([ruleId, rule]) => [ruleId, ruleRow(ruleId, rule)]),
  );
  let job: RebuildJob | null = null;
  const status = (): ProjectionStatus => ({
    name: "balances",
    version: 2,
    position: "100",
    head: "100",
    lag: "0",
    state: job?.phase === "loading" ? "rebuilding" : "live",
    error: null,
    pausedAt: null,
    rebuild: job?.phase === "loading" ? job : null,
  });
  const paused: ProjectionStatus = {
    name: "requests",
    version: 3,
    position: "41",
    head: "100",
    lag: "59",
    state: "paused",
    error: "unknown event HoldDoubled version 1",
    pausedAt: { shard: 0, position: "42", eventType: "HoldDoubled" },
    rebuild: null,
  };
  const answer = (body: object) => Response.json({ position: "100", ...body });
  const refuse = (status: number, code: string, message: string) =>
    Response.json({ error: { code, message, param: null } }, { status });
  return {
    projections(request, { name, part }, principal) {
      if (name === "") return answer({ items: [status(), paused], nextCursor: null });
      if (part === "rebuilds") {
        return answer({ items: job === null ? [] : [job], nextCursor: null });
      }
      if (request.method !== "POST" || !isAllowed(principal, "projection:rebuild", null)) {
        return refuse(403, "permission_denied", "not allowed");
      }
      if (part === "rollback") return refuse(409, "conflict", "nothing was swapped out yet");
      const phase = part === "cancel" ? "cancelled" : "loading";
      job = sampleJob(name, phase, principal.actor, nowMs);
      return answer({ item: job });
    },
    alerts: (state) =>
      alerts.filter((row) => (row.state === "resolved") === (state === "resolved")),
    alert: (alertId) => alerts.find((row) => row.alertId === alertId),
    rules: () => [...rules.values()],
    take(method, path, body) {
      const [, , kind, id = ""] = path.split("/");
      if (kind === "alerts") {
        const at = alerts.findIndex((row) => row.alertId === id);
        alerts[at] = { ...alerts[at]!, state: "acknowledged", acknowledgedAtMs: nowMs };
      } else if (method === "PUT") {
        rules.set(id, { ...rules.get(id)!, ...body, origin: "set", setBy: "user:admin" });
      }
    },
    alertNotice: () => new TextEncoder().encode('id: 7\nevent: alert\ndata: {"alertId":"x"}\n\n'),
    fire(summary) {
      alerts.unshift(
        sampleAlert(`01900000-0000-7000-8000-0000000000b${alerts.length}`, summary, nowMs),
      );
    },
    finishRebuild() {
      if (job !== null) job = sampleJob(job.projection, "done", job.requestedBy, nowMs);
    },
  };
}

function ruleRow(ruleId: string, rule: (typeof DEFAULT_ALERT_RULES)[string]): AlertRuleRow {
  return {
    ...rule,
    condition: toJsonValue(rule.condition) as AlertRuleRow["condition"],
    ruleId,
    ruleVersion: 0,
    origin: "default",
    hasDefault: true,
    setBy: null,
    setAtMs: null,
    evaluation: ruleId === "checkpoint-late"
      ? { state: "unknown", reason: "no checkpoint was read", evaluatedAtMs: null, openAlerts: 0 }
      : { state: "ok", reason: null, evaluatedAtMs: null, openAlerts: 0 },
  };
}

function sampleAlert(alertId: string, summary: string, nowMs: number): AlertDetail {
  return {
    alertId,
    ruleId: "account-spend-critical",
    ruleVersion: 0,
    ruleName: "An account spends more than 5 USD an hour",
    kind: "spend_per_hour",
    severity: "critical",
    subject: { type: "account", id: "demo" },
    accountId: "demo",
    state: "firing",
    summary,
    unit: "nano_usd",
    threshold: "5000000000",
    firedValue: "6200000000",
    value: "6400000001",
    firedAtMs: nowMs - 60_000,
    acknowledgedAtMs: null,
    resolvedAtMs: null,
    resolution: null,
    change: "3",
    condition: { kind: "spend_per_hour" },
    history: [{
      sequence: 1,
      state: "firing",
      atMs: nowMs - 60_000,
      value: "6200000000",
      actor: null,
      note: null,
      resolution: null,
    }],
  };
}

function sampleJob(
  projection: string,
  phase: RebuildJob["phase"],
  requestedBy: string,
  nowMs: number,
): RebuildJob {
  const isOver = phase !== "loading";
  return {
    jobId: "01900000-0000-7000-8000-0000000000c1",
    projection,
    kind: "rebuild",
    version: 2,
    liveVersion: 2,
    requestedBy,
    phase,
    done: isOver ? "1000000" : "400000",
    total: "1000000",
    eventsPerSecond: "210000",
    secondsLeft: isOver ? null : "3",
    comparison: phase !== "done" ? null : {
      result: "equal",
      reason: null,
      positions: ["1000000"],
      tables: [{ table: "balances", liveRows: "1000", rebuiltRows: "1000", equal: true }],
    },
    error: null,
    cancelRequested: phase === "cancelled",
    requestedAtMs: nowMs,
    seenAtMs: nowMs,
    finishedAtMs: isOver ? nowMs : null,
  };
}
