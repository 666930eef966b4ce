/** The bus over NATS with JetStream; apart from ../mod.ts, so that only who uses it loads it. @module */
export { connectNats, type ConnectNatsOptions } from "./connect.ts";
export { connectNatsBus } from "./nats_bus.ts";
