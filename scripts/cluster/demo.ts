/**
 * The cluster's demo data and the file that tells of it.
 *
 * @module
 */

import type { Clock } from "../../shared/effects.ts";
import {
  type Demo,
  DEMO_ACCOUNT_ID,
  type DemoUser,
  seedDemo,
  signAdminToken,
  writeDemo,
} from "../demo/mod.ts";
import { PROCESS_NAMES, type ProcessName } from "./plan.ts";
import type { RoomProcess } from "./room_process.ts";
import type { ClusterServers } from "./servers.ts";

/** The demo file of a cluster: that of the embedded start, and what there is more than once. */
export interface ClusterDemo extends Demo {
  readonly proxyUrls: readonly string[];
  readonly ledgerUrls: readonly string[];
  readonly simulatorUrl: string;
  readonly databaseUrl: string;
  readonly natsUrl: string;
  /** Process ids by process name, as of the start. */
  readonly pids: Readonly<Record<string, number>>;
}

/** What seeding needs. */
export interface SeedClusterOptions {
  readonly demoFile: string;
  readonly serviceSecret: string;
  readonly processes: Readonly<Record<ProcessName, RoomProcess>>;
  readonly moreEdges: readonly RoomProcess[];
  readonly servers: ClusterServers;
  readonly users: readonly DemoUser[];
  readonly clock: Clock;
  /** The key of an earlier start; null to issue one. */
  readonly knownKey: string | null;
}

const keyTimeoutMs = 15_000;

/** Seeds the ledger, waits until both proxies know the key, and writes the file. */
export async function seedCluster(options: SeedClusterOptions): Promise<ClusterDemo> {
  const { processes, servers } = options;
  const adminToken = await signAdminToken(options.serviceSecret, options.clock);
  const ledgerUrl = processes.ledger.url;
  const apiKey = await seedDemo({ ledgerUrl, adminToken, knownKey: options.knownKey });
  const proxyUrls = [processes["proxy-1"], processes["proxy-2"], ...options.moreEdges]
    .map(({ url }) => url);
  await Promise.all(proxyUrls.map((proxyUrl) => untilKnown(proxyUrl, apiKey)));
  const pids: Record<string, number> = {};
  for (
    const { name, pid } of [...PROCESS_NAMES.map((name) => processes[name]), ...options.moreEdges]
  ) {
    if (pid !== null) pids[name] = pid;
  }
  const demo: ClusterDemo = {
    proxyUrl: processes["proxy-1"].url,
    ledgerUrl,
    projectionsUrl: processes.projections.url,
    webUrl: processes.web.url,
    apiKey,
    accountId: DEMO_ACCOUNT_ID,
    adminToken,
    users: options.users,
    proxyUrls,
    ledgerUrls: [ledgerUrl, processes["ledger-standby"].url],
    simulatorUrl: processes.simulator.url,
    databaseUrl: servers.databaseUrl,
    natsUrl: servers.natsUrl,
    pids,
  };
  await writeDemo(options.demoFile, demo);
  return demo;
}

/** Waits until a proxy lets the key in; throws with its answer when it does not in time. */
async function untilKnown(proxyUrl: string, apiKey: string): Promise<void> {
  const until = performance.now() + keyTimeoutMs;
  while (true) {
    const response = await fetch(`${proxyUrl}/v1/models`, {
      headers: { authorization: `Bearer ${apiKey}` },
      signal: AbortSignal.timeout(5_000),
    });
    const text = await response.text();
    if (response.ok) return;
    if (performance.now() > until) {
      throw new Error(
        `${proxyUrl} does not take the demo's key: ${response.status} ${text.slice(0, 300)}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
