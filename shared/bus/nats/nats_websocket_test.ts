// A file of its own: the client keeps one kind of transport for its whole process.
import { describeNatsBus } from "./nats_contract.ts";

describeNatsBus("NATS over WebSocket", (server) => server.wsUrl);
