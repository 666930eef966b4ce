/** All other rooms behind one door. @module */
import { z } from "zod";
import type { Principal } from "../../shared/permissions.ts";
import type { LiveAccount } from "../../shared/read_api/mod.ts";
import { type AuditReads, createAuditReads } from "./audit_reads.ts";
import { type CallContext, callRoom, type RoomCall } from "./call.ts";
import { type CostReads, createCostReads } from "./cost_reads.ts";
import { downloadCsv } from "./download.ts";
import { type Commands, createCommands } from "./commands.ts";
import { openLiveAlerts, openLiveBalance } from "./live.ts";
import { createOperations, type Operations } from "./operations.ts";
import { createProofs, type Proofs } from "./proofs.ts";
import { createPlans, type Plans } from "./plans.ts";
import { createReader } from "./reader.ts";
import { createReads, type Reads } from "./reads.ts";
import { createRouting, type Routing } from "./routing.ts";
import { createSender } from "./sender.ts";

/** The rooms on behalf of one person. */
export interface RoomsOfPerson {
  readonly reads: Reads;
  readonly audit: AuditReads;
  readonly proofs: Proofs;
  readonly costs: CostReads;
  readonly operations: Operations;
  readonly routing: Routing;
  readonly plans: Plans;
  /** A list of the projections as CSV. Throws RoomError, or HttpError 400 or 404. */
  downloadCsv(call: Pick<RoomCall, "path" | "query">, signal: AbortSignal): Promise<Response>;
  readonly commands: Commands;
  /** Balances as they change, until `signal` aborts. Throws RoomError when it can't begin. */
  liveBalance(accountId: string, signal: AbortSignal): Promise<AsyncIterable<LiveAccount>>;
  /** Alerts that this person may see as server-sent events, until `signal` aborts. */
  liveAlerts(signal: AbortSignal): Promise<ReadableStream<Uint8Array>>;
}

/** The other rooms. */
export interface Rooms {
  of(principal: Principal): RoomsOfPerson;
  /** Whether any upstream is a simulator; null when the proxy does not say. Asked every 10 s. */
  simulated(): Promise<boolean | null>;
}

const healthSchema = z.object({ upstreams: z.array(z.object({ simulated: z.boolean() })) });
const HEALTH_TTL_MS = 10_000;
const HEALTH_TIMEOUT_MS = 1_000;

/** Builds the rooms over HTTP. */
export function createRooms(context: CallContext): Rooms {
  let known: { readonly untilMs: number; readonly value: Promise<boolean | null> } | null = null;
  async function askProxy(): Promise<boolean | null> {
    try {
      const answer = await callRoom({ ...context, timeoutMs: HEALTH_TIMEOUT_MS }, {
        room: "proxy",
        method: "GET",
        path: "/health",
        principal: null,
      });
      const health = healthSchema.safeParse(answer.body);
      return health.success ? health.data.upstreams.some(({ simulated }) => simulated) : null;
    } catch {
      // A proxy that is down must not take the pages with it; they say that it is unknown.
      return null;
    }
  }
  return {
    of(principal) {
      const reader = createReader(context, principal);
      const send = createSender(context, principal);
      return {
        reads: createReads(reader),
        audit: createAuditReads(reader),
        proofs: createProofs(context, principal),
        costs: createCostReads(reader),
        downloadCsv: (call, signal) => downloadCsv(context, principal, call, signal),
        commands: createCommands(send),
        operations: createOperations(context, principal, reader, send),
        routing: createRouting(context, principal, send),
        plans: createPlans(reader, send),
        liveBalance: (accountId, signal) =>
          openLiveBalance(context, { principal, accountId, signal }),
        liveAlerts: (signal) =>
          openLiveAlerts(context, { principal, accountId: principal.accountId, signal }),
      };
    },
    simulated() {
      const nowMs = context.effects.clock.nowMs();
      if (known === null || known.untilMs <= nowMs) {
        known = { untilMs: nowMs + HEALTH_TTL_MS, value: askProxy() };
      }
      return known.value;
    },
  };
}
