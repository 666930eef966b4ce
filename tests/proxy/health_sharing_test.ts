import { afterAll, beforeAll, describe } from "vitest";
import { describeHealthSharing } from "../../proxy/health/sharing_contract.ts";
import { connectNats, connectNatsBus } from "../../shared/bus/nats/mod.ts";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { type NatsServer, startNats } from "../servers/mod.ts";

const effects = createEffects(platformOf(globalThis));

describe("edges of one NATS", () => {
  let server: NatsServer;
  beforeAll(async () => {
    server = await startNats();
  });
  afterAll(() => server.stop());
  const open = async (name: string) =>
    connectNatsBus(await connectNats(server.url, { name, timers: effects.timers }), effects);
  describeHealthSharing(
    "NATS",
    async () => ({ one: await open("one"), other: await open("other") }),
  );
});
