/** What edges tell of the health of providers, kept in memory for a while. @module */
import { type Bus, subjects } from "../../shared/bus/mod.ts";
import {
  HEALTH_HEARTBEAT_MS,
  healthMessageSchema,
  type HealthState,
} from "../../shared/edge_health/mod.ts";
import type { Clock } from "../../shared/effects.ts";
import type { HealthNews } from "../../shared/read_api/mod.ts";

/** News of edges. */
export interface HealthBoard {
  /** What is known now, with its age. */
  news(): HealthNews;
  /** Hears nothing more; idempotent. */
  stop(): Promise<void>;
}

interface Heard extends HealthState {
  readonly edgeId: string;
  readonly heardAtMs: number;
}

/** An edge that misses three heartbeats is not heard any more. */
const LIVE_MS = 3 * HEALTH_HEARTBEAT_MS;
const REMEMBERED_MS = 600_000;
const MOST_SUBJECTS = 500;
const MOST_EDGES = 100;

/** Starts to listen; a bus of null is told as `not_connected`. */
export async function openHealthBoard(bus: Bus | null, clock: Clock): Promise<HealthBoard> {
  const edges = new Map<string, number>();
  const states = new Map<string, Heard>();
  const forget = () => {
    const beforeMs = clock.nowMs() - REMEMBERED_MS;
    for (const [edgeId, atMs] of edges) if (atMs < beforeMs) edges.delete(edgeId);
    for (const [subject, { heardAtMs }] of states) if (heardAtMs < beforeMs) states.delete(subject);
  };
  const hear = (message: unknown) => {
    const heard = healthMessageSchema.safeParse(message);
    // A newer edge may say what this room does not understand.
    if (!heard.success) return;
    const { edgeId } = heard.data;
    const heardAtMs = clock.nowMs();
    putLast(edges, edgeId, heardAtMs, MOST_EDGES);
    for (const state of heard.data.states) {
      const known = states.get(state.subject);
      const news = { ...state, edgeId, heardAtMs };
      // The last change wins; who repeats an older one only shows that it was not told.
      if (known !== undefined && changedAt(known) > changedAt(news) + SAME_MS) continue;
      putLast(states, state.subject, news, MOST_SUBJECTS);
    }
  };
  const subscription = await bus?.subscribe(subjects.edgeHealth, hear);
  return {
    news() {
      forget();
      const nowMs = clock.nowMs();
      const lastMs = Math.max(-Infinity, ...edges.values());
      return {
        state: bus === null ? "not_connected" : nowMs - lastMs <= LIVE_MS ? "live" : "silent",
        edges: [...edges].map(([edgeId, atMs]) => ({ edgeId, heardMsAgo: nowMs - atMs })).reverse(),
        subjects: [...states.values()].map((heard) => shownOf(heard, nowMs)).sort(byUrgency),
      };
    },
    stop: async () => await subscription?.stop(),
  };
}

/** Ages are told in whole heartbeats of travel at most; what is closer is one change, told twice. */
const SAME_MS = 1_000;

function changedAt({ heardAtMs, ageMs }: Heard): number {
  return heardAtMs - ageMs;
}

function putLast<Value>(map: Map<string, Value>, key: string, value: Value, most: number): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > most && oldest !== undefined) map.delete(oldest);
}

type Subject = HealthNews["subjects"][number];

function shownOf(heard: Heard, nowMs: number): Subject {
  const heardMsAgo = nowMs - heard.heardAtMs;
  const openForMs = heard.open ? Math.max(0, Math.ceil(heard.openForMs - heardMsAgo)) : 0;
  const at = heard.subject.indexOf(":");
  return {
    kind: heard.subject.slice(0, at) as Subject["kind"],
    name: heard.subject.slice(at + 1),
    phase: !heard.open ? "closed" : openForMs > 0 ? "open" : "half_open",
    trips: heard.trips,
    openForMs,
    changedMsAgo: Math.round(heardMsAgo + heard.ageMs),
    heardMsAgo,
    edgeId: heard.edgeId,
  };
}

const URGENCY = { open: 0, half_open: 1, closed: 2 } as const;

function byUrgency(one: Subject, other: Subject): number {
  return URGENCY[one.phase] - URGENCY[other.phase] || (one.name < other.name ? -1 : 1);
}
