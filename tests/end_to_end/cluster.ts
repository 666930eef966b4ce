/** The production shape as local processes, seen as a system under test. @module */
import {
  type ClusterOptions,
  type RunningCluster,
  startCluster,
} from "../../scripts/cluster/mod.ts";
import type { System } from "./system.ts";

/** A cluster under test, with the means to kill its parts. */
export interface ClusterSystem extends System {
  readonly cluster: RunningCluster;
}

/** Starts a cluster on free ports; `proxyEnv` goes to both proxies. */
export async function startClusterSystem(
  options: ClusterOptions & { readonly proxyEnv?: Readonly<Record<string, string>> } = {},
): Promise<ClusterSystem> {
  const { proxyEnv = {}, ...rest } = options;
  const cluster = await startCluster({
    ...rest,
    env: { "proxy-1": proxyEnv, "proxy-2": proxyEnv, ...rest.env },
  });
  const { proxyUrls, ledgerUrl, projectionsUrl, webUrl, adminToken } = cluster.demo;
  return {
    cluster,
    proxyUrls,
    ledgerUrl,
    projectionsUrl,
    webUrl,
    adminToken,
    async stop() {
      await cluster.stop();
    },
  };
}
