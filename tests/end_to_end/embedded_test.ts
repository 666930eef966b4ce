import { startEmbedded } from "./embedded.ts";
import { describePaidCalls, SHORT_LIMITS } from "./paid_calls_contract.ts";

describePaidCalls("everything in one process", () => startEmbedded({ env: SHORT_LIMITS }));
