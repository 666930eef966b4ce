import { describeNatsBus } from "./nats_contract.ts";

describeNatsBus("NATS over TCP", (server) => server.url);
