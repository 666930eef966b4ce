import { startClusterSystem } from "./cluster.ts";
import { describePaidCalls, SHORT_LIMITS } from "./paid_calls_contract.ts";

describePaidCalls(
  "a cluster over PostgreSQL and NATS",
  () => startClusterSystem({ proxyEnv: SHORT_LIMITS }),
);
